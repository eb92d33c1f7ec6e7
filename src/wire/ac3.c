#include "wire/ac3.h"

#include <glib.h>

#include "wire/bit-cursor.h"

#define SYNC 0x0b77
#define MOST_STREAM_ID 8 /* bsid: above are low rates that nobody sends, and E-AC-3 */

/* kbit/s, by half of frmsizecod. */
static const uint16_t bit_rates[] = {32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640};
static const uint32_t sample_rates[] = {48000, 44100, 32000};
static const uint8_t channel_counts[] = {2, 1, 2, 3, 3, 4, 4, 5}; /* by acmod */

/* Whether the low frequencies have a channel: behind mix levels that only some modes have (4.4.2). */
static bool
read_low_frequencies (CamBitCursor *cursor, unsigned mode)
{
  bool has_center = (mode & 1) != 0 && mode != 1;
  bool has_surround = (mode & 4) != 0;
  bool is_stereo = mode == 2;
  cam_bit_cursor_skip (cursor, (has_center ? 2 : 0) + (has_surround ? 2 : 0) + (is_stereo ? 2 : 0));
  return cam_bit_cursor_read (cursor, 1);
}

bool
cam_ac3_read (const uint8_t *data, size_t size, CamAc3Frame *ret_frame)
{
  if (size < CAM_AC3_HEADER_BYTES)
    return false;
  CamBitCursor cursor = cam_bit_cursor_new (data, CAM_AC3_HEADER_BYTES);
  unsigned sync = cam_bit_cursor_read (&cursor, 16);
  cam_bit_cursor_skip (&cursor, 16); /* crc1 */
  unsigned rate_code = cam_bit_cursor_read (&cursor, 2);
  unsigned size_code = cam_bit_cursor_read (&cursor, 6);
  unsigned stream_id = cam_bit_cursor_read (&cursor, 5);
  cam_bit_cursor_skip (&cursor, 3); /* bsmod */
  unsigned mode = cam_bit_cursor_read (&cursor, 3);
  if (sync != SYNC || rate_code >= G_N_ELEMENTS (sample_rates) || size_code / 2 >= G_N_ELEMENTS (bit_rates) || stream_id > MOST_STREAM_ID)
    return false;
  uint32_t sample_rate = sample_rates[rate_code];
  size_t words = (size_t) bit_rates[size_code / 2] * 1000 * CAM_AC3_FRAME_SAMPLES / sample_rate / 16;
  if (sample_rate == 44100) /* not a whole number of words: some frames have one more */
    words += size_code % 2;
  *ret_frame = (CamAc3Frame){
      .sample_rate = sample_rate,
      .channels = (uint8_t) (channel_counts[mode] + read_low_frequencies (&cursor, mode)),
      .bytes = words * 2,
  };
  return true;
}
