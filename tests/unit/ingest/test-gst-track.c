#include "ingest/gst-track.h"

#include <string.h>

static CamTrack *
read_caps (const char *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_assert_nonnull (caps);
  return cam_gst_track_from_caps (caps);
}

static void
test_codecs (void)
{
  static const struct {
    const char *caps;
    CamCodec codec;
    uint32_t clock_rate;
    uint32_t sample_rate;
    uint8_t channels;
    size_t slice;
  } rows[] = {
      {"video/x-h264,width=640,height=480", CAM_CODEC_H264, 90000, 0, 0, 0},
      {"video/x-h265,width=640,height=480", CAM_CODEC_H265, 90000, 0, 0, 0},
      {"image/jpeg,width=640,height=480", CAM_CODEC_MJPEG, 90000, 0, 0, 0},
      {"audio/x-mulaw,rate=8000,channels=1", CAM_CODEC_PCMU, 8000, 8000, 1, 160},
      {"audio/x-alaw,rate=16000,channels=2", CAM_CODEC_PCMA, 16000, 16000, 2, 640},
      {"audio/G722,rate=16000,channels=1", CAM_CODEC_G722, 8000, 16000, 1, 160},
      {"audio/x-adpcm,layout=g726,rate=8000,channels=1", CAM_CODEC_G726, 8000, 8000, 1, 80},
      {"audio/x-raw,format=S16BE,rate=44100,channels=2", CAM_CODEC_L16, 44100, 44100, 2, 3528},
      {"audio/mpeg,mpegversion=4,rate=48000,channels=2,codec_data=(buffer)1190", CAM_CODEC_AAC, 48000, 48000, 2, 0},
      {"audio/mpeg,mpegversion=1,layer=3,rate=44100,channels=2", CAM_CODEC_MPEG_AUDIO, 90000, 44100, 2, 0},
      {"audio/x-opus,rate=48000,channels=2", CAM_CODEC_OPUS, 48000, 48000, 2, 0},
      {"audio/x-ac3,rate=44100,channels=6", CAM_CODEC_AC3, 44100, 44100, 6, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = read_caps (rows[i].caps);
    g_assert_nonnull (track);
    g_assert_cmpint (track->codec, ==, rows[i].codec);
    g_assert_cmpuint (track->clock_rate, ==, rows[i].clock_rate);
    g_assert_cmpuint (cam_gst_track_get_slice_bytes (track), ==, rows[i].slice);
    if (cam_codec_kind (track->codec) == CAM_TRACK_VIDEO) {
      g_assert_cmpuint (track->width, ==, 640);
      g_assert_cmpuint (track->height, ==, 480);
      continue;
    }
    g_assert_cmpuint (track->sample_rate, ==, rows[i].sample_rate);
    g_assert_cmpuint (track->channels, ==, rows[i].channels);
  }
  g_autoptr (CamTrack) aac = read_caps (rows[8].caps);
  g_assert_cmpmem (g_bytes_get_data (aac->config, NULL), g_bytes_get_size (aac->config), "\x11\x90", 2);
}

static void
test_not_carried (void)
{
  static const char *const rows[] = {
      "video/x-vp8,width=640,height=480",
      "audio/x-vorbis,rate=48000,channels=2",
      "audio/x-raw,format=F32LE,rate=48000,channels=2",
      "audio/x-adpcm,layout=dvi,rate=8000,channels=1",
      "audio/mpeg,mpegversion=3,rate=48000,channels=2",
      "audio/mpeg,mpegversion=4,rate=48000,channels=2", /* no configuration */
      "audio/x-mulaw,channels=1",                       /* no rate */
      "audio/x-mulaw,rate=8000,channels=9",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_null (read_caps (rows[i]));
  g_autoptr (GstCaps) empty = gst_caps_new_empty ();
  g_assert_null (cam_gst_track_from_caps (empty));
  g_assert_null (cam_gst_track_from_caps (NULL));
}

static void
assert_set (const CamTrack *track, guint index, const char *expected)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (g_ptr_array_index (track->parameter_sets, index), &size);
  g_assert_cmpmem (data, size, expected, strlen (expected));
}

static void
test_learn (void)
{
  static const uint8_t unit[] = "\0\0\0\2\x09\x10\0\0\0\3\x68pp\0\0\0\3\x67ss\0\0\0\3\x67ss\0\0\0\2\x65i";
  g_autoptr (CamTrack) track = read_caps ("video/x-h264");
  g_autoptr (CamTrack) learned = cam_gst_track_learn (track, unit, sizeof unit - 1);
  g_assert_nonnull (learned);
  g_assert_cmpuint (learned->parameter_sets->len, ==, 2);
  assert_set (learned, 0, "\x67ss");
  assert_set (learned, 1, "\x68pp");
  g_assert_cmpuint (track->parameter_sets->len, ==, 0);
  g_assert_null (cam_gst_track_learn (learned, unit, sizeof unit - 1));
  g_assert_null (cam_gst_track_learn (learned, unit + 28, sizeof unit - 1 - 28)); /* none in it: what is known stays */
}

static void
test_learn_h265 (void)
{
  static const uint8_t unit[] = "\0\0\0\2\x44p\0\0\0\2\x42s\0\0\0\2\x40v\0\0\0\2\x26i";
  g_autoptr (CamTrack) track = read_caps ("video/x-h265");
  g_autoptr (CamTrack) learned = cam_gst_track_learn (track, unit, sizeof unit - 1);
  g_assert_nonnull (learned);
  g_assert_cmpuint (learned->parameter_sets->len, ==, 3);
  assert_set (learned, 0, "\x40v");
  assert_set (learned, 1, "\x42s");
  assert_set (learned, 2, "\x44p");
}

/* Lengths that lie end the reading. */
static void
test_learn_broken (void)
{
  g_autoptr (CamTrack) track = read_caps ("video/x-h264");
  g_assert_null (cam_gst_track_learn (track, (const uint8_t *) "\0\0\0\x09\x67", 5));
  g_assert_null (cam_gst_track_learn (track, (const uint8_t *) "\0\0\0\0\x67", 5));
  g_assert_null (cam_gst_track_learn (track, (const uint8_t *) "\xff\xff\xff\xff\x67", 5));
  g_assert_null (cam_gst_track_learn (track, (const uint8_t *) "\0\0\0", 3));
  g_autoptr (CamTrack) sound = read_caps ("audio/x-mulaw,rate=8000,channels=1");
  g_assert_null (cam_gst_track_learn (sound, (const uint8_t *) "\0\0\0\1\x67", 5));
}

static void
test_nibbles (void)
{
  uint8_t data[] = {0x12, 0xf0, 0x00};
  cam_gst_swap_nibbles (data, sizeof data);
  g_assert_cmpmem (data, sizeof data, "\x21\x0f\x00", 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/gst-track/codecs", test_codecs);
  g_test_add_func ("/gst-track/not-carried", test_not_carried);
  g_test_add_func ("/gst-track/learn", test_learn);
  g_test_add_func ("/gst-track/learn-h265", test_learn_h265);
  g_test_add_func ("/gst-track/learn-broken", test_learn_broken);
  g_test_add_func ("/gst-track/nibbles", test_nibbles);
  return g_test_run ();
}
