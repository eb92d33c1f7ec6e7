#include "wire/sdp-read.h"

static void
test_urls (void)
{
  const struct {
    const char *base, *control, *expected;
  } rows[] = {
      {"rtsp://c/s", "trackID=1", "rtsp://c/s/trackID=1"},
      {"rtsp://c/s/", "trackID=1", "rtsp://c/s/trackID=1"},
      {"rtsp://c/s//", "/trackID=1", "rtsp://c/s/trackID=1"},
      {"rtsp://c/s", "*", "rtsp://c/s"},
      {"rtsp://c/s/", "", "rtsp://c/s/"},
      {"rtsp://c/s", "rtsp://10.0.0.1:554/other/video", "rtsp://10.0.0.1:554/other/video"},
      {"rtsp://c/s", "RTSPS://c/video", "RTSPS://c/video"},
      {"rtsp://c/s?channel=1&subtype=0", "trackID=0", "rtsp://c/s?channel=1&subtype=0/trackID=0"},
      {"rtsp://c/s?channel=1&subtype=0/", "trackID=0", "rtsp://c/s?channel=1&subtype=0/trackID=0"},
      {"rtsp://c/s", "?ctype=video", "rtsp://c/s?ctype=video"},
      {"rtsp://c/s", "a/b://c", "rtsp://c/s/a/b://c"},
      {"rtsp://c", "track1", "rtsp://c/track1"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *url = cam_sdp_control_url (rows[i].base, rows[i].control);
    g_assert_cmpstr (url, ==, rows[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp-control/urls", test_urls);
  return g_test_run ();
}
