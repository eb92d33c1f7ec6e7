#include "wire/ts-pes.h"

#include <glib.h>

#define PREFIX_BYTES 6 /* start code, stream id, length */
#define TIME_BYTES 5
#define MARK_BITS 0x80 /* '10' in front of the flags */
#define MARK_MASK 0xc0
#define SCRAMBLED 0x30
#define ALIGNED 0x04
#define HAS_PTS 0x80
#define HAS_DTS 0x40

/* Stream ids whose packets have data or padding right behind the length (table 2-21): maps, padding, private 2, ECM, EMM, DSM-CC, H.222.1
 * E, directory. */
static bool
has_no_header (uint8_t stream_id)
{
  static const uint8_t bare[] = {0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff};
  for (size_t i = 0; i < G_N_ELEMENTS (bare); i++)
    if (bare[i] == stream_id)
      return true;
  return false;
}

static uint64_t
read_time (const uint8_t *at)
{
  return (uint64_t) (at[0] >> 1 & 7) << 30 | (uint64_t) at[1] << 22 | (uint64_t) (at[2] >> 1) << 15 | (uint64_t) at[3] << 7 | at[4] >> 1;
}

/* @options: what is optional, @size bytes of it. Multiplexers that announce a time and leave no room for it have none. */
static void
read_times (uint8_t flags, const uint8_t *options, size_t size, CamTsPesHeader *header)
{
  header->has_pts = (flags & HAS_PTS) != 0 && size >= TIME_BYTES;
  header->has_dts = header->has_pts && (flags & HAS_DTS) != 0 && size >= 2 * TIME_BYTES;
  if (header->has_pts)
    header->pts = header->dts = read_time (options);
  if (header->has_dts)
    header->dts = read_time (options + TIME_BYTES);
}

CamTsPesVerdict
cam_ts_pes_read (const uint8_t *data, size_t size, CamTsPesHeader *ret_header)
{
  static const uint8_t start_code[] = {0, 0, 1};
  for (size_t i = 0; i < MIN (size, sizeof start_code); i++)
    if (data[i] != start_code[i])
      return CAM_TS_PES_BAD;
  if (size < CAM_TS_PES_FIXED_BYTES)
    return CAM_TS_PES_SHORT;
  if (has_no_header (data[3]) || (data[6] & MARK_MASK) != MARK_BITS)
    return CAM_TS_PES_BAD;
  size_t length = (size_t) data[4] << 8 | data[5];
  CamTsPesHeader header = {
      .bytes = CAM_TS_PES_FIXED_BYTES + (size_t) data[8],
      .is_bounded = length > 0,
      .is_scrambled = (data[6] & SCRAMBLED) != 0,
  };
  if (header.is_bounded && PREFIX_BYTES + length < header.bytes)
    return CAM_TS_PES_BAD;
  if (size < header.bytes)
    return CAM_TS_PES_SHORT;
  header.payload = header.is_bounded ? PREFIX_BYTES + length - header.bytes : 0;
  read_times (data[7], data + CAM_TS_PES_FIXED_BYTES, data[8], &header);
  *ret_header = header;
  return CAM_TS_PES_READ;
}

/* @code: the four bits in front that say which time it is (table 2-21). */
static void
write_time (uint8_t *out, unsigned code, uint64_t time)
{
  out[0] = (uint8_t) (code << 4 | (time >> 29 & 0x0e) | 1);
  out[1] = (uint8_t) (time >> 22);
  out[2] = (uint8_t) (time >> 14 | 1);
  out[3] = (uint8_t) (time >> 7);
  out[4] = (uint8_t) (time << 1 | 1);
}

size_t
cam_ts_pes_write (const CamTsPes *pes, uint8_t out[CAM_TS_PES_MOST_BYTES_WRITTEN])
{
  bool has_dts = ((pes->pts ^ pes->dts) & CAM_TS_TIME_MASK) != 0;
  size_t times = has_dts ? 2 * TIME_BYTES : TIME_BYTES;
  size_t length = CAM_TS_PES_FIXED_BYTES - PREFIX_BYTES + times + pes->payload;
  if (length > CAM_TS_PES_MOST_LENGTH)
    length = 0;
  out[0] = 0;
  out[1] = 0;
  out[2] = 1;
  out[3] = (uint8_t) pes->stream_id;
  out[4] = (uint8_t) (length >> 8);
  out[5] = (uint8_t) length;
  out[6] = MARK_BITS | ALIGNED;
  out[7] = has_dts ? HAS_PTS | HAS_DTS : HAS_PTS;
  out[8] = (uint8_t) times;
  write_time (out + CAM_TS_PES_FIXED_BYTES, has_dts ? 3 : 2, pes->pts);
  if (has_dts)
    write_time (out + CAM_TS_PES_FIXED_BYTES + TIME_BYTES, 1, pes->dts);
  return CAM_TS_PES_FIXED_BYTES + times;
}
