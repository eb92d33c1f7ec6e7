#include "sound/sound-decoder-kind.h"

#include <opus.h>

#define RATE_HZ 48000
#define CHANNELS 2
#define LONGEST_FRAMES 5760    /* of a packet: 120 ms (RFC 6716, 3.2.5) */
#define MOST_BYTES (48 * 1276) /* of a packet: 48 frames, each with its length (RFC 6716, 3.2.5) */
#define PRE_SKIP 312 /* what libopus looks ahead, 6.5 ms: the first of an encoder's sound, and more than the overlap of its frames */

typedef struct {
  CamSoundDecoder base;
  OpusDecoder *opus; /* owned */
  int16_t samples[LONGEST_FRAMES * CHANNELS];
} OpusSound;

static CamSoundDecoder *
open_opus (const CamTrack *track, GError **error)
{
  int problem = OPUS_OK;
  OpusDecoder *opus = track->channels <= CHANNELS ? opus_decoder_create (RATE_HZ, CHANNELS, &problem) : NULL;
  if (opus == NULL) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "Opus, %u channels: %s", track->channels,
                 problem == OPUS_OK ? "more than two" : opus_strerror (problem));
    return NULL;
  }
  OpusSound *self = g_new0 (OpusSound, 1);
  self->base.delay = PRE_SKIP;
  self->opus = opus;
  return &self->base;
}

static void
close_opus (CamSoundDecoder *base)
{
  OpusSound *self = (OpusSound *) base;
  opus_decoder_destroy (self->opus);
  g_free (self);
}

static bool
take_packet (CamSoundDecoder *base, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data)
{
  OpusSound *self = (OpusSound *) base;
  if (size > MOST_BYTES)
    return false;
  int frames = opus_decode (self->opus, unit, (opus_int32) size, self->samples, LONGEST_FRAMES, 0);
  if (frames <= 0)
    return false;
  func (&(CamPcm){.samples = self->samples, .frames = (unsigned) frames, .rate = RATE_HZ, .channels = CHANNELS}, data);
  return true;
}

const CamSoundDecoderKind cam_opus_decoder = {.open = open_opus, .close = close_opus, .take = take_packet};
