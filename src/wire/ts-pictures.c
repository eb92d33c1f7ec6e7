#include "wire/ts-elementary.h"

#include <string.h>

#include "wire/h264.h"
#include "wire/picture-assembler.h"
#include "wire/ts-pes.h"

/* A NAL unit is held back until so much of it is there, unless it turns out to be a slice: enough to know the id of any parameter set. */
#define HEAD_BYTES 128
#define LEAST_SLICE_BYTES 3
#define START_CODE_ZEROS 2

#define TIMES 4 /* those of the growing unit and the ones that are finished but not said yet; a power of two */
#define TICKS_A_MS 90
#define MOST_STEP_TICKS (10000 * TICKS_A_MS) /* decoding times further apart are a jump */

typedef struct {
  CamTsElementary base;
  CamCodec codec;
  CamDepacketizer *depacketizer; /* owned; is a CamPictureAssembler */

  CamTsTimes times[TIMES]; /* by token */
  uint32_t token;          /* of the growing unit: in place of an RTP time stamp */
  bool has_token;
  CamTsTimes next;    /* of what begins in the PES packet at hand, until something does */
  CamTsTimes later;   /* of the next PES packet, as long as the beginning of a NAL unit before it is held back */
  bool is_pes_start;  /* nothing but zeros of the PES packet has been seen */
  int64_t elapsed_us; /* what decoding times have told: the assembler's clock */

  size_t zeros;      /* at the end of what was taken: of a start code, of the NAL unit, or of neither */
  bool has_nal;      /* a start code was seen */
  bool is_nal_first; /* … and it began the PES packet */
  bool is_nal_begun; /* … and the assembler has the NAL unit's beginning */
  size_t head_size;
  uint8_t head[HEAD_BYTES];
  bool is_lost; /* bytes are missing before the next NAL unit */
} Pictures;

static CamPictureAssembler *
assembler_of (Pictures *self)
{
  return (CamPictureAssembler *) self->depacketizer;
}

static void
close_pictures (CamTsElementary *base)
{
  Pictures *self = (Pictures *) base;
  cam_depacketizer_free (self->depacketizer);
  g_free (self);
}

static void
set_share (CamTsElementary *base, CamMediaShare *share)
{
  cam_depacketizer_set_share (((Pictures *) base)->depacketizer, share);
}

static void
say_units (Pictures *self)
{
  CamDepacketizedUnit unit;
  bool has_any = false;
  while (cam_depacketizer_next (self->depacketizer, &unit)) {
    const CamTsTimes *times = &self->times[unit.rtp_time % TIMES];
    CamTsUnit said = {unit.data, unit.size, unit.is_key, unit.is_damaged, times->pts, times->dts};
    has_any = true;
    if (times->has_times)
      self->base.unit (&self->base, &said, self->base.data);
  }
  if (has_any)
    cam_unit_queue_turn (&self->depacketizer->units);
}

/* The assembler counts on a clock that says how long there was no key picture. */
static void
note_elapsed (Pictures *self, const CamTsTimes *before, const CamTsTimes *times)
{
  uint64_t step = (times->dts - before->dts) & CAM_TS_TIME_MASK;
  if (before->has_times && times->has_times && step < MOST_STEP_TICKS)
    self->elapsed_us += (int64_t) (step * 1000 / TICKS_A_MS);
}

/* A unit begins, with the time of the PES packet when that is still to be given, else with that of the unit before it. */
static void
begin_unit (Pictures *self)
{
  const CamTsTimes *before = &self->times[self->token % TIMES];
  CamTsTimes times = self->next.has_times ? self->next : *before;
  note_elapsed (self, before, &times);
  self->next.has_times = false;
  self->token++;
  self->has_token = true;
  self->times[self->token % TIMES] = times;
}

/* Pictures of interlaced streams may be fields: the second of a frame has no time of its own, and belongs to the first. */
static bool
may_be_field (Pictures *self)
{
  GBytes *sps = self->codec == CAM_CODEC_H264 ? cam_parameter_sets_get_first (&assembler_of (self)->sets, 0) : NULL;
  CamH264Sps read;
  return sps != NULL && cam_h264_read_sps (g_bytes_get_data (sps, NULL), g_bytes_get_size (sps), &read) && !read.is_frames_only;
}

/* Whether the NAL unit whose beginning is at hand is the first of a unit. */
static bool
does_begin_unit (Pictures *self)
{
  bool starts_picture = assembler_of (self)->syntax->inspect (self->head, self->head_size).starts_picture;
  if (self->next.has_times) {
    bool is_same_time = self->next.pts == self->times[self->token % TIMES].pts && self->times[self->token % TIMES].has_times;
    return starts_picture || (self->is_nal_first && !is_same_time);
  }
  bool is_growing = assembler_of (self)->picture.has_slice;
  return !self->has_token || (starts_picture && is_growing && !may_be_field (self));
}

/* Tells the assembler what is at hand, as if it were an RTP packet. False: it is passed over. */
static bool
begin_packet (Pictures *self, const uint8_t *head, size_t size)
{
  CamRtpPacket packet = {.time = self->token};
  bool is_lost = self->is_lost;
  self->is_lost = false;
  return cam_picture_assembler_begin_packet (assembler_of (self), &packet, is_lost, self->elapsed_us, head, size);
}

/* The head is as long as it gets: on to the assembler with it. */
static void
begin_nal (Pictures *self)
{
  if (does_begin_unit (self))
    begin_unit (self);
  if (self->later.has_times)
    self->next = self->later;
  self->later.has_times = false;
  self->is_nal_begun = true;
  if (begin_packet (self, self->head, self->head_size))
    cam_picture_assembler_begin_nal (assembler_of (self), self->head, self->head_size);
  say_units (self);
}

static bool
is_head_enough (Pictures *self)
{
  if (self->head_size == HEAD_BYTES)
    return true;
  return self->head_size == LEAST_SLICE_BYTES && assembler_of (self)->syntax->inspect (self->head, self->head_size).role == CAM_NAL_SLICE;
}

static void
append_nal (Pictures *self, const uint8_t *data, size_t size)
{
  while (size > 0 && self->has_nal && !self->is_nal_begun) {
    self->head[self->head_size++] = *data++;
    size--;
    if (is_head_enough (self))
      begin_nal (self);
  }
  if (size == 0 || !self->has_nal)
    return;
  if (assembler_of (self)->is_behind_marker) /* the PES packet seemed to be whole, and goes on */
    begin_packet (self, NULL, 0);
  cam_picture_assembler_append_nal (assembler_of (self), data, size);
}

/* The NAL unit has no more bytes than those held back. */
static void
begin_held_nal (Pictures *self)
{
  if (!self->has_nal || self->is_nal_begun)
    return;
  if (self->head_size > 0)
    begin_nal (self);
  else
    self->has_nal = false;
}

static void
end_nal (Pictures *self)
{
  begin_held_nal (self);
  cam_picture_assembler_end_nal (assembler_of (self));
  self->has_nal = false;
}

/* Zeros that turned out to be the NAL unit's: never more than two in a row (H.264, 7.4.1). */
static void
append_zeros (Pictures *self)
{
  static const uint8_t zeros[START_CODE_ZEROS] = {0, 0};
  append_nal (self, zeros, MIN (self->zeros, START_CODE_ZEROS));
  self->zeros = 0;
}

/* Takes what stands before @end, all of the NAL unit at hand but for zeros at its end. */
static void
take_body (Pictures *self, const uint8_t *data, const uint8_t *end)
{
  const uint8_t *last = end;
  while (last > data && last[-1] == 0)
    last--;
  if (last > data) {
    self->is_pes_start = false;
    append_zeros (self);
    append_nal (self, data, (size_t) (last - data));
  }
  self->zeros += (size_t) (end - last);
}

/* The 1 of the next start code at or behind @data; NULL: none. */
static const uint8_t *
find_start_code (const Pictures *self, const uint8_t *data, size_t size)
{
  const uint8_t *end = data + size;
  const uint8_t *at = data;
  while (at < end && (at = memchr (at, 1, (size_t) (end - at))) != NULL) {
    size_t before = (size_t) (at - data);
    size_t zeros = before == 0 ? self->zeros : at[-1] != 0 ? 0 : before == 1 ? 1 + self->zeros : at[-2] == 0 ? 2 : 1;
    if (zeros >= START_CODE_ZEROS)
      return at;
    at++;
  }
  return NULL;
}

static void
take_pictures (CamTsElementary *base, const uint8_t *data, size_t size)
{
  Pictures *self = (Pictures *) base;
  const uint8_t *end = data + size;
  while (data < end) {
    const uint8_t *start = find_start_code (self, data, (size_t) (end - data));
    take_body (self, data, start != NULL ? start : end);
    if (start == NULL)
      break;
    self->zeros = 0;
    end_nal (self);
    self->has_nal = true;
    self->is_nal_first = self->is_pes_start;
    self->is_pes_start = false;
    self->is_nal_begun = false;
    self->head_size = 0;
    data = start + 1;
  }
  CamDepacketizerCounters counters = cam_depacketizer_get_counters (self->depacketizer);
  self->base.malformed = counters.malformed + counters.oversize;
}

static void
begin_pes (CamTsElementary *base, const CamTsTimes *times)
{
  Pictures *self = (Pictures *) base;
  bool is_nal_held = self->has_nal && !self->is_nal_begun;
  self->is_pes_start = true;
  if (is_nal_held)
    self->later = *times;
  else if (times->has_times)
    self->next = *times;
}

/* The picture may be whole: the assembler knows how often that was so. */
static void
end_pes (CamTsElementary *base)
{
  Pictures *self = (Pictures *) base;
  begin_held_nal (self);
  cam_picture_assembler_end_packet (assembler_of (self), true);
  say_units (self);
}

/* What comes until the next start code belongs to nothing. A unit that seemed to be whole before this is not damaged by it. */
static void
lose_pictures (CamTsElementary *base)
{
  Pictures *self = (Pictures *) base;
  bool was_whole = assembler_of (self)->is_behind_marker;
  if (was_whole)
    cam_picture_assembler_end_nal (assembler_of (self));
  self->has_nal = false;
  self->zeros = 0;
  self->is_lost = true;
  if (!was_whole && self->has_token)
    begin_packet (self, NULL, 0);
}

/* What is there is said as a whole unit; should it go on after all, the rest is passed over. */
static void
flush_pictures (CamTsElementary *base)
{
  Pictures *self = (Pictures *) base;
  end_nal (self);
  if (!assembler_of (self)->picture.has_slice)
    return;
  begin_unit (self);
  begin_packet (self, NULL, 0);
  assembler_of (self)->is_passing_over = true;
  say_units (self);
}

static CamTrack *
ref_pictures_track (CamTsElementary *base)
{
  Pictures *self = (Pictures *) base;
  CamTrack *track = cam_depacketizer_ref_track (self->depacketizer);
  return track != NULL ? track : cam_track_ref (self->depacketizer->track);
}

static const CamTsElementaryKind kind = {
    .close = close_pictures,
    .begin = begin_pes,
    .take = take_pictures,
    .end = end_pes,
    .lose = lose_pictures,
    .flush = flush_pictures,
    .set_share = set_share,
    .ref_track = ref_pictures_track,
};

CamTsElementary *
cam_ts_pictures_new (const CamTsStream *stream, CamTsUnitFunc unit, gpointer data)
{
  Pictures *self = g_new0 (Pictures, 1);
  g_autoptr (CamTrack) track = cam_track_new (stream->codec);
  CamSdpMedia media = {.track = track};
  self->base = (CamTsElementary){.kind = &kind, .unit = unit, .data = data};
  self->codec = stream->codec;
  self->depacketizer = cam_depacketizer_new (&media);
  self->elapsed_us = 1; /* 0 is no time to the assembler */
  return &self->base;
}
