#include "supervise/dial-manner.h"

static void
test_manners (void)
{
  static const struct {
    const char *url;
    CamDialManner manner;
  } rows[] = {
    { "rtsp://192.0.2.1/main", CAM_DIAL_MANNER_TCP },
    { "rtsps://192.0.2.1/main", CAM_DIAL_MANNER_TCP },
    { "rtsp+http://192.0.2.1/main", CAM_DIAL_MANNER_TCP },
    { "test:", CAM_DIAL_MANNER_LOCAL },
    { "file:/srv/street.mkv", CAM_DIAL_MANNER_LOCAL },
    { "srt://192.0.2.1:9000", CAM_DIAL_MANNER_SRT },
    { "srt://192.0.2.1:9000?mode=rendezvous", CAM_DIAL_MANNER_SRT },
    { "srt://192.0.2.1:9000?mode=listener", CAM_DIAL_MANNER_PASSIVE },
    { "srt://:9000", CAM_DIAL_MANNER_PASSIVE },
    { "srt:", CAM_DIAL_MANNER_PASSIVE },
    { "no URL", CAM_DIAL_MANNER_LOCAL },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamCameraUrl) url = cam_camera_url_parse (rows[i].url, NULL);
    g_assert_cmpint (cam_dial_manner_of (url), ==, rows[i].manner);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/supervise/dial-manner/manners", test_manners);
  return g_test_run ();
}
