#include "media/track.h"

static GBytes *
bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_usual (void)
{
  static const struct {
    CamCodec codec;
    uint32_t clock_rate;
    uint32_t sample_rate;
    unsigned channels;
  } rows[] = {
      {CAM_CODEC_H264, 90000, 0, 0},       {CAM_CODEC_H265, 90000, 0, 0},     {CAM_CODEC_MJPEG, 90000, 0, 0},
      {CAM_CODEC_PCMU, 8000, 8000, 1},     {CAM_CODEC_PCMA, 8000, 8000, 1},   {CAM_CODEC_G722, 8000, 16000, 1},
      {CAM_CODEC_G726, 8000, 8000, 1},     {CAM_CODEC_L16, 44100, 44100, 1},  {CAM_CODEC_AAC, 48000, 48000, 1},
      {CAM_CODEC_MPEG_AUDIO, 90000, 0, 1}, {CAM_CODEC_OPUS, 48000, 48000, 2},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = cam_track_new (rows[i].codec);
    g_assert_cmpint (track->codec, ==, rows[i].codec);
    g_assert_cmpuint (track->clock_rate, ==, rows[i].clock_rate);
    g_assert_cmpuint (track->sample_rate, ==, rows[i].sample_rate);
    g_assert_cmpuint (track->channels, ==, rows[i].channels);
    g_assert_cmpuint (track->parameter_sets->len, ==, 0);
    g_assert_null (track->config);
  }
}

static void
test_copy (void)
{
  g_assert_null (cam_track_copy (NULL));
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_H264);
  g_ptr_array_add (track->parameter_sets, bytes ("sps"));
  track->config = bytes ("config");
  track->width = 640;
  cam_track_ref (track);

  g_autoptr (CamTrack) copy = cam_track_copy (track);
  g_ptr_array_add (copy->parameter_sets, bytes ("pps"));
  g_assert_cmpint (copy->refs, ==, 1);
  g_assert_cmpuint (copy->width, ==, 640);
  g_assert_cmpuint (copy->parameter_sets->len, ==, 2);
  g_assert_cmpuint (track->parameter_sets->len, ==, 1);
  g_assert_true (g_bytes_equal (copy->parameter_sets->pdata[0], track->parameter_sets->pdata[0]));
  g_assert_true (g_bytes_equal (copy->config, track->config));
  cam_track_unref (track);
  cam_track_unref (NULL);
  g_assert_null (cam_track_ref (NULL));
}

static void
test_same_enough (void)
{
  g_autoptr (CamTrack) a = cam_track_new (CAM_CODEC_AAC);
  a->config = bytes ("\x12\x10");
  g_assert_true (cam_track_same_enough (a, a));
  g_assert_true (cam_track_same_enough (NULL, NULL));
  g_assert_false (cam_track_same_enough (a, NULL));
  g_assert_false (cam_track_same_enough (NULL, a));

  for (unsigned change = 0; change < 8; change++) {
    g_autoptr (CamTrack) b = cam_track_copy (a);
    bool same = false;
    switch (change) {
    case 0:
      b->codec = CAM_CODEC_OPUS;
      break;
    case 1:
      b->clock_rate++;
      break;
    case 2:
      b->channels++;
      break;
    case 3:
      b->bits++;
      break;
    case 4:
      b->g726_big_endian = true;
      break;
    case 5:
      g_clear_pointer (&b->config, g_bytes_unref);
      break;
    case 6:
      g_bytes_unref (b->config);
      b->config = bytes ("\x12\x11");
      break;
    case 7:
      b->width++;
      b->height++;
      g_ptr_array_add (b->parameter_sets, bytes ("x"));
      same = true;
      break;
    }
    g_assert_cmpint (cam_track_same_enough (a, b), ==, same);
    g_assert_cmpint (cam_track_same_enough (b, a), ==, same);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/track/usual", test_usual);
  g_test_add_func ("/media/track/copy", test_copy);
  g_test_add_func ("/media/track/same-enough", test_same_enough);
  return g_test_run ();
}
