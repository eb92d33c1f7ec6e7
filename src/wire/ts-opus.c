#include "wire/ts-opus.h"

#include <string.h>

#define PREFIX_BYTES 2
#define PREFIX 0x7fe0 /* 11 bits, then the flags */
#define PREFIX_MASK 0xffe0
#define HAS_START_TRIM 0x10
#define HAS_END_TRIM 0x08
#define HAS_EXTENSION 0x04
#define TRIM_BYTES 2
#define MOST_SAMPLES 5760 /* 120 ms (RFC 6716, 3.2.5) */

/* The size of the packet: bytes of 255 and a last one, added up. False: it goes on. */
static bool
read_size (const uint8_t *data, size_t size, size_t *offset, size_t *ret_bytes)
{
  size_t bytes = 0;
  while (*offset < size) {
    uint8_t part = data[(*offset)++];
    bytes += part;
    if (part < UINT8_MAX) {
      *ret_bytes = bytes;
      return true;
    }
  }
  return false;
}

CamTsOpusVerdict
cam_ts_opus_read (const uint8_t *data, size_t size, CamTsOpusFrame *ret_frame)
{
  if (size < PREFIX_BYTES)
    return CAM_TS_OPUS_SHORT;
  unsigned prefix = (unsigned) data[0] << 8 | data[1];
  if ((prefix & PREFIX_MASK) != PREFIX)
    return CAM_TS_OPUS_BAD;
  CamTsOpusFrame frame = {.header_bytes = PREFIX_BYTES};
  if (!read_size (data, size, &frame.header_bytes, &frame.bytes))
    return CAM_TS_OPUS_SHORT;
  frame.header_bytes += (prefix & HAS_START_TRIM) != 0 ? TRIM_BYTES : 0;
  frame.header_bytes += (prefix & HAS_END_TRIM) != 0 ? TRIM_BYTES : 0;
  if ((prefix & HAS_EXTENSION) != 0) {
    if (frame.header_bytes >= size)
      return CAM_TS_OPUS_SHORT;
    frame.header_bytes += 1 + (size_t) data[frame.header_bytes];
  }
  *ret_frame = frame;
  return CAM_TS_OPUS_READ;
}

size_t
cam_ts_opus_write (size_t packet_bytes, uint8_t *out)
{
  size_t full = packet_bytes / UINT8_MAX;
  out[0] = PREFIX >> 8;
  out[1] = PREFIX & 0xff;
  memset (out + PREFIX_BYTES, UINT8_MAX, full);
  out[PREFIX_BYTES + full] = (uint8_t) (packet_bytes % UINT8_MAX);
  return CAM_TS_OPUS_HEADER_BYTES (packet_bytes);
}

/* RFC 6716, table 2: SILK 10 to 60 ms, hybrid 10 and 20, CELT 2.5 to 20. */
static unsigned
count_frame_samples (uint8_t toc)
{
  static const unsigned silk[] = {480, 960, 1920, 2880};
  static const unsigned hybrid[] = {480, 960};
  unsigned config = toc >> 3;
  if (config < 12)
    return silk[config % 4];
  if (config < 16)
    return hybrid[config % 2];
  return 120u << config % 4;
}

unsigned
cam_opus_count_samples (const uint8_t *packet, size_t size)
{
  if (size == 0)
    return 0;
  unsigned code = packet[0] & 3;
  unsigned frames = code == 0 ? 1 : 2;
  if (code == 3)
    frames = size > 1 ? packet[1] & 0x3f : 0;
  unsigned samples = frames * count_frame_samples (packet[0]);
  return samples <= MOST_SAMPLES ? samples : 0;
}
