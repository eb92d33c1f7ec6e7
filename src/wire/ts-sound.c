#include "wire/ts-elementary.h"

#include <string.h>

#include "wire/depacketizer.h"
#include "wire/ts-frame.h"
#include "wire/ts-pes.h"

#define TICKS_A_SECOND 90000

typedef struct {
  CamTsElementary base;
  CamTsStream stream;
  CamTrack *track;       /* ref; as far as is known */
  CamDepacketizer *latm; /* owned; takes audioMuxElements apart; NULL: not LATM */
  uint8_t *bytes;        /* owned; CAM_TS_MOST_FRAME_BYTES; what comes of a frame that is not whole */
  size_t size;           /* of them */

  bool has_mark;  /* a time of a frame that is still to begin … */
  size_t mark_at; /* … behind so many of the bytes; it is the first that does */
  uint64_t mark;

  bool has_base; /* the time of a frame is known, and of those behind it by their samples */
  uint64_t base_pts;
  uint64_t samples; /* since then */
  uint32_t sample_rate;

  bool is_synced;  /* frames stand one behind the other: the next one is where the last ended */
  bool is_damaged; /* something is missing before the next frame */
} Sound;

static void
close_sound (CamTsElementary *base)
{
  Sound *self = (Sound *) base;
  cam_depacketizer_free (self->latm);
  cam_track_unref (self->track);
  g_free (self->bytes);
  g_free (self);
}

static void
replace_track (Sound *self, CamTrack *track)
{
  cam_track_unref (self->track);
  self->track = track;
}

/* What the header of a frame says of all of them. */
static void
learn (Sound *self, const CamTsFrame *frame)
{
  const CamTrack *track = self->track;
  bool is_known = track->sample_rate == frame->sample_rate && track->channels == frame->channels;
  if (is_known && track->codec == CAM_CODEC_AAC)
    is_known = track->config != NULL && memcmp (g_bytes_get_data (track->config, NULL), frame->config, sizeof frame->config) == 0;
  if (is_known)
    return;
  CamTrack *learned = cam_track_new (track->codec);
  learned->sample_rate = frame->sample_rate;
  learned->channels = frame->channels;
  if (track->codec != CAM_CODEC_MPEG_AUDIO) /* whose clock is fixed (RFC 3551, 4.5.13) */
    learned->clock_rate = frame->sample_rate;
  if (track->codec == CAM_CODEC_AAC)
    learned->config = g_bytes_new (frame->config, sizeof frame->config);
  replace_track (self, learned);
}

/* The time of the frame that begins at @offset of the bytes at hand. */
static void
apply_mark (Sound *self, size_t offset)
{
  if (!self->has_mark || self->mark_at > offset)
    return;
  self->has_mark = false;
  self->has_base = true;
  self->base_pts = self->mark;
  self->samples = 0;
}

static uint64_t
get_pts (const Sound *self)
{
  uint64_t ticks = self->sample_rate > 0 ? self->samples * TICKS_A_SECOND / self->sample_rate : 0;
  return (self->base_pts + ticks) & CAM_TS_TIME_MASK;
}

/* A frame is behind us. One of another rate begins to count anew. */
static void
advance (Sound *self, unsigned samples, uint32_t sample_rate)
{
  if (sample_rate != self->sample_rate) {
    self->base_pts = get_pts (self);
    self->samples = 0;
    self->sample_rate = sample_rate;
  }
  self->samples += samples;
}

/* A frame whose time nobody knows is not said. */
static void
say_unit (Sound *self, const uint8_t *data, size_t size)
{
  if (!self->has_base)
    return;
  uint64_t pts = get_pts (self);
  CamTsUnit unit = {.data = data, .size = size, .is_key = true, .is_damaged = self->is_damaged, .pts = pts, .dts = pts};
  self->is_damaged = false;
  self->base.unit (&self->base, &unit, self->base.data);
}

static void
take_latm (Sound *self, const uint8_t *element, size_t size)
{
  CamRtpPacket packet = {.payload = element, .size = size, .marker = true};
  uint64_t faults = cam_depacketizer_get_counters (self->latm).malformed;
  cam_depacketizer_push (self->latm, &packet, false, 0);
  self->base.malformed += cam_depacketizer_get_counters (self->latm).malformed - faults;
  CamTrack *track = cam_depacketizer_ref_track (self->latm);
  CamAacConfig config;
  if (track == NULL || !cam_aac_config_read_bytes (track->config, &config)) {
    cam_track_unref (track);
    return;
  }
  replace_track (self, track);
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (self->latm, &unit)) {
    say_unit (self, unit.data, unit.size);
    advance (self, config.frame_samples, config.sample_rate);
  }
}

static void
take_frame (Sound *self, const CamTsFrame *frame, const uint8_t *data)
{
  const uint8_t *unit = data + frame->header_bytes;
  size_t size = frame->bytes - frame->header_bytes;
  if (self->latm != NULL) {
    take_latm (self, unit, size);
    return;
  }
  learn (self, frame);
  say_unit (self, unit, size);
  advance (self, frame->samples, frame->sample_rate);
}

/* Whether a frame is what it seems: one where the last ended is; else another must follow it. */
static CamTsFrameVerdict
confirm (const Sound *self, const CamTsFrame *frame, const uint8_t *data, size_t size)
{
  if (frame->bytes > size)
    return CAM_TS_FRAME_SHORT;
  CamTsFrame next;
  return self->is_synced ? CAM_TS_FRAME_READ : cam_ts_frame_read (&self->stream, data + frame->bytes, size - frame->bytes, &next);
}

/* Takes what is whole. Bytes done. */
static size_t
take_frames (Sound *self, const uint8_t *data, size_t size)
{
  size_t offset = 0;
  while (offset < size) {
    apply_mark (self, offset);
    CamTsFrame frame;
    CamTsFrameVerdict verdict = cam_ts_frame_read (&self->stream, data + offset, size - offset, &frame);
    if (verdict == CAM_TS_FRAME_READ)
      verdict = confirm (self, &frame, data + offset, size - offset);
    if (verdict == CAM_TS_FRAME_SHORT)
      break;
    if (verdict == CAM_TS_FRAME_READ)
      take_frame (self, &frame, data + offset);
    self->base.malformed += self->is_synced && verdict == CAM_TS_FRAME_BAD;
    self->is_synced = verdict == CAM_TS_FRAME_READ;
    offset += self->is_synced ? frame.bytes : 1;
  }
  self->mark_at -= MIN (self->mark_at, offset);
  return offset;
}

/* Frames that are whole in @data need not be copied together. */
static void
take_sound (CamTsElementary *base, const uint8_t *data, size_t size)
{
  Sound *self = (Sound *) base;
  if (self->size == 0) {
    size_t done = take_frames (self, data, size);
    data += done;
    size -= done;
  }
  while (size > 0) {
    size_t piece = MIN (size, CAM_TS_MOST_FRAME_BYTES - self->size);
    memcpy (self->bytes + self->size, data, piece);
    self->size += piece;
    data += piece;
    size -= piece;
    size_t done = take_frames (self, self->bytes, self->size);
    self->size -= done;
    memmove (self->bytes, self->bytes + done, self->size);
    if (self->size < CAM_TS_MOST_FRAME_BYTES)
      continue;
    self->size = 0; /* what cannot be said with so many bytes never can */
    self->is_synced = false;
    self->base.malformed++;
  }
}

/* What was not understood ends here: most multiplexers let a frame begin with the PES packet. */
static void
begin_sound (CamTsElementary *base, const CamTsTimes *times)
{
  Sound *self = (Sound *) base;
  if (!self->is_synced) {
    self->size = 0;
    self->is_synced = true;
  }
  if (!times->has_times)
    return;
  self->has_mark = true;
  self->mark_at = self->size;
  self->mark = times->pts;
}

/* How many frames are missing is not known, so that those behind them have no time until one is told. */
static void
lose_sound (CamTsElementary *base)
{
  Sound *self = (Sound *) base;
  self->size = 0;
  self->is_synced = false;
  self->has_mark = false;
  self->has_base = false;
  self->is_damaged = true;
}

/* Frames say where they end: nothing waits. */
static void
end_sound (CamTsElementary *base)
{
}

static CamTrack *
ref_sound_track (CamTsElementary *base)
{
  return cam_track_ref (((Sound *) base)->track);
}

static const CamTsElementaryKind kind = {
    .close = close_sound,
    .begin = begin_sound,
    .take = take_sound,
    .end = end_sound,
    .lose = lose_sound,
    .flush = end_sound,
    .ref_track = ref_sound_track,
};

static CamDepacketizer *
open_latm (CamTrack *track)
{
  CamSdpMedia media = {.track = track, .is_latm = true, .latm_config_in_band = true};
  return cam_depacketizer_new (&media);
}

CamTsElementary *
cam_ts_sound_new (const CamTsStream *stream, CamTsUnitFunc unit, gpointer data)
{
  Sound *self = g_new0 (Sound, 1);
  self->base = (CamTsElementary){.kind = &kind, .unit = unit, .data = data};
  self->stream = *stream;
  self->bytes = g_malloc (CAM_TS_MOST_FRAME_BYTES);
  self->track = cam_track_new (stream->codec);
  if (stream->codec == CAM_CODEC_OPUS)
    self->track->channels = stream->channels;
  else
    self->track->sample_rate = 0; /* not known before the first frame */
  if (stream->type == CAM_TS_TYPE_AAC_LATM)
    self->latm = open_latm (self->track);
  return &self->base;
}
