#include "media/codec.h"

#include <glib.h>

static void
test_table (void)
{
  static const struct {
    CamCodec codec;
    const char *name;
    CamTrackKind kind;
  } rows[] = {
      {CAM_CODEC_H264, "H.264", CAM_TRACK_VIDEO},       {CAM_CODEC_H265, "H.265", CAM_TRACK_VIDEO},
      {CAM_CODEC_MJPEG, "MJPEG", CAM_TRACK_VIDEO},      {CAM_CODEC_PCMU, "G.711 µ-law", CAM_TRACK_AUDIO},
      {CAM_CODEC_PCMA, "G.711 A-law", CAM_TRACK_AUDIO}, {CAM_CODEC_G722, "G.722", CAM_TRACK_AUDIO},
      {CAM_CODEC_G726, "G.726", CAM_TRACK_AUDIO},       {CAM_CODEC_L16, "L16", CAM_TRACK_AUDIO},
      {CAM_CODEC_AAC, "AAC", CAM_TRACK_AUDIO},          {CAM_CODEC_MPEG_AUDIO, "MPEG audio", CAM_TRACK_AUDIO},
      {CAM_CODEC_OPUS, "Opus", CAM_TRACK_AUDIO},
      {CAM_CODEC_AC3, "AC-3", CAM_TRACK_AUDIO},
      {CAM_CODEC_FLAC, "FLAC", CAM_TRACK_AUDIO},
  };
  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, CAM_N_CODECS - 1);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpstr (cam_codec_name (rows[i].codec), ==, rows[i].name);
    g_assert_cmpint (cam_codec_kind (rows[i].codec), ==, rows[i].kind);
  }
  g_assert_cmpstr (cam_codec_name (CAM_CODEC_NONE), ==, "none");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/codec/table", test_table);
  return g_test_run ();
}
