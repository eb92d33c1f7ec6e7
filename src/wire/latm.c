#include "wire/latm.h"

/* LatmGetValue (): one to four bytes. */
static uint32_t
read_value (CamBitCursor *cursor)
{
  unsigned bytes = cam_bit_cursor_read (cursor, 2) + 1;
  return cam_bit_cursor_read (cursor, bytes * 8);
}

/* The AudioSpecificConfig that begins here, its bits copied; @told_bits: its length when the element says it, else 0. */
static bool
read_audio_config (CamBitCursor *cursor, size_t told_bits, CamLatmConfig *config)
{
  CamBitCursor start = *cursor;
  if (!cam_aac_config_read (cursor, &config->aac))
    return false;
  size_t bits = cursor->position - start.position;
  if (told_bits > 0) {
    if (told_bits < bits)
      return false;
    bits = told_bits;
  } else if (!config->aac.has_known_length) {
    return false;
  }
  config->config_size = (bits + 7) / 8;
  if (config->config_size > sizeof config->config || !cam_bit_cursor_copy (&start, bits, config->config))
    return false;
  cursor->position = start.position;
  return true;
}

static bool
read_frame_length (CamBitCursor *cursor, CamLatmConfig *config)
{
  unsigned type = cam_bit_cursor_read (cursor, 3);
  if (type == 0) {
    cam_bit_cursor_skip (cursor, 8); /* latmBufferFullness */
    return true;
  }
  if (type != 1)
    return false;
  config->has_fixed_frames = true;
  config->frame_bits = 8 * (cam_bit_cursor_read (cursor, 9) + 20);
  return true;
}

static size_t
read_other_data_bits (CamBitCursor *cursor, unsigned version)
{
  if (version == 1)
    return read_value (cursor);
  uint32_t bits = 0;
  bool goes_on = true;
  while (goes_on && !cursor->failed) {
    goes_on = cam_bit_cursor_read (cursor, 1);
    bits = bits << 8 | cam_bit_cursor_read (cursor, 8);
  }
  return bits;
}

bool
cam_latm_config_read (CamBitCursor *cursor, CamLatmConfig *ret_config)
{
  CamLatmConfig config = {.has_fixed_frames = false};
  unsigned version = cam_bit_cursor_read (cursor, 1);
  if (version == 1) {
    if (cam_bit_cursor_read (cursor, 1) != 0)
      return false;      /* audioMuxVersionA: reserved */
    read_value (cursor); /* taraBufferFullness */
  }
  bool has_same_framing = cam_bit_cursor_read (cursor, 1);
  unsigned more_frames = cam_bit_cursor_read (cursor, 6);
  unsigned more_programs = cam_bit_cursor_read (cursor, 4);
  unsigned more_layers = cam_bit_cursor_read (cursor, 3);
  if (!has_same_framing || more_frames > 0 || more_programs > 0 || more_layers > 0)
    return false;
  size_t told_bits = version == 1 ? read_value (cursor) : 0;
  if (version == 1 && told_bits == 0)
    return false;
  if (!read_audio_config (cursor, told_bits, &config) || !read_frame_length (cursor, &config))
    return false;
  if (cam_bit_cursor_read (cursor, 1))
    config.other_data_bits = read_other_data_bits (cursor, version);
  if (cam_bit_cursor_read (cursor, 1))
    cam_bit_cursor_skip (cursor, 8); /* crcCheckSum */
  if (cursor->failed)
    return false;
  *ret_config = config;
  return true;
}

bool
cam_latm_config_read_bytes (GBytes *bytes, CamLatmConfig *ret_config)
{
  static const uint8_t missing[] = {0, 0};
  size_t size = 0;
  const uint8_t *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_byte_array_append (whole, data, (guint) size);
  g_byte_array_append (whole, missing, sizeof missing);
  CamBitCursor cursor = cam_bit_cursor_new (whole->data, whole->len);
  return cam_latm_config_read (&cursor, ret_config);
}

bool
cam_latm_read_frame_bits (CamBitCursor *cursor, const CamLatmConfig *config, size_t *ret_bits)
{
  size_t bits = config->frame_bits;
  if (!config->has_fixed_frames) {
    unsigned part = 0;
    do {
      part = cam_bit_cursor_read (cursor, 8);
      bits += part * 8;
    } while (part == 255);
  }
  if (cursor->failed || bits == 0 || bits > cam_bit_cursor_left (cursor))
    return false;
  *ret_bits = bits;
  return true;
}
