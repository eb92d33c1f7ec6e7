/* A fuzzer's bytes as SRT messages of one connection: each is its length in two bytes, then as many bytes. What comes out is sent once
 * more, in pieces, and must come out the same. */
#include <glib.h>
#include <string.h>

#include "wire/framed-audio.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

enum { LENGTH_BYTES = 2, MESSAGES = 256, PIECE = CAM_FRAMED_MESSAGE_BYTES - CAM_FRAMED_HEADER_BYTES };

static void
send_again (CamFramedType type, CamFramedFormat format, const uint8_t *payload, size_t size)
{
  g_autoptr (CamDeframer) deframer = cam_deframer_new ();
  CamFramedType got_type = CAM_FRAMED_MORE;
  CamFramedFormat got_format = CAM_FRAMED_L16;
  uint8_t message[CAM_FRAMED_MESSAGE_BYTES]; /* lasts as long as what is borrowed of it */
  const uint8_t *got = NULL;
  size_t got_size = 0;
  for (size_t at = 0; at < size; at += PIECE) {
    size_t here = MIN (PIECE, size - at);
    cam_framed_write_header (message, type, format, size, here, at > 0);
    memcpy (message + CAM_FRAMED_HEADER_BYTES, payload + at, here);
    g_assert_true (cam_framed_looks_like (message, CAM_FRAMED_HEADER_BYTES + here));
    bool is_whole = cam_deframer_take (deframer, message, CAM_FRAMED_HEADER_BYTES + here, &got_type, &got_format, &got, &got_size);
    g_assert_true (is_whole == (at + here == size));
  }
  g_assert_true (got_type == type && got_format == format && got_size == size && memcmp (got, payload, size) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CamDeframer) deframer = cam_deframer_new ();
  uint64_t taken = 0;
  for (; taken < MESSAGES && size >= LENGTH_BYTES; taken++) {
    size_t length = MIN ((size_t) data[0] << 8 | data[1], size - LENGTH_BYTES);
    g_autofree uint8_t *message = g_memdup2 (data + LENGTH_BYTES, length); /* so that a sanitizer sees the first read beyond */
    cam_framed_looks_like (message, length);
    CamFramedType type;
    CamFramedFormat format;
    const uint8_t *payload = NULL;
    size_t payload_size = 0;
    if (cam_deframer_take (deframer, message, length, &type, &format, &payload, &payload_size)) {
      g_assert_true (payload_size > 0 && payload_size <= (type == CAM_FRAMED_METADATA ? CAM_FRAMED_METADATA_BYTES : CAM_FRAMED_MOST_BYTES));
      send_again (type, format, payload, payload_size);
    }
    data += LENGTH_BYTES + length;
    size -= LENGTH_BYTES + length;
  }
  CamFramedCounters counters = cam_deframer_get_counters (deframer);
  g_assert_cmpuint (counters.messages, ==, taken);
  g_assert_cmpuint (counters.malformed + counters.broken + counters.oversize, <=, 2 * taken);
  return 0;
}
