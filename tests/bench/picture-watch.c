#include "picture-watch.h"

#include "wire/h264.h"

#define FU_HEADER_BYTES 2
#define FU_START 0x80
#define STAP_LENGTH_BYTES 2

static bool
is_slice (unsigned type)
{
  return type >= CAM_H264_SLICE && type <= CAM_H264_IDR;
}

/* @size bytes of a NAL unit of @type; @nal: its beginning, or NULL in the middle of one. */
static void
note_nal (BenchPictureWatch *self, unsigned type, const uint8_t *nal, size_t size)
{
  if (is_slice (type)) {
    self->slice_bytes += size;
    self->is_key |= type == CAM_H264_IDR;
  } else if (type == CAM_H264_SEI && nal != NULL && bench_stamp_read (nal, size, &self->stamp)) {
    self->has_stamp = true;
  }
}

static void
note_aggregate (BenchPictureWatch *self, const uint8_t *data, size_t size)
{
  while (size > STAP_LENGTH_BYTES) {
    size_t length = (size_t) data[0] << 8 | data[1];
    data += STAP_LENGTH_BYTES;
    size -= STAP_LENGTH_BYTES;
    if (length == 0 || length > size)
      return;
    note_nal (self, cam_h264_type (data), data, length);
    data += length;
    size -= length;
  }
}

static void
note_payload (BenchPictureWatch *self, const uint8_t *data, size_t size)
{
  if (size == 0)
    return;
  unsigned type = cam_h264_type (data);
  if (type == CAM_H264_STAP_A) {
    note_aggregate (self, data + 1, size - 1);
  } else if (type == CAM_H264_FU_A) {
    if (size < FU_HEADER_BYTES)
      return;
    size_t header = (data[1] & FU_START) != 0 ? 1 : 0; /* of the NAL unit, which the fragments do not carry */
    note_nal (self, cam_h264_type (data + 1), NULL, size - FU_HEADER_BYTES + header);
  } else {
    note_nal (self, type, data, size);
  }
}

static void
count_number (BenchPictureWatch *self, uint32_t number)
{
  if (self->has_last && number > self->last_number + 1) {
    self->lost += number - self->last_number - 1;
    self->is_torn = true;
  }
  self->has_last = true; /* a lower number is a camera that began again */
  self->last_number = number;
}

static void
count_orphan (BenchPictureWatch *self, bool is_whole)
{
  if (!is_whole)
    self->is_torn = true;
  else if (self->is_key)
    self->is_torn = false;
  else if (self->is_torn)
    self->orphans++;
}

static bool
finish_picture (BenchPictureWatch *self, bool has_marker, BenchSeenPicture *ret_picture)
{
  self->is_begun = false;
  if (!self->has_stamp) {
    self->nameless++;
    return false;
  }
  bool is_whole = has_marker && self->slice_bytes == self->stamp.slice_bytes;
  self->pictures++;
  self->cut += is_whole ? 0 : 1;
  count_number (self, self->stamp.number);
  count_orphan (self, is_whole);
  *ret_picture = (BenchSeenPicture){.stamp = self->stamp, .is_key = self->is_key, .is_whole = is_whole};
  return true;
}

bool
bench_picture_watch_add (BenchPictureWatch *self, const CamRtpPacket *packet, BenchSeenPicture *ret_picture)
{
  if (self->is_begun && packet->time != self->rtp_time) {
    BenchSeenPicture unfinished;
    finish_picture (self, false, &unfinished);
  }
  if (!self->is_begun) {
    self->is_begun = true;
    self->rtp_time = packet->time;
    self->has_stamp = false;
    self->is_key = false;
    self->slice_bytes = 0;
  }
  note_payload (self, packet->payload, packet->size);
  return packet->marker && finish_picture (self, true, ret_picture);
}
