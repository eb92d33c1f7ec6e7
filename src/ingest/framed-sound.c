#include "ingest/framed-sound.h"

#include "ingest/decoder-thread.h"
#include "ingest/l16-units.h"
#include "ingest/read-budget.h"
#include "wire/framed-audio.h"
#include "wire/mpeg-audio.h"

#define RATE_HZ 48000 /* of the framed form, where the codec does not say */
#define CHANNELS 2
#define FASTER 16 /* than it is played sound may come: what a sender held back, not what little packets can be unfolded to */

struct CamFramedSound {
  CamIngestSink *sink; /* borrowed */
  CamLoopThread *loop; /* borrowed */
  unsigned rate;       /* Hz, of raw samples */
  unsigned channels;
  GByteArray *raw;                 /* owned; NULL: framed */
  CamDeframer *deframer;           /* owned; NULL: raw, as the next five */
  CamSoundEpochs *epochs;          /* owned; NULL: the thread has them */
  CamDecoderThread *decoders;      /* owned; NULL: none yet */
  CamTrack *track;                 /* ref; of the last unit, NULL: none yet */
  CamReadBudget budget;            /* in bytes of samples */
  GBytes *metadata;                /* ref; NULL: none yet */
  CamL16Units *units;              /* owned */
  CamFramedSoundCounters counters; /* without the deframer's */
};

CamFramedSound *
cam_framed_sound_new (CamIngestSink *sink, CamLoopThread *loop, const CamSrtUrl *url)
{
  CamFramedSound *self = g_new0 (CamFramedSound, 1);
  self->sink = sink;
  self->loop = loop;
  self->rate = url->rate;
  self->channels = url->channels;
  self->units = cam_l16_units_new (sink);
  if (url->payload == CAM_SRT_PAYLOAD_RAW) {
    self->raw = g_byte_array_new ();
    return self;
  }
  self->deframer = cam_deframer_new ();
  self->epochs = cam_sound_epochs_new ();
  cam_read_budget_init (&self->budget, (uint64_t) FASTER * RATE_HZ * CHANNELS * 16, cam_loop_thread_now_us (loop));
  return self;
}

void
cam_framed_sound_free (CamFramedSound *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  cam_decoder_thread_free (self->decoders);
  cam_sound_epochs_free (self->epochs);
  cam_deframer_free (self->deframer);
  cam_track_unref (self->track);
  if (self->raw != NULL)
    g_byte_array_unref (self->raw);
  cam_l16_units_free (self->units);
  g_clear_pointer (&self->metadata, g_bytes_unref);
  g_free (self);
}

void
cam_framed_sound_raise_floor (CamFramedSound *self, int64_t floor_ns)
{
  CAM_ASSERT_ON (self->loop);
  cam_l16_units_raise_floor (self->units, floor_ns);
}

GBytes *
cam_framed_sound_ref_metadata (CamFramedSound *self)
{
  return self->metadata != NULL ? g_bytes_ref (self->metadata) : NULL;
}

CamFramedSoundCounters
cam_framed_sound_get_counters (const CamFramedSound *self)
{
  CamFramedSoundCounters counters = self->counters;
  if (self->deframer != NULL) {
    CamFramedCounters framed = cam_deframer_get_counters (self->deframer);
    counters.messages = framed.messages;
    counters.malformed += framed.malformed + framed.broken + framed.oversize;
    counters.broken = framed.broken;
    counters.oversize = framed.oversize;
  }
  counters.malformed += counters.undecoded;
  return counters;
}

static void
say_samples (const CamPcm *pcm, gpointer data)
{
  CamFramedSound *self = data;
  cam_read_budget_spend (&self->budget, (size_t) pcm->frames * pcm->channels * sizeof (int16_t));
  cam_l16_units_take (self->units, pcm);
}

static void
on_decoded (const CamDecoded *decoded, gpointer data)
{
  CamFramedSound *self = data;
  self->counters.epochs = decoded->epochs;
  self->counters.overrun += decoded->is_overrun;
  self->counters.undecoded += !decoded->is_overrun && !decoded->is_decoded;
  cam_l16_units_begin (self->units, decoded->arrived_us);
  if (decoded->pcm.frames > 0)
    say_samples (&decoded->pcm, self);
}

/* Samples need no decoder to speak of; all else has a thread of its own, and from then on everything goes through it, in order. */
static void
take_unit (CamFramedSound *self, const uint8_t *unit, size_t size, int64_t arrived_us)
{
  if (self->epochs != NULL && self->track->codec != CAM_CODEC_L16)
    self->decoders = cam_decoder_thread_new (self->loop, g_steal_pointer (&self->epochs), on_decoded, self);
  if (self->decoders != NULL) {
    self->counters.overrun += !cam_decoder_thread_take (self->decoders, self->track, unit, size, arrived_us);
    return;
  }
  if (self->epochs == NULL) { /* the system gave no thread */
    self->counters.overrun++;
    return;
  }
  cam_l16_units_begin (self->units, arrived_us);
  self->counters.undecoded += !cam_sound_epochs_take (self->epochs, self->track, unit, size, say_samples, self);
  self->counters.epochs = cam_sound_epochs_get_count (self->epochs);
}

static CamTrack *
make_track (CamCodec codec, uint32_t clock_rate, uint32_t rate, uint8_t channels)
{
  CamTrack *track = cam_track_new (codec);
  track->clock_rate = clock_rate;
  track->sample_rate = rate;
  track->channels = channels;
  return track;
}

/* Takes over @track unless it is what it was. */
static void
set_track (CamFramedSound *self, CamTrack *track)
{
  if (!cam_track_same_enough (self->track, track)) {
    cam_track_unref (self->track);
    self->track = cam_track_ref (track);
  }
  cam_track_unref (track);
}

/* Samples, little-endian, to those of access units. */
static void
take_samples (CamFramedSound *self, const uint8_t *data, size_t size, int64_t arrived_us)
{
  set_track (self, make_track (CAM_CODEC_L16, RATE_HZ, RATE_HZ, CHANNELS));
  g_autofree uint8_t *unit = g_malloc (size);
  for (size_t i = 0; i < size; i++)
    unit[i] = data[(i ^ 1) < size ? i ^ 1 : i];
  take_unit (self, unit, size, arrived_us);
}

/* One frame or more. */
static void
take_mpeg_audio (CamFramedSound *self, const uint8_t *data, size_t size, int64_t arrived_us)
{
  while (size > 0) {
    CamMpegAudioFrame frame;
    if (!cam_mpeg_audio_read (data, size, &frame) || frame.bytes == 0 || frame.bytes > size) {
      self->counters.undecoded++;
      return;
    }
    set_track (self, make_track (CAM_CODEC_MPEG_AUDIO, 90000, frame.sample_rate, frame.channels));
    take_unit (self, data, frame.bytes, arrived_us);
    data += frame.bytes;
    size -= frame.bytes;
  }
}

static void
take_audio (CamFramedSound *self, CamFramedFormat format, const uint8_t *payload, size_t size, int64_t arrived_us)
{
  if (cam_read_budget_get (&self->budget, SIZE_MAX, cam_loop_thread_now_us (self->loop)) == 0) {
    self->counters.overrun++;
    return;
  }
  switch (format) {
  case CAM_FRAMED_L16:
    take_samples (self, payload, size, arrived_us);
    break;
  case CAM_FRAMED_MP2:
    take_mpeg_audio (self, payload, size, arrived_us);
    break;
  case CAM_FRAMED_OPUS:
  case CAM_FRAMED_FLAC:
    set_track (self, make_track (format == CAM_FRAMED_OPUS ? CAM_CODEC_OPUS : CAM_CODEC_FLAC, RATE_HZ, RATE_HZ, CHANNELS));
    take_unit (self, payload, size, arrived_us);
    break;
  }
}

static void
take_metadata (CamFramedSound *self, const uint8_t *payload, size_t size)
{
  if (!g_utf8_validate_len ((const char *) payload, size, NULL)) {
    self->counters.malformed++;
    return;
  }
  g_clear_pointer (&self->metadata, g_bytes_unref);
  self->metadata = g_bytes_new (payload, size);
  if (self->sink->metadata != NULL)
    self->sink->metadata (self->sink, self->metadata);
}

static void
take_framed (CamFramedSound *self, const uint8_t *message, size_t size, int64_t arrived_us)
{
  CamFramedType type;
  CamFramedFormat format;
  const uint8_t *payload;
  size_t payload_size;
  if (!cam_deframer_take (self->deframer, message, size, &type, &format, &payload, &payload_size))
    return;
  if (type == CAM_FRAMED_METADATA)
    take_metadata (self, payload, payload_size);
  else
    take_audio (self, format, payload, payload_size, arrived_us);
}

/* Frames may lie across messages: what is left of one is kept for the next. */
static void
take_raw (CamFramedSound *self, const uint8_t *message, size_t size, int64_t arrived_us)
{
  self->counters.messages++;
  cam_l16_units_begin (self->units, arrived_us);
  g_byte_array_append (self->raw, message, (guint) size);
  size_t frame_bytes = self->channels * sizeof (int16_t);
  unsigned frames = (unsigned) (self->raw->len / frame_bytes);
  if (frames == 0)
    return;
  unsigned n_samples = frames * self->channels;
  g_autofree int16_t *samples = g_new (int16_t, n_samples);
  for (unsigned i = 0; i < n_samples; i++)
    samples[i] = (int16_t) (self->raw->data[2 * i] | self->raw->data[2 * i + 1] << 8);
  cam_l16_units_take (self->units, &(CamPcm){.samples = samples, .frames = frames, .rate = self->rate, .channels = self->channels});
  g_byte_array_remove_range (self->raw, 0, frames * (guint) frame_bytes);
}

void
cam_framed_sound_take (CamFramedSound *self, const uint8_t *message, size_t size, int64_t arrived_us)
{
  CAM_ASSERT_ON (self->loop);
  if (self->deframer != NULL)
    take_framed (self, message, size, arrived_us);
  else
    take_raw (self, message, size, arrived_us);
}
