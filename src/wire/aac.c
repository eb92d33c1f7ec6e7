#include "wire/aac.h"

#define ESCAPED_OBJECT_TYPE 31
#define ESCAPED_RATE 15
#define OBJECT_SBR 5
#define OBJECT_PS 29
#define SYNC_EXTENSION 0x2b7
#define SYNC_EXTENSION_BITS 11

/* ISO 14496-3, table 1.18. */
static const uint32_t rates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};

/* Table 1.19; 0 is a program config element, the rest are reserved. */
static const uint8_t channel_counts[16] = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8, 0};

static unsigned
read_object_type (CamBitCursor *cursor)
{
  unsigned type = cam_bit_cursor_read (cursor, 5);
  return type == ESCAPED_OBJECT_TYPE ? 32 + cam_bit_cursor_read (cursor, 6) : type;
}

uint32_t
cam_aac_get_rate (unsigned index)
{
  return index < G_N_ELEMENTS (rates) ? rates[index] : 0;
}

/* 0 when it is reserved. */
static uint32_t
read_rate (CamBitCursor *cursor)
{
  unsigned index = cam_bit_cursor_read (cursor, 4);
  return index == ESCAPED_RATE ? cam_bit_cursor_read (cursor, 24) : cam_aac_get_rate (index);
}

/* GASpecificConfig (4.4.1) of main, LC, SSR and LTP: beyond them come extensions that are not followed to their end. */
static void
read_general (CamBitCursor *cursor, CamAacConfig *config)
{
  bool is_short = cam_bit_cursor_read (cursor, 1);
  bool is_low_delay = config->object_type == 23 || config->object_type == 39;
  if (is_low_delay)
    config->frame_samples = is_short ? 480 : 512;
  else
    config->frame_samples = is_short ? 960 : 1024;
  if (cam_bit_cursor_read (cursor, 1))
    cam_bit_cursor_skip (cursor, 14); /* coreCoderDelay */
  bool is_extended = cam_bit_cursor_read (cursor, 1);
  config->has_known_length = config->object_type >= 1 && config->object_type <= 4 && !is_extended;
}

/* The backward compatible way to tell of SBR, behind the rest (1.6.5.2): old decoders never read so far. */
static void
read_sync_extension (CamBitCursor *cursor, CamAacConfig *config)
{
  CamBitCursor ahead = *cursor;
  if (cam_bit_cursor_read (&ahead, SYNC_EXTENSION_BITS) != SYNC_EXTENSION || read_object_type (&ahead) != OBJECT_SBR)
    return;
  uint32_t rate = cam_bit_cursor_read (&ahead, 1) ? read_rate (&ahead) : config->output_rate;
  if (ahead.failed || rate == 0)
    return;
  config->output_rate = rate;
  *cursor = ahead;
}

bool
cam_aac_config_read (CamBitCursor *cursor, CamAacConfig *ret_config)
{
  CamAacConfig config = {.object_type = read_object_type (cursor)};
  config.sample_rate = config.output_rate = read_rate (cursor);
  config.channels = channel_counts[cam_bit_cursor_read (cursor, 4)];
  if (config.object_type == OBJECT_SBR || config.object_type == OBJECT_PS) {
    config.output_rate = read_rate (cursor);
    config.object_type = read_object_type (cursor);
  }
  read_general (cursor, &config);
  read_sync_extension (cursor, &config);
  if (cursor->failed || config.object_type == 0 || config.sample_rate == 0 || config.output_rate == 0 || config.channels == 0)
    return false;
  *ret_config = config;
  return true;
}

bool
cam_aac_config_read_bytes (GBytes *bytes, CamAacConfig *ret_config)
{
  if (bytes == NULL)
    return false;
  size_t size = 0;
  const uint8_t *data = g_bytes_get_data (bytes, &size);
  CamBitCursor cursor = cam_bit_cursor_new (data, size);
  return cam_aac_config_read (&cursor, ret_config);
}

static unsigned
find_channel_code (unsigned channels)
{
  for (unsigned code = 1; code < G_N_ELEMENTS (channel_counts); code++)
    if (channel_counts[code] == channels)
      return code;
  return 1;
}

GBytes *
cam_aac_config_make (uint32_t sample_rate, unsigned channels)
{
  unsigned code = find_channel_code (channels);
  for (unsigned i = 0; i < G_N_ELEMENTS (rates); i++)
    if (rates[i] == sample_rate) {
      uint8_t bytes[2] = {(uint8_t) (CAM_AAC_LC << 3 | i >> 1), (uint8_t) (i << 7 | code << 3)};
      return g_bytes_new (bytes, sizeof bytes);
    }
  uint8_t bytes[5] = {
      (uint8_t) (CAM_AAC_LC << 3 | ESCAPED_RATE >> 1),
      (uint8_t) ((ESCAPED_RATE & 1) << 7 | (sample_rate >> 17 & 0x7f)),
      (uint8_t) (sample_rate >> 9),
      (uint8_t) (sample_rate >> 1),
      (uint8_t) ((sample_rate & 1) << 7 | code << 3),
  };
  return g_bytes_new (bytes, sizeof bytes);
}

uint32_t
cam_aac_config_frame_ticks (const CamAacConfig *self, uint32_t clock_rate)
{
  return (uint32_t) ((uint64_t) self->frame_samples * clock_rate / self->sample_rate);
}
