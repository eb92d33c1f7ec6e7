#include "ingest/stream-freeze.h"

#include <glib.h>

#include "wire/h264.h"
#include "wire/h265.h"

/* Of a slice: its header, whose numbers count on in a still picture, fits. */
#define SLICE_HEADER_BYTES 12
#define LEAST_REPEATS 3
#define LEAST_KEY_REPEATS 2

/* FNV-1a: no more than a fingerprint; whoever wants to look frozen may. */
#define FNV_START UINT64_C (0xcbf29ce484222325)
#define FNV_PRIME UINT64_C (0x100000001b3)

void
cam_stream_freeze_begin (CamStreamFreeze *self, int64_t timeout_us, CamCodec codec, int64_t now_us)
{
  *self = (CamStreamFreeze){.timeout_us = timeout_us, .codec = codec};
  self->stamps.since_us = now_us;
  self->keys.standstill.since_us = now_us;
  self->others.standstill.since_us = now_us;
}

static uint64_t
add_bytes (uint64_t print, const uint8_t *data, size_t size)
{
  print = (print ^ size) * FNV_PRIME;
  for (size_t i = 0; i < size; i++)
    print = (print ^ data[i]) * FNV_PRIME;
  return print;
}

/* Of what is shown: neither headers nor messages nor parameter sets. */
static uint64_t
take_print (CamCodec codec, const uint8_t *data, size_t size)
{
  uint64_t print = FNV_START;
  if (codec != CAM_CODEC_H264 && codec != CAM_CODEC_H265)
    return add_bytes (print, data, size);
  CamNalWalk walk = {.data = data, .size = size};
  const uint8_t *nal = NULL;
  size_t nal_size = 0;
  while (cam_nal_walk_next (&walk, &nal, &nal_size)) {
    CamNalFacts facts = codec == CAM_CODEC_H264 ? cam_h264_inspect (nal, nal_size) : cam_h265_inspect (nal, nal_size);
    size_t passed_over = MIN (nal_size, SLICE_HEADER_BYTES);
    if (facts.role == CAM_NAL_SLICE)
      print = add_bytes (print, nal + passed_over, nal_size - passed_over);
  }
  return print;
}

static void
note (CamStandstill *self, bool is_new, int64_t now_us)
{
  if (is_new)
    *self = (CamStandstill){.since_us = now_us};
  else
    self->repeats++;
}

/* True when none of the last pictures of this kind looked the same. */
static bool
is_new_picture (CamPictureKind *self, uint64_t print)
{
  for (unsigned i = 0; i < CAM_FREEZE_RECENT; i++)
    if (self->recent[i] == print)
      return false;
  self->recent[self->next] = print;
  self->next = (self->next + 1) % CAM_FREEZE_RECENT;
  return true;
}

static bool
stands_still (const CamStreamFreeze *self, const CamStandstill *standstill, unsigned least_repeats, int64_t now_us)
{
  return standstill->repeats >= least_repeats && now_us - standstill->since_us >= self->timeout_us;
}

/* Key pictures alone are proof enough: who repeats a whole group shows nothing new either. The pictures between them are when no key
 * picture said otherwise. */
static bool
shows_nothing_new (const CamStreamFreeze *self, int64_t now_us)
{
  if (stands_still (self, &self->keys.standstill, LEAST_KEY_REPEATS, now_us))
    return true;
  return stands_still (self, &self->others.standstill, LEAST_REPEATS, now_us) && stands_still (self, &self->keys.standstill, 0, now_us);
}

void
cam_stream_freeze_take (CamStreamFreeze *self, uint32_t rtp_time, const uint8_t *data, size_t size, bool is_key, int64_t now_us)
{
  if (self->timeout_us == 0 || self->found != CAM_FREEZE_NONE)
    return;
  note (&self->stamps, !self->has_unit || rtp_time != self->rtp_time, now_us);
  self->has_unit = true;
  self->rtp_time = rtp_time;
  if (stands_still (self, &self->stamps, LEAST_REPEATS, now_us))
    self->found = CAM_FREEZE_STAMPS;
  if (cam_codec_kind (self->codec) != CAM_TRACK_VIDEO)
    return;
  CamPictureKind *kind = is_key ? &self->keys : &self->others;
  note (&kind->standstill, is_new_picture (kind, take_print (self->codec, data, size)), now_us);
  if (self->found == CAM_FREEZE_NONE && shows_nothing_new (self, now_us))
    self->found = CAM_FREEZE_PICTURES;
}

CamFreeze
cam_stream_freeze_get (const CamStreamFreeze *self)
{
  return self->found;
}
