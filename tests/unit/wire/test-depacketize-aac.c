#include "codec-fixture.h"

static CamDepacketizer *
open_aac (unsigned size_length, unsigned index_length, const char *config)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AAC);
  track->clock_rate = 16000;
  track->config = config != NULL ? codec_from_hex (config) : NULL;
  CamSdpMedia media = {
      .track = track,
      .payload_type = 97,
      .size_length = (uint8_t) size_length,
      .index_length = (uint8_t) index_length,
      .index_delta_length = (uint8_t) index_length,
  };
  return cam_depacketizer_new (&media);
}

static void
test_frames (void)
{
  CamDepacketizer *hbr = open_aac (13, 3, "1408");
  codec_assert (hbr, 1000, true, false, "0010 0018 aabbcc", "1000 aabbcc");
  codec_assert (hbr, 2024, true, false, "0020 0010 0008 aabb cc", "2024 aabb; 3048 cc");
  codec_assert (hbr, 4072, true, false, "0030 0008 0009 000a aa bb cc", "4072 aa; 5096 bb; 6120 cc");
  codec_assert (hbr, 9000, true, false, "0010 0008 aa ff", "9000 aa"); /* something behind the frame */
  g_assert_cmpuint (cam_depacketizer_get_counters (hbr).malformed, ==, 0);
  cam_depacketizer_free (hbr);

  CamDepacketizer *lbr = open_aac (6, 2, "1408");
  codec_assert (lbr, 0, true, false, "0010 0c 04 aabbcc dd", "0 aabbcc; 1024 dd");
  cam_depacketizer_free (lbr);

  CamDepacketizer *bare = open_aac (0, 0, "1408");
  codec_assert (bare, 5, true, false, "aabb", "5 aabb");
  codec_assert (bare, 5, true, false, "", "");
  g_assert_cmpuint (cam_depacketizer_get_counters (bare).malformed, ==, 1);
  cam_depacketizer_free (bare);
}

/* Frames of SBR and of 960 samples last other times. */
static void
test_times (void)
{
  CamDepacketizer *self = open_aac (13, 3, "2d8c0800"); /* 8000 Hz inside 16000 Hz */
  codec_assert (self, 0, true, false, "0020 0008 0008 aa bb", "0 aa; 2048 bb");
  cam_depacketizer_free (self);
  self = open_aac (13, 3, "140c");
  codec_assert (self, 0, true, false, "0020 0008 0008 aa bb", "0 aa; 960 bb");
  cam_depacketizer_free (self);
}

static void
test_fragments (void)
{
  CamDepacketizer *self = open_aac (13, 3, "1408");
  codec_assert (self, 10, false, false, "0010 0028 aabb", "");
  codec_assert (self, 10, false, false, "0010 0028 cc", "");
  codec_assert (self, 10, true, false, "0010 0028 ddee", "10 aabbccddee");
  codec_assert (self, 1034, true, false, "0010 0008 01", "1034 01");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 0);

  codec_assert (self, 20, false, false, "0010 0028 aabb", ""); /* its end is lost */
  codec_assert (self, 30, true, true, "0010 0008 01", "30 01");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 1);

  codec_assert (self, 40, false, false, "0010 0028 aabb", ""); /* the next frame begins before it ends */
  codec_assert (self, 50, false, false, "0010 0020 aabb", "");
  codec_assert (self, 50, true, false, "0010 0020 ccdd", "50 aabbccdd");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 2);

  codec_assert (self, 60, false, false, "0010 0028 aabb", ""); /* the source restarted */
  cam_depacketizer_reset (self);
  codec_assert (self, 60, true, false, "0010 0028 ccddee", "");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, 0);
  codec_assert (self, 70, true, false, "0010 0008 01", "70 01");
  cam_depacketizer_free (self);
}

static void
test_malformed (void)
{
  static const char *const payloads[] = {
      "",                 /* nothing */
      "00",               /* half a length */
      "0010",             /* no header */
      "0010 00",          /* half a header */
      "0000 aabb",        /* no headers */
      "000f 0010 aabb",   /* less than one header */
      "ffff 0010 aabb",   /* more headers than there is packet */
      "0010 0000 aabb",   /* a frame of no bytes */
      "0010 0010",        /* a fragment of no bytes */
      "0020 0018 0008 aa" /* several, and the first is not whole */
  };
  CamDepacketizer *self = open_aac (13, 3, "1408");
  for (unsigned i = 0; i < G_N_ELEMENTS (payloads); i++) {
    codec_assert (self, i * 10, true, false, payloads[i], "");
    g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, i + 1);
  }
  codec_assert (self, 0, true, false, "0020 0008 0018 aa bb", "0 aa"); /* the second is cut off */
  g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, G_N_ELEMENTS (payloads) + 1);
  CamRtpPacket other = {.payload_type = 96, .payload = (const uint8_t *) "\0\x10\0\x8z", .size = 5};
  cam_depacketizer_push (self, &other, false, 0);
  codec_assert (self, 0, true, false, "", "");
  cam_depacketizer_free (self);
}

/* Lengths from the SDP are the camera's too. */
static void
test_wide_lengths (void)
{
  CamDepacketizer *self = open_aac (255, 255, NULL);
  codec_assert (self, 0, true, false, "0040 00000001 00000000 aa", "0 aa");
  codec_assert (self, 0, true, false, "0040 ffffffff 00000000 aa", "");
  cam_depacketizer_free (self);
}

static void
test_missing_config (void)
{
  CamDepacketizer *self = open_aac (13, 3, NULL);
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (self);
  g_autoptr (CamTrack) again = cam_depacketizer_ref_track (self);
  g_autoptr (GBytes) expected = codec_from_hex ("1408");
  g_assert_true (g_bytes_equal (track->config, expected));
  g_assert_true (track == again);
  cam_depacketizer_free (self);
}

/* "MPEG4-GENERIC/44100" with a configuration of two channels. */
static void
test_channels_from_config (void)
{
  CamDepacketizer *self = open_aac (13, 3, "1210");
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (self);
  g_assert_cmpuint (track->channels, ==, 2);
  g_assert_cmpuint (track->sample_rate, ==, 44100);
  g_assert_cmpuint (track->clock_rate, ==, 16000);
  cam_depacketizer_free (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/depacketize-aac/frames", test_frames);
  g_test_add_func ("/wire/depacketize-aac/times", test_times);
  g_test_add_func ("/wire/depacketize-aac/fragments", test_fragments);
  g_test_add_func ("/wire/depacketize-aac/malformed", test_malformed);
  g_test_add_func ("/wire/depacketize-aac/wide-lengths", test_wide_lengths);
  g_test_add_func ("/wire/depacketize-aac/missing-config", test_missing_config);
  g_test_add_func ("/wire/depacketize-aac/channels-from-config", test_channels_from_config);
  return g_test_run ();
}
