#include "video-fixture.h"

#define VPS "40010c01ffff0408000003009e0800000300005d959809"
#define SPS "4201010408000003009e0800000300005d9000501005a2cb2b349265780b7020200040000003004000000642"
#define PPS "4401c172860c4424"
#define SETS VPS "," SPS "," PPS
#define AUD "460150"
#define IDR "2801af1cc5"
#define IDR_REST "2801278f1c"
#define CRA "2a01ac08a9"
#define P_SLICE "0201e024bf"
#define P_REST "02014f2024"
#define I_SLICE "0201d8"  /* first, pps 0, type 2 */
#define I_REST "02014998" /* pps 0, address 0x26, type 2 */
#define RECOVERY "4e0106018080"
#define SUFFIX "5001850180"

static const char *const sdp_sets[] = {VPS, SPS, PPS, NULL};

static void
teach_markers (VideoFixture *self)
{
  for (uint32_t i = 0; i < 9; i++)
    g_free (push_hex (self, i, true, i == 0 ? IDR : P_SLICE));
}

static void
test_single (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H265, NULL);
  ASSERT_PUSH (&camera, 1, false, VPS, "");
  ASSERT_PUSH (&camera, 1, false, SPS, "");
  g_assert_null (cam_depacketizer_ref_track (camera.depacketizer));
  ASSERT_PUSH (&camera, 1, false, PPS, "");
  ASSERT_PUSH (&camera, 1, false, IDR, "");
  ASSERT_PUSH (&camera, 1, true, IDR_REST, "");
  ASSERT_PUSH (&camera, 2, false, P_SLICE, "1K " SETS "," IDR "," IDR_REST);
  ASSERT_PUSH (&camera, 2, true, SUFFIX, "");
  ASSERT_PUSH (&camera, 3, true, CRA, "2 " P_SLICE "," SUFFIX);
  ASSERT_PUSH (&camera, 4, true, P_SLICE, "3K " SETS "," CRA);
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (camera.depacketizer);
  g_assert_cmpuint (track->parameter_sets->len, ==, 3);
  g_assert_cmpuint (track->width, ==, 1280);
  g_assert_cmpuint (track->height, ==, 720);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  video_fixture_close (&camera);
}

static void
test_aggregates (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H265, sdp_sets);
  ASSERT_PUSH (&camera, 1, true, "6001 0003 " AUD " 0005 " IDR, "");
  ASSERT_PUSH (&camera, 2, true, P_SLICE, "1K " AUD "," SETS "," IDR);
  /* A zero length, an AP inside, no temporal id, a length beyond the end. */
  ASSERT_PUSH (&camera, 3, true, "6001 0000 0003 600100 0003 020080 0005 " P_SLICE " 0100 02", "2 " P_SLICE);
  ASSERT_PUSH (&camera, 4, true, P_SLICE, "3 " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 4);
  video_fixture_close (&camera);
}

static void
test_fragments (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H265, sdp_sets);
  ASSERT_PUSH (&camera, 1, false, "6201 94 af01", "");
  ASSERT_PUSH (&camera, 1, false, "6201 14 02", "");
  ASSERT_PUSH (&camera, 1, true, "6201 54 03", "");
  ASSERT_PUSH (&camera, 2, true, P_SLICE, "1K " SETS ",2801af010203");
  ASSERT_PUSH (&camera, 3, false, P_SLICE, "2 " P_SLICE);
  ASSERT_PUSH (&camera, 3, true, "6201 41 09", ""); /* no start */
  ASSERT_PUSH (&camera, 4, true, P_SLICE, "3D " P_SLICE);
  lose_packet (&camera);
  ASSERT_PUSH (&camera, 6, true, P_SLICE, "4 " P_SLICE);
  ASSERT_PUSH (&camera, 7, true, P_SLICE, "6D " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 1);
  g_assert_cmpuint (counters_of (&camera).damaged, ==, 2);
  video_fixture_close (&camera);
}

static void
test_forbidden_types (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H265, sdp_sets);
  ASSERT_PUSH (&camera, 1, true, IDR, "");
  const char *const payloads[] = {"6401 0000", "7e01 00", "6201", "02", "a601 80", "0200 80"};
  for (size_t i = 0; i < G_N_ELEMENTS (payloads); i++)
    g_free (push_hex (&camera, 2, false, payloads[i]));
  ASSERT_PUSH (&camera, 2, true, P_SLICE, "");
  g_assert_cmpuint (counters_of (&camera).malformed, ==, G_N_ELEMENTS (payloads));
  ASSERT_PUSH (&camera, 3, true, P_SLICE, "2 " P_SLICE);
  video_fixture_close (&camera);
}

/* A slice of type 0 begins with a zero byte, as start codes do. */
static void
test_start_codes (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H265, NULL);
  ASSERT_PUSH (&camera, 1, true, "00000001" VPS "000001" SPS "00000001" PPS "000001" IDR, "");
  ASSERT_PUSH (&camera, 2, true, "0001e024bf", "1K " SETS "," IDR);
  ASSERT_PUSH (&camera, 3, true, P_SLICE, "2 0001e024bf");
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  video_fixture_close (&camera);
}

static void
test_keys_without_irap (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H265, sdp_sets);
  teach_markers (&camera);
  ASSERT_PUSH (&camera, 20, true, I_SLICE, "20 " I_SLICE);
  ASSERT_PUSH (&camera, 21, false, RECOVERY, "");
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "21K " SETS "," RECOVERY "," P_SLICE);
  camera.now_us += 10 * G_USEC_PER_SEC;
  ASSERT_PUSH (&camera, 22, false, I_SLICE, "");
  ASSERT_PUSH (&camera, 22, true, P_REST, "22 " I_SLICE "," P_REST);
  ASSERT_PUSH (&camera, 23, false, I_SLICE, "");
  ASSERT_PUSH (&camera, 23, true, I_REST, "23K " SETS "," I_SLICE "," I_REST);
  ASSERT_PUSH (&camera, 24, true, "0201a0", "24 0201a0"); /* a PPS that nobody has seen */
  video_fixture_close (&camera);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/depacketize-h265/single", test_single);
  g_test_add_func ("/depacketize-h265/aggregates", test_aggregates);
  g_test_add_func ("/depacketize-h265/fragments", test_fragments);
  g_test_add_func ("/depacketize-h265/forbidden-types", test_forbidden_types);
  g_test_add_func ("/depacketize-h265/start-codes", test_start_codes);
  g_test_add_func ("/depacketize-h265/keys-without-irap", test_keys_without_irap);
  return g_test_run ();
}
