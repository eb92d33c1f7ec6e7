#include "sound/sound-encoder-kind.h"

#include <opus.h>

#define RATE_HZ 48000
#define CHANNELS 2
#define FRAME 960          /* 20 ms */
#define MOST_BYTES 1276    /* of a packet of one frame (RFC 6716, 3.2.1) */
#define CHANNEL_BITS 64000 /* a second and channel, when nobody says how many */
#define LEAST_BITS 6000
#define MOST_BITS 510000
#define ALIKE_FRAMES 50 /* both channels the same for so long: one is enough */

typedef struct {
  CamSoundEncoder base;
  OpusEncoder *opus; /* owned */
  uint64_t bit_rate; /* 0: what suits the channels */
  unsigned alike;    /* frames in a row, up to ALIKE_FRAMES */
  bool is_mono;      /* as it is encoded; what RTP declares is two channels for ever (RFC 7587, 7) */
  uint8_t packet[MOST_BYTES];
} OpusSound;

static void
choose_channels (OpusSound *self, bool is_mono)
{
  self->is_mono = is_mono;
  uint64_t bits = self->bit_rate > 0 ? self->bit_rate : CHANNEL_BITS * (is_mono ? 1u : 2u);
  opus_encoder_ctl (self->opus, OPUS_SET_FORCE_CHANNELS (is_mono ? 1 : OPUS_AUTO));
  opus_encoder_ctl (self->opus, OPUS_SET_BITRATE ((opus_int32) CLAMP (bits, LEAST_BITS, MOST_BITS)));
}

static CamSoundEncoder *
open_opus (const CamTrack *track, const CamSoundSettings *settings, GError **error)
{
  int problem = OPUS_BAD_ARG;
  OpusEncoder *opus = track->sample_rate == RATE_HZ && track->channels == CHANNELS
                          ? opus_encoder_create (RATE_HZ, CHANNELS, OPUS_APPLICATION_AUDIO, &problem)
                          : NULL;
  if (opus == NULL) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "Opus: %s", opus_strerror (problem));
    return NULL;
  }
  OpusSound *self = g_new0 (OpusSound, 1);
  self->opus = opus;
  self->bit_rate = settings->bit_rate;
  self->alike = ALIKE_FRAMES; /* so that a mono source is one from its first frame on */
  choose_channels (self, true);
  opus_encoder_ctl (opus, OPUS_SET_COMPLEXITY ((opus_int32) MIN (settings->complexity, 10)));
  opus_int32 ahead = 0;
  opus_encoder_ctl (opus, OPUS_GET_LOOKAHEAD (&ahead));
  self->base.delay = (unsigned) ahead;
  self->base.frame = FRAME;
  return &self->base;
}

static void
close_opus (CamSoundEncoder *base)
{
  OpusSound *self = (OpusSound *) base;
  opus_encoder_destroy (self->opus);
  g_free (self);
}

static bool
are_channels_alike (const int16_t *samples)
{
  for (unsigned i = 0; i < FRAME; i++)
    if (samples[2 * i] != samples[2 * i + 1])
      return false;
  return true;
}

static bool
take_frame (CamSoundEncoder *base, const int16_t *samples, CamSoundUnitFunc func, gpointer data)
{
  OpusSound *self = (OpusSound *) base;
  self->alike = are_channels_alike (samples) ? MIN (self->alike + 1, ALIKE_FRAMES) : 0;
  bool is_mono = self->is_mono ? self->alike > 0 : self->alike == ALIKE_FRAMES;
  if (is_mono != self->is_mono)
    choose_channels (self, is_mono);
  opus_int32 size = opus_encode (self->opus, samples, FRAME, self->packet, MOST_BYTES);
  if (size <= 0)
    return false;
  func (self->packet, (size_t) size, data);
  return true;
}

const CamSoundEncoderKind cam_opus_encoder = {.open = open_opus, .close = close_opus, .take = take_frame};
