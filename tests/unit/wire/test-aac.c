#include "wire/aac.h"

#include "codec-fixture.h"

static void
test_read (void)
{
  static const struct {
    const char *hex;
    bool valid;
    CamAacConfig config;
  } rows[] = {
      {"1408", true, {2, 16000, 16000, 1, 1024, true}},       /* AAC-LC 16 kHz mono, of most cameras */
      {"1210", true, {2, 44100, 44100, 2, 1024, true}},       /* 44.1 kHz stereo */
      {"1588", true, {2, 8000, 8000, 1, 1024, true}},         /* 8 kHz */
      {"1214", true, {2, 44100, 44100, 2, 960, true}},        /* frames of 960 */
      {"0a10", true, {1, 44100, 44100, 2, 1024, true}},       /* main */
      {"1238", true, {2, 44100, 44100, 8, 1024, true}},       /* 7.1 */
      {"1258", true, {2, 44100, 44100, 7, 1024, true}},       /* 6.1 */
      {"17801f4088", true, {2, 16001, 16001, 1, 1024, true}}, /* an escaped rate */
      {"12120028", true, {2, 44100, 44100, 2, 1024, true}},   /* a delay of the core coder */
      {"1211", true, {2, 44100, 44100, 2, 1024, false}},      /* an extension that LC does not have */
      {"2b920800", true, {2, 22050, 44100, 2, 1024, true}},   /* HE-AAC: SBR around LC */
      {"eb8a0800", true, {2, 22050, 44100, 1, 1024, true}},   /* HE-AAC v2: PS */
      {"b990", true, {23, 48000, 48000, 2, 512, false}},      /* low delay */
      {"f8e840", true, {39, 44100, 44100, 2, 512, false}},    /* enhanced low delay, an escaped type */
      {"12", false, {0}},                                     /* cut off */
      {"", false, {0}},
      {"140856e500", true, {2, 16000, 16000, 1, 1024, true}}, /* "no SBR", told behind the rest */
      {"140856e5a0", true, {2, 16000, 44100, 1, 1024, true}}, /* SBR, told behind the rest */
      {"140856e5e8", true, {2, 16000, 16000, 1, 1024, true}}, /* with a reserved rate: not followed */
      {"140856e5", true, {2, 16000, 16000, 1, 1024, true}},   /* cut off: not followed */
      {"1780000008", false, {0}},                             /* 0 Hz */
      {"1250", false, {0}},                                   /* reserved channels */
      {"1200", false, {0}},                                   /* channels in a program config element */
      {"1690", false, {0}},                                   /* reserved rate */
      {"0210", false, {0}},                                   /* no object type */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    CamAacConfig config = {0};
    bool valid = cam_aac_config_read_bytes (bytes, &config);
    g_test_message ("%s: %d, type %u, %u/%u Hz, %u channels, %u samples", rows[i].hex, valid, config.object_type, config.sample_rate,
                    config.output_rate, config.channels, config.frame_samples);
    g_assert_cmpint (valid, ==, rows[i].valid);
    g_assert_cmpuint (config.object_type, ==, rows[i].config.object_type);
    g_assert_cmpuint (config.sample_rate, ==, rows[i].config.sample_rate);
    g_assert_cmpuint (config.output_rate, ==, rows[i].config.output_rate);
    g_assert_cmpuint (config.channels, ==, rows[i].config.channels);
    g_assert_cmpuint (config.frame_samples, ==, rows[i].config.frame_samples);
    g_assert_cmpint (config.has_known_length, ==, rows[i].config.has_known_length);
  }
  CamAacConfig config;
  g_assert_false (cam_aac_config_read_bytes (NULL, &config));
}

static void
test_make (void)
{
  static const uint32_t rates[] = {96000, 48000, 44100, 16000, 8000, 7350, 12345, 50000};
  for (unsigned i = 0; i < G_N_ELEMENTS (rates); i++)
    for (unsigned channels = 1; channels <= 8; channels++) {
      g_autoptr (GBytes) bytes = cam_aac_config_make (rates[i], channels);
      CamAacConfig config;
      g_assert_true (cam_aac_config_read_bytes (bytes, &config));
      g_assert_cmpuint (config.object_type, ==, CAM_AAC_LC);
      g_assert_cmpuint (config.sample_rate, ==, rates[i]);
      g_assert_cmpuint (config.channels, ==, channels);
      g_assert_true (config.has_known_length);
    }
  g_autoptr (GBytes) usual = cam_aac_config_make (16000, 1);
  g_autofree char *hex = codec_to_hex (g_bytes_get_data (usual, NULL), g_bytes_get_size (usual));
  g_assert_cmpstr (hex, ==, "1408");
}

static void
test_ticks (void)
{
  CamAacConfig config = {.sample_rate = 22050, .output_rate = 44100, .frame_samples = 1024};
  g_assert_cmpuint (cam_aac_config_frame_ticks (&config, 22050), ==, 1024);
  g_assert_cmpuint (cam_aac_config_frame_ticks (&config, 44100), ==, 2048);
  g_assert_cmpuint (cam_aac_config_frame_ticks (&config, 90000), ==, 4179);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/aac/read", test_read);
  g_test_add_func ("/wire/aac/make", test_make);
  g_test_add_func ("/wire/aac/ticks", test_ticks);
  return g_test_run ();
}
