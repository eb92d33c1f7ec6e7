#include "ingest/sample-units.h"

#include "ingest/gst-track.h"
#include "media/decode-order.h"
#include "wire/mjpeg.h"

#define SLICE_NS ((int64_t) (20 * GST_MSECOND))
#define EARLY_US (3 * G_USEC_PER_SEC)
#define EARLY_SAMPLES 512

typedef struct {
  CamTrackKind kind;
  GstSample *sample; /* ref */
  int64_t pts_ns;
  int64_t dts_ns;
} EarlySample;

struct CamSampleUnits {
  CamIngestSink *sink;            /* borrowed */
  bool is_expected[CAM_N_TRACKS]; /* the stream has this track */
  CamTrack *tracks[CAM_N_TRACKS]; /* ref; NULL before their first sample */
  bool is_described;
  GArray *early; /* of EarlySample, owned; before the description */
  int64_t first_us;
  int64_t last_dts_ns[CAM_N_TRACKS];
  int64_t shift_ns; /* added to all times: what came before from elsewhere reached further than our first sample */
  uint64_t bytes;
  uint64_t malformed; /* pictures that RTP has no words for */
};

static void
clear_early (gpointer data)
{
  EarlySample *early = data;
  gst_sample_unref (early->sample);
}

CamSampleUnits *
cam_sample_units_new (CamIngestSink *sink, bool has_video, bool has_audio)
{
  CamSampleUnits *self = g_new0 (CamSampleUnits, 1);
  self->sink = sink;
  self->is_expected[CAM_TRACK_VIDEO] = has_video;
  self->is_expected[CAM_TRACK_AUDIO] = has_audio;
  self->early = g_array_new (FALSE, FALSE, sizeof (EarlySample));
  g_array_set_clear_func (self->early, clear_early);
  return self;
}

void
cam_sample_units_free (CamSampleUnits *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->early);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    cam_track_unref (self->tracks[kind]);
  g_free (self);
}

static void
rise_above (CamSampleUnits *self, int64_t floor_ns)
{
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    self->last_dts_ns[kind] = floor_ns;
  for (guint i = 0; i < self->early->len; i++) {
    int64_t short_ns = floor_ns + CAM_DECODE_ORDER_TICK_NS - g_array_index (self->early, EarlySample, i).dts_ns;
    self->shift_ns = MAX (self->shift_ns, short_ns);
  }
}

static void
describe (CamSampleUnits *self)
{
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (self->tracks[CAM_TRACK_VIDEO], self->tracks[CAM_TRACK_AUDIO]);
  int64_t floor_ns = self->sink->describe (self->sink, description);
  if (!self->is_described)
    rise_above (self, floor_ns);
  self->is_described = true;
}

static bool
knows_all (const CamSampleUnits *self)
{
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    if (self->is_expected[kind] && self->tracks[kind] == NULL)
      return false;
  return true;
}

/* Parameter sets in front of a key unit: they may change in mid-stream. */
static void
learn_sets (CamSampleUnits *self, CamTrackKind kind, const GstMapInfo *map)
{
  CamTrack *learned = cam_gst_track_learn (self->tracks[kind], map->data, map->size);
  if (learned == NULL)
    return;
  cam_track_unref (self->tracks[kind]);
  self->tracks[kind] = learned;
  if (self->is_described)
    describe (self);
}

static void
count (CamSampleUnits *self)
{
  self->sink->count (self->sink, &(CamIngestTotals){.bytes = self->bytes, .malformed = self->malformed});
}

static void
say_unit (CamSampleUnits *self, const EarlySample *from, const uint8_t *data, size_t size, bool is_key, int64_t now_us)
{
  int64_t dts_ns = MAX (from->dts_ns + self->shift_ns, self->last_dts_ns[from->kind] + CAM_DECODE_ORDER_TICK_NS);
  self->last_dts_ns[from->kind] = dts_ns;
  self->bytes += size;
  count (self);
  self->sink->unit (self->sink, from->kind, data, size, is_key, false, MAX (from->pts_ns + self->shift_ns, dts_ns), dts_ns, now_us);
}

/* JPEG has many kinds (progressive, with tables of its own), RTP few (RFC 2435); all else can be sent. */
static bool
can_be_sent (const CamTrack *track, const GstMapInfo *map)
{
  return track->codec != CAM_CODEC_MJPEG || cam_mjpeg_can_be_sent (map->data, map->size);
}

static void
say_slices (CamSampleUnits *self, EarlySample from, const GstMapInfo *map, size_t slice, int64_t now_us)
{
  g_autofree uint8_t *swapped = NULL;
  if (self->tracks[from.kind]->codec == CAM_CODEC_G726) {
    swapped = g_memdup2 (map->data, map->size);
    cam_gst_swap_nibbles (swapped, map->size);
  }
  const uint8_t *data = swapped != NULL ? swapped : map->data;
  for (size_t at = 0; at < map->size; at += slice) {
    say_unit (self, &from, data + at, MIN (slice, map->size - at), true, now_us);
    from.pts_ns += SLICE_NS;
    from.dts_ns += SLICE_NS;
  }
}

static void
say_sample (CamSampleUnits *self, const EarlySample *from, int64_t now_us)
{
  GstBuffer *buffer = gst_sample_get_buffer (from->sample);
  bool is_key = from->kind == CAM_TRACK_AUDIO || !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  GstMapInfo map;
  if (!self->is_expected[from->kind] || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  size_t slice = cam_gst_track_get_slice_bytes (self->tracks[from->kind]);
  if (!can_be_sent (self->tracks[from->kind], &map)) {
    gst_buffer_unmap (buffer, &map);
    self->malformed++;
    count (self);
    return;
  }
  if (is_key)
    learn_sets (self, from->kind, &map);
  if (slice > 0)
    say_slices (self, *from, &map, slice, now_us);
  else
    say_unit (self, from, map.data, map.size, is_key, now_us);
  gst_buffer_unmap (buffer, &map);
}

/* The first picture's parameter sets belong into the first description. */
static void
learn_early_sets (CamSampleUnits *self, const EarlySample *early)
{
  GstMapInfo map;
  if (early->kind != CAM_TRACK_VIDEO || !gst_buffer_map (gst_sample_get_buffer (early->sample), &map, GST_MAP_READ))
    return;
  learn_sets (self, early->kind, &map);
  gst_buffer_unmap (gst_sample_get_buffer (early->sample), &map);
}

static void
keep_early (CamSampleUnits *self, EarlySample early, int64_t now_us)
{
  if (self->early->len == 0)
    self->first_us = now_us;
  gst_sample_ref (early.sample);
  g_array_append_val (self->early, early);
  learn_early_sets (self, &early);
  bool is_full = self->early->len >= EARLY_SAMPLES || now_us - self->first_us >= EARLY_US;
  if (is_full && self->tracks[CAM_TRACK_VIDEO] != NULL)
    self->is_expected[CAM_TRACK_AUDIO] &= self->tracks[CAM_TRACK_AUDIO] != NULL;
  if (!knows_all (self)) {
    if (is_full)
      g_array_set_size (self->early, 0);
    return;
  }
  describe (self);
  for (guint i = 0; i < self->early->len; i++)
    say_sample (self, &g_array_index (self->early, EarlySample, i), now_us);
  g_array_set_size (self->early, 0);
}

/* A stream that begins with a picture that cannot be sent is not one that readers should wait for. */
static bool
may_begin_with (const CamSampleUnits *self, CamTrackKind kind, GstSample *sample)
{
  GstMapInfo map;
  if (self->is_described || !gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
    return true;
  bool can = can_be_sent (self->tracks[kind], &map);
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  return can;
}

bool
cam_sample_units_take (CamSampleUnits *self, CamTrackKind kind, GstSample *sample, int64_t pts_ns, int64_t dts_ns, int64_t now_us)
{
  if (self->tracks[kind] == NULL)
    self->tracks[kind] = cam_gst_track_from_caps (gst_sample_get_caps (sample));
  if (self->tracks[kind] == NULL || !may_begin_with (self, kind, sample))
    return false;
  EarlySample from = {.kind = kind, .sample = sample, .pts_ns = pts_ns, .dts_ns = dts_ns};
  if (self->is_described)
    say_sample (self, &from, now_us);
  else
    keep_early (self, from, now_us);
  return true;
}
