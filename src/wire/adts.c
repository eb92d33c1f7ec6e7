#include "wire/adts.h"

#define CHECKSUM_BYTES 2
#define FRAME_SAMPLES 1024
#define MOST_OBJECT_TYPE 4
#define MOST_CHANNEL_CODE 7
#define VARIABLE_RATE 0x7ff /* adts_buffer_fullness */

bool
cam_adts_read (const uint8_t *data, size_t size, CamAdtsFrame *ret_frame)
{
  if (size < CAM_ADTS_HEADER_BYTES || data[0] != 0xff || (data[1] & 0xf6) != 0xf0)
    return false;
  bool has_checksum = (data[1] & 1) == 0;
  CamAdtsFrame frame = {
      .object_type = (data[2] >> 6) + 1u,
      .rate_index = data[2] >> 2 & 0x0f,
      .channel_code = (data[2] & 1u) << 2 | data[3] >> 6,
      .header_bytes = CAM_ADTS_HEADER_BYTES + (has_checksum ? CHECKSUM_BYTES : 0),
      .bytes = (size_t) (data[3] & 3) << 11 | (size_t) data[4] << 3 | data[5] >> 5,
  };
  bool is_single = (data[6] & 3) == 0; /* number_of_raw_data_blocks_in_frame */
  if (!is_single || cam_aac_get_rate (frame.rate_index) == 0 || frame.channel_code == 0 || frame.bytes <= frame.header_bytes)
    return false;
  *ret_frame = frame;
  return true;
}

void
cam_adts_write_config (const CamAdtsFrame *frame, uint8_t out[CAM_ADTS_CONFIG_BYTES])
{
  out[0] = (uint8_t) (frame->object_type << 3 | frame->rate_index >> 1);
  out[1] = (uint8_t) (frame->rate_index << 7 | frame->channel_code << 3);
}

bool
cam_adts_from_config (GBytes *config, CamAdtsFrame *ret_frame)
{
  CamAacConfig aac;
  if (!cam_aac_config_read_bytes (config, &aac) || aac.object_type > MOST_OBJECT_TYPE || aac.frame_samples != FRAME_SAMPLES)
    return false;
  CamAdtsFrame frame = {.object_type = aac.object_type, .channel_code = aac.channels == 8 ? MOST_CHANNEL_CODE : aac.channels};
  frame.header_bytes = CAM_ADTS_HEADER_BYTES;
  while (cam_aac_get_rate (frame.rate_index) > 0 && cam_aac_get_rate (frame.rate_index) != aac.sample_rate)
    frame.rate_index++;
  bool has_channels = aac.channels <= 6 || aac.channels == 8;
  if (cam_aac_get_rate (frame.rate_index) == 0 || !has_channels)
    return false;
  *ret_frame = frame;
  return true;
}

void
cam_adts_write (const CamAdtsFrame *frame, size_t frame_bytes, uint8_t out[CAM_ADTS_HEADER_BYTES])
{
  size_t bytes = CAM_ADTS_HEADER_BYTES + frame_bytes;
  out[0] = 0xff;
  out[1] = 0xf1; /* MPEG-4, no checksum */
  out[2] = (uint8_t) ((frame->object_type - 1) << 6 | frame->rate_index << 2 | frame->channel_code >> 2);
  out[3] = (uint8_t) (frame->channel_code << 6 | bytes >> 11);
  out[4] = (uint8_t) (bytes >> 3);
  out[5] = (uint8_t) (bytes << 5 | VARIABLE_RATE >> 6);
  out[6] = (uint8_t) (VARIABLE_RATE << 2);
}
