#include "wire/mpeg-audio.h"

/* kbit/s by the header's index, 0 for the free and the forbidden one. */
static const uint16_t bit_rates[5][16] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0}, /* MPEG-1, layer I */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0},    /* MPEG-1, layer II */
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},     /* MPEG-1, layer III */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0},    /* MPEG-2, layer I */
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},         /* MPEG-2, layers II and III */
};

/* By the header's version bits: 2.5, reserved, 2, 1. */
static const uint32_t sample_rates[4][4] = {
    {11025, 12000, 8000, 0},
    {0, 0, 0, 0},
    {22050, 24000, 16000, 0},
    {44100, 48000, 32000, 0},
};

bool
cam_mpeg_audio_read (const uint8_t *data, size_t size, CamMpegAudioFrame *ret_frame)
{
  if (size < CAM_MPEG_AUDIO_HEADER_BYTES || data[0] != 0xff || (data[1] & 0xe0) != 0xe0)
    return false;
  unsigned version = data[1] >> 3 & 3;
  unsigned layer = 4 - (data[1] >> 1 & 3);
  bool is_first = version == 3; /* MPEG-1 */
  uint32_t sample_rate = sample_rates[version][data[2] >> 2 & 3];
  unsigned row = is_first ? layer - 1 : layer == 1 ? 3 : 4;
  if (layer == 4 || sample_rate == 0 || bit_rates[row][data[2] >> 4] == 0)
    return false;
  unsigned bit_rate = bit_rates[row][data[2] >> 4] * 1000u;
  unsigned padding = data[2] >> 1 & 1;
  unsigned samples = layer == 1 ? 384 : layer == 3 && !is_first ? 576 : 1152;
  *ret_frame = (CamMpegAudioFrame){
      .layer = layer,
      .sample_rate = sample_rate,
      .channels = data[3] >> 6 == 3 ? 1 : 2,
      .samples = samples,
      .bytes = layer == 1 ? (12 * bit_rate / sample_rate + padding) * 4 : samples / 8 * bit_rate / sample_rate + padding,
  };
  return true;
}
