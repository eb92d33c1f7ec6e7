#include "wire/silence.h"

static void
test_codecs (void)
{
  const struct {
    CamCodec codec;
    uint32_t rate;
    uint8_t channels;
    size_t size; /* of 100 ms; 0: none */
    uint8_t fill;
  } rows[] = {
      {CAM_CODEC_PCMU, 8000, 1, 800, 0xff},   {CAM_CODEC_PCMA, 8000, 2, 1600, 0xd5}, {CAM_CODEC_L16, 44100, 2, 17640, 0},
      {CAM_CODEC_L16, 11025, 1, 2204, 0},     {CAM_CODEC_G722, 16000, 1, 0, 0},      {CAM_CODEC_G726, 8000, 1, 0, 0},
      {CAM_CODEC_AAC, 48000, 2, 0, 0},        {CAM_CODEC_MPEG_AUDIO, 44100, 1, 0, 0}, {CAM_CODEC_OPUS, 48000, 2, 0, 0},
      {CAM_CODEC_H264, 0, 0, 0, 0},           {CAM_CODEC_PCMU, 0, 1, 0, 0},          {CAM_CODEC_L16, UINT32_MAX, 255, 0, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = cam_track_new (rows[i].codec);
    track->sample_rate = rows[i].rate;
    track->channels = rows[i].channels;
    g_autoptr (GBytes) silence = cam_silence_new (track, 100);
    g_test_message ("%zu: %s", i, cam_codec_name (rows[i].codec));
    g_assert_cmpint (silence != NULL, ==, rows[i].size > 0);
    if (silence == NULL)
      continue;
    gsize size;
    const uint8_t *bytes = g_bytes_get_data (silence, &size);
    g_assert_cmpuint (size, ==, rows[i].size);
    for (size_t byte = 0; byte < size; byte++)
      g_assert_cmphex (bytes[byte], ==, rows[i].fill);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/silence/codecs", test_codecs);
  return g_test_run ();
}
