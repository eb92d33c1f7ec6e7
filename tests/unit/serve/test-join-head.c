#include "serve/join-head.h"

#include <string.h>

#define MS INT64_C (1000000)

static void
test_pictures_in_order_end_at_the_edge (void)
{
  const int64_t times[] = {1000 * MS, 1040 * MS, 1080 * MS, 1120 * MS};
  int64_t squeezed[4] = {0};
  cam_join_squeeze (times, times, 4, squeezed);
  g_assert_cmpint (squeezed[3], ==, 1120 * MS);
  g_assert_cmpint (squeezed[2], ==, 1119 * MS);
  g_assert_cmpint (squeezed[1], ==, 1118 * MS);
  g_assert_cmpint (squeezed[0], ==, 1117 * MS);
}

static void
test_one_picture_keeps_its_time (void)
{
  const int64_t time = 500 * MS;
  int64_t squeezed = 0;
  cam_join_squeeze (&time, &time, 1, &squeezed);
  g_assert_cmpint (squeezed, ==, 500 * MS);
}

/* I0 P3 B1 B2 P6: P6 is shown after B4 and B5, which are still to come. */
static void
test_pictures_beyond_the_edge_keep_their_times (void)
{
  const int64_t pts[] = {100 * MS, 220 * MS, 140 * MS, 180 * MS, 340 * MS};
  const int64_t dts[] = {60 * MS, 100 * MS, 140 * MS, 180 * MS, 220 * MS};
  int64_t squeezed[5] = {0};
  cam_join_squeeze (pts, dts, 5, squeezed);
  g_assert_cmpint (squeezed[4], ==, 340 * MS);
  g_assert_cmpint (squeezed[1], ==, 220 * MS);
  g_assert_cmpint (squeezed[3], ==, 219 * MS);
  g_assert_cmpint (squeezed[2], ==, 218 * MS);
  g_assert_cmpint (squeezed[0], ==, 217 * MS);
}

static void
test_all_beyond_the_edge (void)
{
  const int64_t pts[] = {100 * MS, 140 * MS};
  const int64_t dts[] = {10 * MS, 20 * MS};
  int64_t squeezed[2] = {0};
  cam_join_squeeze (pts, dts, 2, squeezed);
  g_assert_cmpint (squeezed[0], ==, 100 * MS);
  g_assert_cmpint (squeezed[1], ==, 140 * MS);
}

static void
test_rtp_time_wraps (void)
{
  g_assert_cmpuint (cam_rtp_time_at (0, 90000, 1000 * MS), ==, 90000);
  g_assert_cmpuint (cam_rtp_time_at (0xffffffff, 90000, 1 * MS), ==, 89);
  /* 30 days: 64-bit arithmetic must hold. */
  g_assert_cmpuint (cam_rtp_time_at (0, 90000, INT64_C (2592000) * 1000 * MS), ==, (uint32_t) (UINT64_C (2592000) * 90000));
  g_assert_cmpuint (cam_rtp_time_at (5, 8000, 125000), ==, 6);
}

/* A head of @n pictures 40 ms apart from 1 s on, of several packets each, key first. */
static CamGopHead *
make_head (unsigned n)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (16 * 1024 * 1024, NULL);
  CamGopHead *head = cam_gop_head_new (16 * 1024 * 1024, 100);
  for (unsigned i = 0; i < n; i++) {
    size_t size = i == 0 ? 5000 : 2000;
    CamPayload *payload = cam_payload_pool_take (pool, size + 4);
    memset (payload->data, 0xab, size + 4);
    memcpy (payload->data, (uint8_t[]){0, 0, (uint8_t) (size >> 8), (uint8_t) size, i == 0 ? 0x65 : 0x41, 0x88}, 6);
    CamAccessUnit unit = {
        .track = CAM_TRACK_VIDEO,
        .is_key = i == 0,
        .pts_ns = 1000 * MS + 40 * MS * i,
        .dts_ns = 1000 * MS + 40 * MS * i,
        .number = i,
        .payload = payload,
    };
    cam_gop_head_add (head, &unit);
    cam_access_unit_clear (&unit);
  }
  return head;
}

static void
test_bursts_end_where_live_goes_on (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_H264);
  CamPacketizer *packetizer = cam_packetizer_new (track, 7);
  g_autoptr (CamGopHead) head = make_head (10);
  g_autoptr (GPtrArray) bursts = cam_join_head_new (head, 0, packetizer, 500, 90000, 3, 77);
  g_assert_cmpuint (bursts->len, ==, 10);
  uint16_t next = ((CamBurst *) bursts->pdata[0])->sequence;
  uint16_t packets = 0;
  for (unsigned i = 0; i < bursts->len; i++) {
    const CamBurst *burst = bursts->pdata[i];
    g_assert_cmpuint (burst->sequence, ==, next);
    g_assert_cmpuint (burst->data[6] << 8 | burst->data[7], ==, next);
    g_assert_cmpuint (burst->rtp_time, ==, cam_rtp_time_at (500, 90000, 1360 * MS - (9 - i) * MS));
    g_assert_cmpint (burst->created_us, ==, 77);
    g_assert_true (burst->is_key == (i == 0));
    g_assert_cmpuint (burst->channel, ==, 0);
    packets = (uint16_t) (packets + burst->packets);
    next = (uint16_t) (next + burst->packets);
  }
  g_assert_cmpuint (next, ==, 3);
  g_assert_cmpuint (packets, >, 10);

  g_autoptr (GPtrArray) later = cam_join_head_new (head, 700 * MS, packetizer, 500, 90000, 3, 77);
  const CamBurst *last = later->pdata[9];
  g_assert_cmpuint (last->rtp_time, ==, cam_rtp_time_at (500, 90000, (1360 + 700) * MS));
  cam_packetizer_free (packetizer);
}

static void
test_no_head_no_bursts (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_H264);
  CamPacketizer *packetizer = cam_packetizer_new (track, 7);
  g_autoptr (CamGopHead) head = make_head (0);
  g_assert_null (cam_join_head_new (head, 0, packetizer, 500, 90000, 3, 77));
  cam_packetizer_free (packetizer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/join-head/pictures-in-order-end-at-the-edge", test_pictures_in_order_end_at_the_edge);
  g_test_add_func ("/join-head/one-picture-keeps-its-time", test_one_picture_keeps_its_time);
  g_test_add_func ("/join-head/pictures-beyond-the-edge-keep-their-times", test_pictures_beyond_the_edge_keep_their_times);
  g_test_add_func ("/join-head/all-beyond-the-edge", test_all_beyond_the_edge);
  g_test_add_func ("/join-head/rtp-time-wraps", test_rtp_time_wraps);
  g_test_add_func ("/join-head/bursts-end-where-live-goes-on", test_bursts_end_where_live_goes_on);
  g_test_add_func ("/join-head/no-head-no-bursts", test_no_head_no_bursts);
  return g_test_run ();
}
