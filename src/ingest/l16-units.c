#include "ingest/l16-units.h"

#include "media/timeline.h"

#define LEAST_US 5000
#define MOST_US 20000

struct CamL16Units {
  CamIngestSink *sink; /* borrowed */
  unsigned rate;       /* Hz; 0: nothing came yet */
  unsigned channels;
  CamTimeline *timeline; /* owned; NULL before the description */
  GByteArray *waiting;   /* owned; big-endian */
  uint64_t count;        /* of the frame that is taken next */
  int64_t arrived_us;    /* what is taken now */
  uint64_t began;        /* the count of its first frame */
};

CamL16Units *
cam_l16_units_new (CamIngestSink *sink)
{
  CamL16Units *self = g_new0 (CamL16Units, 1);
  self->sink = sink;
  self->waiting = g_byte_array_new ();
  return self;
}

void
cam_l16_units_free (CamL16Units *self)
{
  if (self == NULL)
    return;
  cam_timeline_free (self->timeline);
  g_byte_array_unref (self->waiting);
  g_free (self);
}

static int64_t
to_us (const CamL16Units *self, int64_t frames)
{
  return frames * G_USEC_PER_SEC / self->rate;
}

static int64_t
describe (CamL16Units *self)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_L16);
  track->clock_rate = self->rate;
  track->sample_rate = self->rate;
  track->channels = (uint8_t) self->channels;
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (NULL, track);
  return self->sink->describe (self->sink, description);
}

void
cam_l16_units_begin (CamL16Units *self, int64_t arrived_us)
{
  int64_t silence_us = arrived_us - self->arrived_us;
  int64_t late_us = self->rate > 0 ? silence_us - to_us (self, (int64_t) (self->count - self->began)) : 0;
  if (late_us > CAM_L16_UNITS_GAP_US)
    self->count += (uint64_t) late_us * self->rate / G_USEC_PER_SEC;
  self->arrived_us = arrived_us;
  self->began = self->count;
}

void
cam_l16_units_raise_floor (CamL16Units *self, int64_t floor_ns)
{
  if (self->timeline != NULL)
    cam_timeline_raise_floor (self->timeline, floor_ns);
}

/* @frames at the beginning of what waits, the first of them the one of @count. */
static void
say_unit (CamL16Units *self, size_t at, unsigned frames, uint64_t count)
{
  /* As if each sample came when it is played: so all units of a packet have the same delay. */
  int64_t arrived_us = self->arrived_us + to_us (self, (int64_t) (count - self->began));
  int64_t pts_ns, dts_ns;
  cam_timeline_map (self->timeline, CAM_TRACK_AUDIO, (uint32_t) count, arrived_us, &pts_ns, &dts_ns);
  size_t size = (size_t) frames * self->channels * sizeof (int16_t);
  self->sink->unit (self->sink, CAM_TRACK_AUDIO, self->waiting->data + at, size, true, false, pts_ns, dts_ns, self->arrived_us);
}

static void
say_units (CamL16Units *self)
{
  size_t frame_bytes = self->channels * sizeof (int16_t);
  unsigned least = (unsigned) ((uint64_t) self->rate * LEAST_US / G_USEC_PER_SEC);
  unsigned most = (unsigned) ((uint64_t) self->rate * MOST_US / G_USEC_PER_SEC);
  unsigned waiting = (unsigned) (self->waiting->len / frame_bytes);
  unsigned units = waiting >= least ? (waiting + most - 1) / most : 0;
  size_t at = 0;
  for (; units > 0; units--) {
    unsigned frames = waiting / units;
    say_unit (self, at, frames, self->count - waiting);
    at += frames * frame_bytes;
    waiting -= frames;
  }
  if (at > 0)
    g_byte_array_remove_range (self->waiting, 0, (guint) at);
}

void
cam_l16_units_take (CamL16Units *self, const CamPcm *pcm)
{
  if (self->rate == 0) {
    self->rate = pcm->rate;
    self->channels = pcm->channels;
    self->timeline = cam_timeline_new (describe (self));
    cam_timeline_add_track (self->timeline, CAM_TRACK_AUDIO, pcm->rate);
  }
  guint at = self->waiting->len;
  unsigned samples = pcm->frames * pcm->channels;
  g_byte_array_set_size (self->waiting, at + samples * (guint) sizeof (int16_t));
  uint8_t *out = self->waiting->data + at;
  for (unsigned i = 0; i < samples; i++) {
    uint16_t sample = (uint16_t) pcm->samples[i];
    out[2 * i] = (uint8_t) (sample >> 8);
    out[2 * i + 1] = (uint8_t) sample;
  }
  self->count += pcm->frames;
  say_units (self);
}
