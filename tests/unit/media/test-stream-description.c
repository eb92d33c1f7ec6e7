#include "media/stream-description.h"

static void
assert_text (CamTrack *video, CamTrack *audio, const char *expected)
{
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, audio);
  g_autofree char *text = cam_stream_description_to_string (description);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_to_string (void)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) audio = cam_track_new (CAM_CODEC_PCMA);
  assert_text (video, NULL, "H.264");
  video->width = 1920;
  video->height = 1080;
  assert_text (video, audio, "H.264 1920x1080, G.711 A-law 8 kHz mono");
  assert_text (NULL, audio, "G.711 A-law 8 kHz mono");
  audio->sample_rate = 44100;
  audio->channels = 2;
  assert_text (NULL, audio, "G.711 A-law 44.1 kHz stereo");
  audio->sample_rate = 0;
  audio->channels = 6;
  assert_text (NULL, audio, "G.711 A-law 6 channels");
}

static void
test_same_enough (void)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H264);
  g_autoptr (CamTrack) larger = cam_track_copy (video);
  larger->width = 4000;
  g_autoptr (CamTrack) audio = cam_track_new (CAM_CODEC_PCMA);
  g_autoptr (CamTrack) other = cam_track_new (CAM_CODEC_PCMU);
  g_autoptr (CamStreamDescription) both = cam_stream_description_new (video, audio);
  g_autoptr (CamStreamDescription) same = cam_stream_description_new (larger, audio);
  g_autoptr (CamStreamDescription) changed = cam_stream_description_new (video, other);
  g_autoptr (CamStreamDescription) silent = cam_stream_description_new (video, NULL);
  g_assert_true (cam_stream_description_same_enough (both, same));
  g_assert_false (cam_stream_description_same_enough (both, changed));
  g_assert_false (cam_stream_description_same_enough (both, silent));
  g_assert_false (cam_stream_description_same_enough (both, NULL));
  g_assert_false (cam_stream_description_same_enough (NULL, both));
  g_assert_true (cam_stream_description_same_enough (NULL, NULL));
}

static void
test_references (void)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H265);
  CamStreamDescription *description = cam_stream_description_new (video, NULL);
  g_assert_cmpint (video->refs, ==, 2);
  g_assert_true (cam_stream_description_ref (description) == description);
  cam_stream_description_unref (description);
  g_assert_cmpint (video->refs, ==, 2);
  cam_stream_description_unref (description);
  g_assert_cmpint (video->refs, ==, 1);
  cam_stream_description_unref (NULL);
  g_assert_null (cam_stream_description_ref (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/stream-description/to-string", test_to_string);
  g_test_add_func ("/media/stream-description/same-enough", test_same_enough);
  g_test_add_func ("/media/stream-description/references", test_references);
  return g_test_run ();
}
