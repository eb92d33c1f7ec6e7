#include "config/test-url.h"

#include "config/config-error.h"

static void
assert_url (const char *query, CamTestUrl expected)
{
  CamTestUrl url;
  g_autoptr (GError) error = NULL;
  g_assert_true (cam_test_url_parse (query, &url, &error));
  g_assert_no_error (error);
  g_assert_cmpint (url.video, ==, expected.video);
  g_assert_cmpint (url.audio, ==, expected.audio);
  g_assert_cmpuint (url.width, ==, expected.width);
  g_assert_cmpuint (url.height, ==, expected.height);
  g_assert_cmpuint (url.fps, ==, expected.fps);
}

static void
test_options (void)
{
  assert_url ("", (CamTestUrl){CAM_TEST_VIDEO_H264, CAM_TEST_AUDIO_AAC, 1280, 720, 25});
  assert_url ("video=mjpeg&audio=none&size=64x64&fps=1", (CamTestUrl){CAM_TEST_VIDEO_MJPEG, CAM_TEST_AUDIO_NONE, 64, 64, 1});
  assert_url ("fps=60&size=3840x2160&video=none", (CamTestUrl){CAM_TEST_VIDEO_NONE, CAM_TEST_AUDIO_AAC, 3840, 2160, 60});
}

static void
test_words (void)
{
  static const char *const videos[] = {"h264", "h265", "mjpeg", "none"};
  static const char *const audios[] = {"none", "pcmu", "pcma", "g722", "g726", "l16", "aac", "mp2", "mp3", "opus"};
  for (unsigned i = 0; i < G_N_ELEMENTS (videos); i++) {
    g_autofree char *query = g_strconcat ("video=", videos[i], NULL);
    assert_url (query, (CamTestUrl){(CamTestVideo) i, CAM_TEST_AUDIO_AAC, 1280, 720, 25});
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (audios); i++) {
    g_autofree char *query = g_strconcat ("audio=", audios[i], NULL);
    assert_url (query, (CamTestUrl){CAM_TEST_VIDEO_H264, (CamTestAudio) i, 1280, 720, 25});
  }
}

static void
test_bad (void)
{
  static const struct {
    const char *query;
    CamConfigError code;
  } cases[] = {
      {"video=H264", CAM_CONFIG_ERROR_VALUE},
      {"video=", CAM_CONFIG_ERROR_VALUE},
      {"audio=vorbis", CAM_CONFIG_ERROR_VALUE},
      {"size=62x64", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"size=65x64", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"size=3842x64", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"size=64x2162", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"size=64", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"size=64x64x64", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"fps=0", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"fps=61", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"fps=2.5", CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"fps=1&fps=1", CAM_CONFIG_ERROR_TWICE},
      {"video", CAM_CONFIG_ERROR_UNKNOWN},
      {"videos=h264", CAM_CONFIG_ERROR_UNKNOWN},
      {"=", CAM_CONFIG_ERROR_UNKNOWN},
      {"fps=1&", CAM_CONFIG_ERROR_UNKNOWN},
      {"video=none&audio=none", CAM_CONFIG_ERROR_CONFLICT},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    CamTestUrl url = {.fps = 7};
    g_autoptr (GError) error = NULL;
    g_assert_false (cam_test_url_parse (cases[i].query, &url, &error));
    g_assert_error (error, CAM_CONFIG_ERROR, (int) cases[i].code);
    g_assert_cmpuint (url.fps, ==, 7);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/test-url/options", test_options);
  g_test_add_func ("/config/test-url/words", test_words);
  g_test_add_func ("/config/test-url/bad", test_bad);
  return g_test_run ();
}
