#include "config/test-url.h"

#include "config/config-error.h"

#include <string.h>

static const char *const video_words[] = {"h264", "h265", "mjpeg", "none", NULL};
static const char *const audio_words[] = {"none", "pcmu", "pcma", "g722", "g726", "l16", "aac", "mp2", "mp3", "opus", NULL};

static bool
parse_word (const char *option, const char *const *words, const char *text, int *ret_index, GError **error)
{
  for (int i = 0; words[i] != NULL; i++) {
    if (g_str_equal (text, words[i])) {
      *ret_index = i;
      return true;
    }
  }
  g_autofree char *expected = g_strjoinv (" ", (char **) words);
  g_autofree char *quoted = cam_config_quote (text);
  g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, "%s=%s: expected one of: %s", option, quoted, expected);
  return false;
}

static bool
parse_video (const char *text, CamTestUrl *url, GError **error)
{
  int index = 0;
  if (!parse_word ("video", video_words, text, &index, error))
    return false;
  url->video = (CamTestVideo) index;
  return true;
}

static bool
parse_audio (const char *text, CamTestUrl *url, GError **error)
{
  int index = 0;
  if (!parse_word ("audio", audio_words, text, &index, error))
    return false;
  url->audio = (CamTestAudio) index;
  return true;
}

static bool
parse_size (const char *text, CamTestUrl *url, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", 3);
  guint64 width = 0;
  guint64 height = 0;
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 64, 3840, &width, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 64, 2160, &height, NULL) || width % 2 != 0 || height % 2 != 0) {
    g_autofree char *quoted = cam_config_quote (text);
    g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_OUT_OF_RANGE,
                 "size=%s: expected WIDTHxHEIGHT, even numbers from 64x64 to 3840x2160", quoted);
    return false;
  }
  url->width = (unsigned) width;
  url->height = (unsigned) height;
  return true;
}

static bool
parse_fps (const char *text, CamTestUrl *url, GError **error)
{
  guint64 fps = 0;
  if (!g_ascii_string_to_unsigned (text, 10, 1, 60, &fps, NULL)) {
    g_autofree char *quoted = cam_config_quote (text);
    g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_OUT_OF_RANGE, "fps=%s: expected 1 to 60 frames a second", quoted);
    return false;
  }
  url->fps = (unsigned) fps;
  return true;
}

static const struct {
  const char *name;
  bool (*parse) (const char *text, CamTestUrl *url, GError **error);
} options[] = {
    {"video", parse_video},
    {"audio", parse_audio},
    {"size", parse_size},
    {"fps", parse_fps},
};

/* @pair: "name=value"; @seen: a bit for each row of options. */
static bool
parse_option (const char *pair, CamTestUrl *url, unsigned *seen, GError **error)
{
  const char *equals = strchr (pair, '=');
  const size_t length = equals != NULL ? (size_t) (equals - pair) : strlen (pair);
  for (unsigned i = 0; i < G_N_ELEMENTS (options); i++) {
    if (equals == NULL || strlen (options[i].name) != length || strncmp (options[i].name, pair, length) != 0)
      continue;
    if ((*seen & 1u << i) != 0) {
      g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_TWICE, "test option '%s' twice", options[i].name);
      return false;
    }
    *seen |= 1u << i;
    return options[i].parse (equals + 1, url, error);
  }
  g_autofree char *quoted = cam_config_quote (pair);
  g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_UNKNOWN, "unknown test option %s: expected video=, audio=, size= or fps=", quoted);
  return false;
}

bool
cam_test_url_parse (const char *query, CamTestUrl *ret_url, GError **error)
{
  CamTestUrl url = {.video = CAM_TEST_VIDEO_H264, .audio = CAM_TEST_AUDIO_AAC, .width = 1280, .height = 720, .fps = 25};
  g_auto (GStrv) pairs = g_strsplit (query, "&", 16);
  unsigned seen = 0;
  for (char **pair = pairs; *pair != NULL; pair++) {
    if (!parse_option (*pair, &url, &seen, error))
      return false;
  }
  if (url.video == CAM_TEST_VIDEO_NONE && url.audio == CAM_TEST_AUDIO_NONE) {
    g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_CONFLICT, "video=none and audio=none leave nothing to send");
    return false;
  }
  *ret_url = url;
  return true;
}
