#include <FLAC/stream_decoder.h>

#include "sound/flac-header.h"
#include "sound/sound-decoder-kind.h"

/* libFLAC is given each unit as if the stream ended behind it: so it waits for nothing, and nothing of a broken unit is left for the next
 * one. */

#define MOST_CHANNELS 2   /* of more the first two leave */
#define MOST_FRAMES 65535 /* that one unit may be unfolded to: the largest block (RFC 9639, 9.1.1) */
#define PIECE_FRAMES 1152
#define BITS 16
#define READ_BYTES 256 /* that libFLAC gets at a time: so little of a unit is looked at behind a fault */

typedef struct {
  CamSoundDecoder base;
  FLAC__StreamDecoder *flac; /* owned */
  CamFlacHeader header;

  /* While a unit is decoded. */
  const uint8_t *before; /* borrowed: what the decoder reads before the unit */
  size_t before_left;
  const uint8_t *unit; /* borrowed */
  size_t unit_left;
  unsigned frames; /* that came of it */
  bool is_faulty;  /* so the rest of it is not worth its time: pieces of frames take as long as frames, and many fit a unit */
  CamPcmFunc func;
  gpointer data;

  int16_t samples[PIECE_FRAMES * MOST_CHANNELS];
} FlacSound;

static FLAC__StreamDecoderReadStatus
on_read (const FLAC__StreamDecoder *flac, FLAC__byte *out, size_t *bytes, void *data)
{
  FlacSound *self = data;
  bool is_before = self->before_left > 0;
  const uint8_t **from = is_before ? &self->before : &self->unit;
  size_t *left = is_before ? &self->before_left : &self->unit_left;
  size_t size = MIN (MIN (*bytes, *left), READ_BYTES);
  if (self->is_faulty)
    return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
  memcpy (out, *from, size);
  *from += size;
  *left -= size;
  *bytes = size;
  return size > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

/* Sixteen bits of @bits; finer ones are rounded. */
static int16_t
to_sixteen (FLAC__int32 sample, unsigned bits)
{
  if (bits <= BITS)
    return (int16_t) (sample * (1 << (BITS - bits)));
  int64_t rounded = ((int64_t) sample + (INT64_C (1) << (bits - BITS - 1))) >> (bits - BITS);
  return (int16_t) MIN (rounded, INT16_MAX);
}

static FLAC__StreamDecoderWriteStatus
on_write (const FLAC__StreamDecoder *flac, const FLAC__Frame *frame, const FLAC__int32 *const buffer[], void *data)
{
  FlacSound *self = data;
  const FLAC__FrameHeader *header = &frame->header;
  if (!cam_sound_is_rate (header->sample_rate) || header->blocksize > MOST_FRAMES - self->frames)
    return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
  self->frames += header->blocksize;
  unsigned channels = MIN (header->channels, MOST_CHANNELS);
  for (unsigned at = 0; at < header->blocksize; at += PIECE_FRAMES) {
    unsigned frames = MIN (header->blocksize - at, PIECE_FRAMES);
    for (unsigned i = 0; i < frames * channels; i++)
      self->samples[i] = to_sixteen (buffer[i % channels][at + i / channels], header->bits_per_sample);
    self->func (&(CamPcm){.samples = self->samples, .frames = frames, .rate = header->sample_rate, .channels = channels}, self->data);
  }
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

/* Whatever it is: the unit gives no samples, which tells enough. */
static void
on_error (const FLAC__StreamDecoder *flac, FLAC__StreamDecoderErrorStatus status, void *data)
{
  ((FlacSound *) data)->is_faulty = true;
}

static void
close_flac (CamSoundDecoder *base)
{
  FlacSound *self = (FlacSound *) base;
  if (self->flac != NULL)
    FLAC__stream_decoder_delete (self->flac);
  g_free (self);
}

static CamSoundDecoder *
open_flac (const CamTrack *track, GError **error)
{
  FlacSound *self = g_new0 (FlacSound, 1);
  self->flac = FLAC__stream_decoder_new ();
  if (self->flac != NULL && FLAC__stream_decoder_init_stream (self->flac, on_read, NULL, NULL, NULL, NULL, on_write, NULL, on_error,
                                                              self) == FLAC__STREAM_DECODER_INIT_STATUS_OK)
    return &self->base;
  g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "FLAC: libFLAC gives no decoder");
  close_flac (&self->base);
  return NULL;
}

static void
decode (FlacSound *self)
{
  FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state (self->flac);
  while (state != FLAC__STREAM_DECODER_END_OF_STREAM && FLAC__stream_decoder_process_single (self->flac)) {
    state = FLAC__stream_decoder_get_state (self->flac);
    if (state == FLAC__STREAM_DECODER_ABORTED)
      break;
  }
  FLAC__stream_decoder_flush (self->flac);
}

static bool
take_unit (CamSoundDecoder *base, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data)
{
  FlacSound *self = (FlacSound *) base;
  bool is_new = false;
  size_t header = cam_flac_header_read (&self->header, unit, size, &is_new);
  if (is_new)
    FLAC__stream_decoder_reset (self->flac);
  self->before = self->header.preamble;
  self->before_left = is_new ? CAM_FLAC_PREAMBLE_BYTES : 0;
  self->unit = unit + header;
  self->unit_left = size - header;
  self->frames = 0;
  self->is_faulty = false;
  self->func = func;
  self->data = data;
  decode (self);
  return self->frames > 0 || header == size;
}

const CamSoundDecoderKind cam_flac_decoder = {.open = open_flac, .close = close_flac, .take = take_unit};
