#include "video-fixture.h"

#include "camrelay/limits.h"

/* Shortest NAL units that are what they say. */
#define SPS "6742001e80"
#define SPS_OTHER "6742001f80"
#define PPS "6880"
#define AUD "09f0"
#define IDR "658811"
#define IDR_REST "654022"
#define P_SLICE "419a33"
#define P_REST "414044"
#define I_SLICE "418855"
#define I_REST "41420066"
#define RECOVERY "060601c080"
#define RECOVERY_LATER "0606014080"

static const char *const sdp_sets[] = {SPS, PPS, NULL};

/* Whatever markers say is believed only after eight of them proved true. */
static void
teach_markers (VideoFixture *self)
{
  for (uint32_t i = 0; i < 9; i++)
    g_free (push_hex (self, i, true, i == 0 ? IDR : P_SLICE));
}

static void
test_markers_are_learned (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 100, true, IDR, "");
  ASSERT_PUSH (&camera, 101, true, P_SLICE, "100K " SPS "," PPS "," IDR);
  for (uint32_t i = 2; i < 8; i++)
    g_free (push_hex (&camera, 100 + i, true, P_SLICE));
  ASSERT_PUSH (&camera, 108, true, P_SLICE, "107 " P_SLICE "; 108 " P_SLICE);
  ASSERT_PUSH (&camera, 109, true, P_SLICE, "109 " P_SLICE);
  ASSERT_PUSH (&camera, 110, false, P_SLICE, "");
  ASSERT_PUSH (&camera, 110, true, P_REST, "110 " P_SLICE "," P_REST);
  g_assert_cmpuint (counters_of (&camera).damaged, ==, 0);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  video_fixture_close (&camera);
}

static void
test_marker_on_every_slice (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, true, P_SLICE, "");
  ASSERT_PUSH (&camera, 1, true, P_REST, "");
  ASSERT_PUSH (&camera, 1, true, P_REST, "");
  for (uint32_t i = 2; i < 50; i++) {
    g_autofree char *expected = g_strdup_printf ("%u " P_SLICE "," P_REST "," P_REST, i - 1);
    ASSERT_PUSH (&camera, i, true, P_SLICE, expected);
    ASSERT_PUSH (&camera, i, true, P_REST, "");
    ASSERT_PUSH (&camera, i, true, P_REST, "");
  }
  video_fixture_close (&camera);
}

static void
test_no_markers (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, false, SPS, "");
  ASSERT_PUSH (&camera, 1, false, PPS, "");
  ASSERT_PUSH (&camera, 1, false, IDR, "");
  ASSERT_PUSH (&camera, 1, false, IDR_REST, "");
  ASSERT_PUSH (&camera, 2, false, P_SLICE, "1K " SPS "," PPS "," IDR "," IDR_REST);
  ASSERT_PUSH (&camera, 3, false, P_SLICE, "2 " P_SLICE);
  video_fixture_close (&camera);
}

/* Markers prove true for a while, then key pictures come in two slices: each lie makes the row longer that is asked for, three end it. */
static void
test_marker_lies (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  uint32_t time = 0;
  const unsigned rows[] = {9, 33, 129, 300};
  for (size_t row = 0; row < G_N_ELEMENTS (rows); row++) {
    for (unsigned i = 0; i < rows[row]; i++)
      g_free (push_hex (&camera, ++time, true, P_SLICE));
    bool is_believed = row < 3;
    g_autofree char *at_once = g_strdup_printf ("%u " P_SLICE, ++time);
    g_autofree char *later = g_strdup_printf ("%u " P_SLICE, time - 1);
    ASSERT_PUSH (&camera, time, true, P_SLICE, is_believed ? at_once : later);
    g_free (push_hex (&camera, ++time, true, IDR));
    g_free (push_hex (&camera, time, true, IDR_REST));
    g_autofree char *split = g_strdup_printf ("%u " IDR_REST, time);
    g_autofree char *whole = g_strdup_printf ("%uK " SPS "," PPS "," IDR "," IDR_REST, time);
    ASSERT_PUSH (&camera, time + 1, true, P_SLICE, is_believed ? split : whole);
    time++;
  }
  video_fixture_close (&camera);
}

/* Markers on parameter sets end nothing, and say nothing of those on slices. */
static void
test_marker_on_parameter_sets (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, NULL);
  for (uint32_t i = 0; i < 10; i++) {
    g_free (push_hex (&camera, i, true, SPS));
    g_free (push_hex (&camera, i, true, PPS));
    g_free (push_hex (&camera, i, true, IDR));
  }
  ASSERT_PUSH (&camera, 10, true, SPS, "");
  ASSERT_PUSH (&camera, 10, true, PPS, "");
  ASSERT_PUSH (&camera, 10, true, IDR, "10K " SPS "," PPS "," IDR);
  video_fixture_close (&camera);
}

/* Several pictures with one time stamp are told apart by their markers. */
static void
test_frozen_time (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 7, true, IDR, "");
  ASSERT_PUSH (&camera, 7, true, P_SLICE, "7K " SPS "," PPS "," IDR);
  ASSERT_PUSH (&camera, 7, false, AUD, "7 " P_SLICE);
  ASSERT_PUSH (&camera, 7, true, P_SLICE, "");
  ASSERT_PUSH (&camera, 7, true, AUD, "7 " AUD "," P_SLICE);
  video_fixture_close (&camera);
}

static void
test_aggregates (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, NULL);
  ASSERT_PUSH (&camera, 1, true, "78 0005 " SPS " 0002 " PPS " 0003 " IDR, "");
  ASSERT_PUSH (&camera, 2, true, P_SLICE, "1K " SPS "," PPS "," IDR);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  /* A zero length, types that cannot be inside, the forbidden bit, a length beyond the end. */
  ASSERT_PUSH (&camera, 3, true, "78 0000 0003 " P_SLICE " 0002 7801 0002 7c00 0001 00 0003 c19a33 0003 " P_REST " 0009 41", "2 " P_SLICE);
  ASSERT_PUSH (&camera, 4, true, P_SLICE, "3 " P_SLICE "," P_REST);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 6);
  ASSERT_PUSH (&camera, 5, true, "78", "4 " P_SLICE);
  ASSERT_PUSH (&camera, 6, true, "78 00", "");
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 7);
  video_fixture_close (&camera);
}

static void
test_fragments (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, false, "7c85 88 01", "");
  ASSERT_PUSH (&camera, 1, false, "7c05 02 03", "");
  ASSERT_PUSH (&camera, 1, true, "7c45 04", "");
  ASSERT_PUSH (&camera, 2, false, "5c81 9a01", "1K " SPS "," PPS ",658801020304");
  ASSERT_PUSH (&camera, 2, true, "5c01 02", "");             /* its end bit forgotten */
  ASSERT_PUSH (&camera, 3, true, "5cc1 9a03", "2 419a0102"); /* start and end in one */
  ASSERT_PUSH (&camera, 4, false, "5c81 9a04", "3 419a03");
  ASSERT_PUSH (&camera, 4, true, P_REST, "");                      /* another begins over an open one */
  ASSERT_PUSH (&camera, 5, true, "dcc1 9a05", "4 419a04," P_REST); /* the forbidden bit */
  ASSERT_PUSH (&camera, 6, true, "5cdc 9a05", "");                 /* a fragment of a fragment */
  ASSERT_PUSH (&camera, 7, true, "5c", "");                        /* no FU header */
  ASSERT_PUSH (&camera, 8, true, P_SLICE, "");
  ASSERT_PUSH (&camera, 9, true, P_SLICE, "8 " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 3);
  g_assert_cmpuint (counters_of (&camera).damaged, ==, 0);
  video_fixture_close (&camera);
}

static void
test_fragment_without_start (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, true, IDR, "");
  ASSERT_PUSH (&camera, 2, false, P_SLICE, "1K " SPS "," PPS "," IDR);
  ASSERT_PUSH (&camera, 2, true, "5c41 77", "");
  ASSERT_PUSH (&camera, 3, true, P_SLICE, "2D " P_SLICE);
  ASSERT_PUSH (&camera, 4, true, P_SLICE, "3 " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 1);
  g_assert_cmpuint (counters_of (&camera).damaged, ==, 1);
  video_fixture_close (&camera);
}

static void
test_forbidden_types (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, true, IDR, "");
  const char *const payloads[] = {"7900000003658811", "7a00", "7b00", "7d8188", "7e00", "7f00", "00aabb", "c19a33"};
  for (size_t i = 0; i < G_N_ELEMENTS (payloads); i++)
    g_free (push_hex (&camera, 2, false, payloads[i]));
  ASSERT_PUSH (&camera, 2, true, P_SLICE, "");
  g_assert_cmpuint (counters_of (&camera).malformed, ==, G_N_ELEMENTS (payloads));
  ASSERT_PUSH (&camera, 3, true, P_SLICE, "2 " P_SLICE);
  video_fixture_close (&camera);
}

static void
test_begins_in_a_picture (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, false, "5c01 77", "");
  ASSERT_PUSH (&camera, 1, true, "5c41 77", "");
  ASSERT_PUSH (&camera, 2, true, IDR, "");
  ASSERT_PUSH (&camera, 3, true, P_SLICE, "2K " SPS "," PPS "," IDR);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  video_fixture_close (&camera);
}

static void
test_lost_fragment (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  ASSERT_PUSH (&camera, 20, false, P_SLICE, "");
  ASSERT_PUSH (&camera, 20, false, "5c81 40 01", "");
  lose_packet (&camera);
  ASSERT_PUSH (&camera, 20, false, "5c01 03", "");
  ASSERT_PUSH (&camera, 20, false, "5c41 04", "");
  ASSERT_PUSH (&camera, 20, true, P_REST, "20D " P_SLICE "," P_REST);
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "21 " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  g_assert_cmpuint (counters_of (&camera).damaged, ==, 1);
  video_fixture_close (&camera);
}

/* Where a loss belongs: to the unit that has no marker yet, or to the one that begins without its beginning. */
static void
test_lost_tail_and_head (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  ASSERT_PUSH (&camera, 20, false, P_SLICE, "");
  lose_packet (&camera); /* the rest of 20 */
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "20D " P_SLICE "; 21 " P_SLICE);
  lose_packet (&camera); /* a whole picture */
  ASSERT_PUSH (&camera, 23, true, P_SLICE, "23D " P_SLICE);
  ASSERT_PUSH (&camera, 24, true, P_SLICE, "24 " P_SLICE);
  lose_packet (&camera); /* the beginning of 25 */
  ASSERT_PUSH (&camera, 25, true, P_REST, "25D " P_REST);
  lose_packet (&camera); /* pictures before a key picture that is whole */
  ASSERT_PUSH (&camera, 28, true, IDR, "28K " SPS "," PPS "," IDR);
  lose_packet (&camera); /* the beginning of a key picture */
  ASSERT_PUSH (&camera, 29, true, IDR_REST, "29D " IDR_REST);
  ASSERT_PUSH (&camera, 30, false, IDR, "");
  lose_packet (&camera); /* its middle */
  ASSERT_PUSH (&camera, 30, true, IDR_REST, "30KD " SPS "," PPS "," IDR "," IDR_REST);
  video_fixture_close (&camera);
}

/* Nothing but a broken fragment was there of a picture: the loss is told with the next one, but a whole key picture is whole. */
static void
test_lost_picture (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  ASSERT_PUSH (&camera, 20, false, "7c85 88 01", "");
  lose_packet (&camera);
  ASSERT_PUSH (&camera, 20, true, "7c45 02", "");
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "21D " P_SLICE);
  ASSERT_PUSH (&camera, 22, false, SPS, "");
  lose_packet (&camera);
  ASSERT_PUSH (&camera, 22, true, "7c45 02", "");
  ASSERT_PUSH (&camera, 23, true, IDR, "23K " SPS "," PPS "," IDR);
  video_fixture_close (&camera);
}

static void
test_parameter_sets (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  g_autoptr (CamTrack) first = cam_depacketizer_ref_track (camera.depacketizer);
  g_autoptr (CamTrack) same = cam_depacketizer_ref_track (camera.depacketizer);
  g_assert_true (first == same);
  ASSERT_PUSH (&camera, 20, false, AUD, "");
  ASSERT_PUSH (&camera, 20, true, IDR, "20K " AUD "," SPS "," PPS "," IDR);
  /* A new SPS with a time stamp of its own; the unit has no PPS, so it gets both. */
  ASSERT_PUSH (&camera, 21, true, SPS_OTHER, "");
  ASSERT_PUSH (&camera, 22, true, IDR, "22K " SPS_OTHER "," PPS "," SPS_OTHER "," IDR);
  g_autoptr (CamTrack) changed = cam_depacketizer_ref_track (camera.depacketizer);
  g_assert_true (changed != first);
  g_autoptr (GBytes) expected = from_hex (SPS_OTHER);
  g_assert_cmpuint (changed->parameter_sets->len, ==, 2);
  g_assert_true (g_bytes_equal (g_ptr_array_index (changed->parameter_sets, 0), expected));
  ASSERT_PUSH (&camera, 23, true, IDR, "23K " SPS_OTHER "," PPS "," IDR);
  ASSERT_PUSH (&camera, 24, true, "78 0005 " SPS " 0002 " PPS " 0003 " IDR, "24K " SPS "," PPS "," IDR);
  video_fixture_close (&camera);
}

static void
test_track_is_learned (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, NULL);
  g_assert_null (cam_depacketizer_ref_track (camera.depacketizer));
  g_free (push_hex (&camera, 1, false, "67f40028919b280f0044fc4e0220000003002000000641e30632c0"));
  g_assert_null (cam_depacketizer_ref_track (camera.depacketizer));
  g_free (push_hex (&camera, 1, false, "68ebe3c44844"));
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (camera.depacketizer);
  g_assert_nonnull (track);
  g_assert_cmpuint (track->width, ==, 1920);
  g_assert_cmpuint (track->height, ==, 1080);
  g_assert_cmpuint (track->parameter_sets->len, ==, 2);
  video_fixture_close (&camera);
}

static void
test_recovery_point (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  ASSERT_PUSH (&camera, 20, false, RECOVERY, "");
  ASSERT_PUSH (&camera, 20, true, I_SLICE, "20K " SPS "," PPS "," RECOVERY "," I_SLICE);
  ASSERT_PUSH (&camera, 21, false, RECOVERY_LATER, "");
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "21 " RECOVERY_LATER "," P_SLICE);
  video_fixture_close (&camera);
}

static void
test_all_intra_after_ten_seconds (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  camera.now_us += 10 * G_USEC_PER_SEC - 1;
  ASSERT_PUSH (&camera, 20, true, I_SLICE, "20 " I_SLICE);
  camera.now_us += 1;
  ASSERT_PUSH (&camera, 21, false, I_SLICE, "");
  ASSERT_PUSH (&camera, 21, true, P_REST, "21 " I_SLICE "," P_REST);
  ASSERT_PUSH (&camera, 22, false, I_SLICE, "");
  ASSERT_PUSH (&camera, 22, true, I_REST, "22K " SPS "," PPS "," I_SLICE "," I_REST);
  ASSERT_PUSH (&camera, 23, true, P_SLICE, "23 " P_SLICE);
  camera.now_us += G_USEC_PER_SEC; /* learned: the next one need not wait */
  ASSERT_PUSH (&camera, 24, true, I_SLICE, "24K " SPS "," PPS "," I_SLICE);
  ASSERT_PUSH (&camera, 25, true, IDR, "25K " SPS "," PPS "," IDR);
  ASSERT_PUSH (&camera, 26, true, I_SLICE, "26 " I_SLICE); /* and unlearned: there are real ones */
  video_fixture_close (&camera);
}

static void
test_endless_fragment (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  teach_markers (&camera);
  uint8_t piece[1402] = {0x5c, 0x81, 0x9a};
  push_bytes (&camera, 20, false, piece, sizeof piece);
  piece[1] = 0x01;
  for (size_t sent = 0; sent < 3 * (size_t) CAM_LIMIT_UNIT_BYTES; sent += 1400)
    push_bytes (&camera, 20, false, piece, sizeof piece);
  g_assert_cmpuint (counters_of (&camera).oversize, ==, 1);
  ASSERT_PUSH (&camera, 20, true, P_REST, "");
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "21D " P_SLICE);
  ASSERT_PUSH (&camera, 22, true, P_SLICE, "22 " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).oversize, ==, 1);
  video_fixture_close (&camera);
}

/* The cap is passed by whole slices with one time stamp: the next picture is found by its beginning. */
static void
test_oversize_slices (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  g_autofree uint8_t *slice = g_malloc0 (60000);
  memcpy (slice, "\x41\x9a", 2);
  for (unsigned i = 0; i < 100; i++) {
    push_bytes (&camera, 20, false, slice, 60000);
    slice[1] = 0x40;
  }
  g_assert_cmpuint (counters_of (&camera).oversize, ==, 1);
  ASSERT_PUSH (&camera, 20, true, IDR, "");
  ASSERT_PUSH (&camera, 21, true, P_SLICE, "20K " SPS "," PPS "," IDR);
  video_fixture_close (&camera);
}

/* A run of NAL units with start codes between, sent as if it were one; and a start code before a single one. */
static void
test_start_codes (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, NULL);
  ASSERT_PUSH (&camera, 1, false, "7c87 42001e80 00000001 " PPS " 000001", "");
  ASSERT_PUSH (&camera, 1, true, "7c47 " IDR, "");
  ASSERT_PUSH (&camera, 2, true, "00000001" P_SLICE, "1K " SPS "," PPS "," IDR);
  ASSERT_PUSH (&camera, 3, true, "000001" SPS "0000000001" PPS "000001000001" IDR "0000", "2 " P_SLICE);
  ASSERT_PUSH (&camera, 4, true, P_SLICE, "3K " SPS "," PPS "," IDR);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  video_fixture_close (&camera);
}

static void
test_empty_packets (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  for (uint32_t i = 0; i < 20; i++) {
    g_free (push_hex (&camera, i, false, P_SLICE));
    g_free (push_hex (&camera, i, true, ""));
  }
  ASSERT_PUSH (&camera, 20, false, P_SLICE, "");
  ASSERT_PUSH (&camera, 20, true, "", "20 " P_SLICE);
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 0);
  video_fixture_close (&camera);
}

static void
test_reset (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  ASSERT_PUSH (&camera, 1, false, IDR, "");
  ASSERT_PUSH (&camera, 1, false, "5c81 40 01", "");
  cam_depacketizer_reset (camera.depacketizer);
  ASSERT_PUSH (&camera, 1, false, "5c41 02", "");
  ASSERT_PUSH (&camera, 1, true, P_REST, "");
  ASSERT_PUSH (&camera, 2, true, IDR, "");
  ASSERT_PUSH (&camera, 3, true, P_SLICE, "2K " SPS "," PPS "," IDR);
  video_fixture_close (&camera);
}

static void
test_other_payload_type (void)
{
  VideoFixture camera;
  video_fixture_open (&camera, CAM_CODEC_H264, sdp_sets);
  CamRtpPacket packet = {.payload_type = 97, .marker = true, .payload = (const uint8_t *) "\x65\x88", .size = 2};
  for (packet.time = 0; packet.time < 30; packet.time++)
    cam_depacketizer_push (camera.depacketizer, &packet, false, 0);
  g_autofree char *units = take_units (&camera);
  g_assert_cmpstr (units, ==, "");
  g_assert_cmpuint (counters_of (&camera).malformed, ==, 30);
  video_fixture_close (&camera);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/depacketize-h264/markers-are-learned", test_markers_are_learned);
  g_test_add_func ("/depacketize-h264/marker-on-every-slice", test_marker_on_every_slice);
  g_test_add_func ("/depacketize-h264/no-markers", test_no_markers);
  g_test_add_func ("/depacketize-h264/marker-lies", test_marker_lies);
  g_test_add_func ("/depacketize-h264/marker-on-parameter-sets", test_marker_on_parameter_sets);
  g_test_add_func ("/depacketize-h264/frozen-time", test_frozen_time);
  g_test_add_func ("/depacketize-h264/aggregates", test_aggregates);
  g_test_add_func ("/depacketize-h264/fragments", test_fragments);
  g_test_add_func ("/depacketize-h264/fragment-without-start", test_fragment_without_start);
  g_test_add_func ("/depacketize-h264/forbidden-types", test_forbidden_types);
  g_test_add_func ("/depacketize-h264/begins-in-a-picture", test_begins_in_a_picture);
  g_test_add_func ("/depacketize-h264/lost-fragment", test_lost_fragment);
  g_test_add_func ("/depacketize-h264/lost-tail-and-head", test_lost_tail_and_head);
  g_test_add_func ("/depacketize-h264/lost-picture", test_lost_picture);
  g_test_add_func ("/depacketize-h264/parameter-sets", test_parameter_sets);
  g_test_add_func ("/depacketize-h264/track-is-learned", test_track_is_learned);
  g_test_add_func ("/depacketize-h264/recovery-point", test_recovery_point);
  g_test_add_func ("/depacketize-h264/all-intra-after-ten-seconds", test_all_intra_after_ten_seconds);
  g_test_add_func ("/depacketize-h264/endless-fragment", test_endless_fragment);
  g_test_add_func ("/depacketize-h264/oversize-slices", test_oversize_slices);
  g_test_add_func ("/depacketize-h264/start-codes", test_start_codes);
  g_test_add_func ("/depacketize-h264/empty-packets", test_empty_packets);
  g_test_add_func ("/depacketize-h264/reset", test_reset);
  g_test_add_func ("/depacketize-h264/other-payload-type", test_other_payload_type);
  return g_test_run ();
}
