/* MJPEG into RTP (RFC 2435): the quantization tables travel in the first packet of each picture (Q 255), the scan is cut anywhere.
 * Pictures that RTP cannot say (progressive, other sampling, Huffman tables of their own, over 2040 pixels) are not sent. */
#include "wire/mjpeg.h"
#include "wire/packetizer-kind.h"

#define HEADER_BYTES 8
#define RESTART_HEADER_BYTES 4
#define TABLES_HEADER_BYTES 4
#define LEAST_SCAN_BYTES (CAM_RUN_PAYLOAD_BYTES - HEADER_BYTES - RESTART_HEADER_BYTES) /* in any packet but the first and the last */
#define RESTART_TYPE 64
#define OWN_TABLES 255
#define WHOLE_PICTURE 0xffff /* RFC 2435, 3.1.7: first and last bit and a count of all ones, scans are not cut at restarts */

/* The first packet has less room, by the tables; they fit a packet of their own. */
static size_t
bound_mjpeg (const CamPacketizer *self, size_t size)
{
  size_t packets = size / LEAST_SCAN_BYTES + 2;
  return size + packets * (CAM_RUN_OVERHEAD_BYTES + HEADER_BYTES + RESTART_HEADER_BYTES) + TABLES_HEADER_BYTES + CAM_MJPEG_TABLES_BYTES;
}

/* The headers of the packet with the scan from @offset on. Returns their size. */
static size_t
write_headers (const CamMjpegHeader *picture, size_t offset, uint8_t *out)
{
  uint8_t *at = out;
  *at++ = 0;
  *at++ = (uint8_t) (offset >> 16);
  *at++ = (uint8_t) (offset >> 8);
  *at++ = (uint8_t) offset;
  *at++ = (uint8_t) ((picture->has_half_lines ? 1 : 0) + (picture->restart_interval > 0 ? RESTART_TYPE : 0));
  *at++ = OWN_TABLES;
  *at++ = (uint8_t) ((picture->width + 7) / 8);
  *at++ = (uint8_t) ((picture->height + 7) / 8);
  if (picture->restart_interval > 0) {
    *at++ = (uint8_t) (picture->restart_interval >> 8);
    *at++ = (uint8_t) picture->restart_interval;
    *at++ = WHOLE_PICTURE >> 8;
    *at++ = WHOLE_PICTURE & 0xff;
  }
  if (offset == 0) {
    *at++ = 0;
    *at++ = 0;
    *at++ = 0;
    *at++ = CAM_MJPEG_TABLES_BYTES;
    memcpy (at, picture->tables, CAM_MJPEG_TABLES_BYTES);
    at += CAM_MJPEG_TABLES_BYTES;
  }
  return (size_t) (at - out);
}

static void
write_mjpeg (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  CamMjpegHeader picture;
  const uint8_t *scan = NULL;
  size_t scan_size = 0;
  if (!cam_mjpeg_read (unit, size, &picture, &scan, &scan_size) || picture.width > CAM_MJPEG_LARGEST || picture.height > CAM_MJPEG_LARGEST)
    return;
  for (size_t offset = 0; offset < scan_size;) {
    uint8_t *payload = cam_run_payload (writer);
    size_t headers = write_headers (&picture, offset, payload);
    size_t piece = MIN (scan_size - offset, CAM_RUN_PAYLOAD_BYTES - headers);
    memcpy (payload + headers, scan + offset, piece);
    offset += piece;
    cam_run_close_packet (writer, headers + piece, offset == scan_size);
  }
}

const CamPacketizerKind cam_packetize_mjpeg = {
    .encoding = "JPEG",
    .payload_type = 26,
    .bound = bound_mjpeg,
    .write = write_mjpeg,
};
