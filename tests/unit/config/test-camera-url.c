#include "config/camera-url.h"

#include <string.h>

#include "config/config-error.h"

typedef struct {
  const char *text;
  CamScheme scheme;
  const char *username;
  const char *password;
  const char *host;
  unsigned port;
  const char *path;
  const char *clean;
} GoodUrl;

static const GoodUrl good_urls[] = {
    {"rtsp://h", CAM_SCHEME_RTSP, NULL, NULL, "h", 554, "/", "rtsp://h/"},
    {"RTSP://Cam-1.lan:8554/a/b?c=d@e", CAM_SCHEME_RTSP, NULL, NULL, "Cam-1.lan", 8554, "/a/b?c=d@e", "rtsp://Cam-1.lan:8554/a/b?c=d@e"},
    {"rtsp://u:p@h:554/x", CAM_SCHEME_RTSP, "u", "p", "h", 554, "/x", "rtsp://h:554/x"},
    {"rtsp://u:p@ss:w#r?d@h/x", CAM_SCHEME_RTSP, "u", "p@ss:w#r?d", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:p%40%2Fw@h/x", CAM_SCHEME_RTSP, "u", "p@/w", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:100%@h/x", CAM_SCHEME_RTSP, "u", "100%", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:%ff%zz@h/x", CAM_SCHEME_RTSP, "u", "%ff%zz", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:%FF@h/x", CAM_SCHEME_RTSP, "u", "%FF", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:a%00b@h/x", CAM_SCHEME_RTSP, "u", "a%00b", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:%4@h/x", CAM_SCHEME_RTSP, "u", "%4", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://us%65r@h/x", CAM_SCHEME_RTSP, "user", NULL, "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://u:@h/x", CAM_SCHEME_RTSP, "u", "", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://:p@h/x", CAM_SCHEME_RTSP, "", "p", "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://@h/x", CAM_SCHEME_RTSP, NULL, NULL, "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://h:/x", CAM_SCHEME_RTSP, NULL, NULL, "h", 554, "/x", "rtsp://h/x"},
    {"rtsp://h?channel=1", CAM_SCHEME_RTSP, NULL, NULL, "h", 554, "/?channel=1", "rtsp://h/?channel=1"},
    {"rtsp://u:p?q@h?channel=1", CAM_SCHEME_RTSP, "u", "p?q", "h", 554, "/?channel=1", "rtsp://h/?channel=1"},
    {"rtsp://[2001:db8::1]/x", CAM_SCHEME_RTSP, NULL, NULL, "2001:db8::1", 554, "/x", "rtsp://[2001:db8::1]/x"},
    {"rtsp://u:p@[fe80::1%eth0]:8554", CAM_SCHEME_RTSP, "u", "p", "fe80::1%eth0", 8554, "/", "rtsp://[fe80::1%eth0]:8554/"},
    {"rtsp://10.0.0.1:65535/", CAM_SCHEME_RTSP, NULL, NULL, "10.0.0.1", 65535, "/", "rtsp://10.0.0.1:65535/"},
    {"rtsp://h/user=a_password=b_channel=1", CAM_SCHEME_RTSP, NULL, NULL, "h", 554, "/user=a_password=b_channel=1",
     "rtsp://h/user=a_password=b_channel=1"},
    {"rtsps://u:p@h/x", CAM_SCHEME_RTSPS, "u", "p", "h", 322, "/x", "rtsps://h/x"},
    {"RTSPS://[::1]:8322/", CAM_SCHEME_RTSPS, NULL, NULL, "::1", 8322, "/", "rtsps://[::1]:8322/"},
    {"rtsp+http://h", CAM_SCHEME_RTSP_HTTP, NULL, NULL, "h", 80, "/", "rtsp+http://h/"},
    {"rtsp+http://u:p@h:8080/x?a=b", CAM_SCHEME_RTSP_HTTP, "u", "p", "h", 8080, "/x?a=b", "rtsp+http://h:8080/x?a=b"},
    {"test:", CAM_SCHEME_TEST, NULL, NULL, NULL, 0, "", "test:"},
    {"test:?", CAM_SCHEME_TEST, NULL, NULL, NULL, 0, "", "test:?"},
    {"test:?video=h265&fps=10", CAM_SCHEME_TEST, NULL, NULL, NULL, 0, "video=h265&fps=10", "test:?video=h265&fps=10"},
    {"file:clip.mp4", CAM_SCHEME_FILE, NULL, NULL, NULL, 0, "clip.mp4", "file:clip.mp4"},
    {"file:/a/b c%20.mkv", CAM_SCHEME_FILE, NULL, NULL, NULL, 0, "/a/b c%20.mkv", "file:/a/b c%20.mkv"},
    {"file:///a/b", CAM_SCHEME_FILE, NULL, NULL, NULL, 0, "/a/b", "file:///a/b"},
    {"srt://h:9000", CAM_SCHEME_SRT, NULL, NULL, "h", 9000, "", "srt://h:9000"},
    {"SRT://h:9000/?latency=1&&streamid=a/b@c", CAM_SCHEME_SRT, NULL, NULL, "h", 9000, "latency=1&streamid=a/b@c",
     "srt://h:9000?latency=1&streamid=a/b@c"},
    {"srt://[::1]:1?passphrase=ten%20or%20more&latency=0", CAM_SCHEME_SRT, NULL, "ten or more", "::1", 1, "latency=0",
     "srt://[::1]:1?latency=0"},
    {"srt://:9000?passphrase=0123456789", CAM_SCHEME_SRT, NULL, "0123456789", NULL, 9000, "", "srt://:9000"},
    {"srt://:9000/", CAM_SCHEME_SRT, NULL, NULL, NULL, 9000, "", "srt://:9000"},
    {"srt:", CAM_SCHEME_SRT, NULL, NULL, NULL, 0, "", "srt:"},
    {"srt:?", CAM_SCHEME_SRT, NULL, NULL, NULL, 0, "", "srt:"},
    {"srt:?framing=ts", CAM_SCHEME_SRT, NULL, NULL, NULL, 0, "framing=ts", "srt:?framing=ts"},
    {"file:////a", CAM_SCHEME_FILE, NULL, NULL, NULL, 0, "//a", "file:////a"},
};

static void
test_good (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (good_urls); i++) {
    const GoodUrl *expected = &good_urls[i];
    g_autoptr (GError) error = NULL;
    g_autoptr (CamCameraUrl) url = cam_camera_url_parse (expected->text, &error);
    g_assert_no_error (error);
    g_assert_cmpint (url->scheme, ==, expected->scheme);
    g_assert_cmpstr (url->username, ==, expected->username);
    g_assert_cmpstr (cam_secret_reveal (url->password), ==, expected->password);
    g_assert_cmpstr (url->host, ==, expected->host);
    g_assert_cmpuint (url->port, ==, expected->port);
    g_assert_cmpstr (url->path, ==, expected->path);
    g_assert_cmpstr (url->clean, ==, expected->clean);
  }
}

/* The messages are in tests/data/config/bad/urls.expected; here, that no way to fail repeats a password. */
static void
test_bad (void)
{
  static const char *const wrong[] = {
      "",
      "rtsp",
      "http://h/",
      "rtsp:",
      "rtsp://",
      "rtsp:///x",
      "rtsp://canary:canary/1@h/",
      "rtsp://u:canary@/x",
      "rtsp://u:canary@h:0/x",
      "rtsp://u:canary@h:99999/x",
      "rtsp://u:canary@h:554:1/x",
      "rtsp://u:canary@[::1/x",
      "rtsp://u:canary@[::1]x/x",
      "rtsp://u:canary@[h]/x",
      "rtsp://u:canary@h\t/x",
      "rtsp://u:canary@h/a b",
      "rtsp://u:canary@h\xff/x",
      "rtsp://u:canary@-ä/x",
      "rtsp://fe80::1/x",
      "srt://h",
      "srt://h:",
      "srt://",
      "srt://h:0",
      "srt:///",
      "srt:h:1",
      "srt://h:1/x",
      "srt://u:canary@h:1",
      "srt://u:can?ary@h:1",
      "srt://h:1?passphrase=canary",
      "srt://h:1?passphrase=canarycanary&canary=1",
      "srt://[::1:1",
      "rtsps://u:canary@:322/x",
      "rtsp+http://u:canary@h/a b",
      "file:",
      "file://",
      "file://h/x",
      "test:x",
      "test:?video=canary2",
      "rtsp://h h/",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CamCameraUrl) url = cam_camera_url_parse (wrong[i], &error);
    g_assert_null (url);
    g_assert_true (error->domain == CAM_CONFIG_ERROR);
    g_assert_cmpint (error->code, ==, CAM_CONFIG_ERROR_VALUE);
    g_assert_true (strstr (error->message, "canary") == NULL || strstr (wrong[i], "canary2") != NULL);
  }
}

static void
test_length (void)
{
  g_autofree char *path = g_strnfill (2048 - strlen ("rtsp://h/"), 'x');
  g_autofree char *longest = g_strconcat ("rtsp://h/", path, NULL);
  g_autofree char *too_long = g_strconcat (longest, "x", NULL);
  g_autoptr (CamCameraUrl) fits = cam_camera_url_parse (longest, NULL);
  g_assert_nonnull (fits);
  g_autoptr (GError) error = NULL;
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (too_long, &error);
  g_assert_null (url);
  g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/camera-url/good", test_good);
  g_test_add_func ("/config/camera-url/bad", test_bad);
  g_test_add_func ("/config/camera-url/length", test_length);
  return g_test_run ();
}
