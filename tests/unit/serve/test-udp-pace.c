#include "serve/udp-pace.h"

#include <glib.h>

#include "camrelay/limits.h"
#include "serve/udp-batch.h"

#define MS 1000 /* µs */
#define START_US INT64_C (5000000)
#define PACKET_BYTES 1400
#define BUCKET_BYTES (CAM_UDP_RUN_PACKETS * CAM_LIMIT_RTP_PACKET_BYTES)

/* A whole second of asking each millisecond and sending whatever may go, a packet at least; bytes that left. */
static size_t
send_for_a_second (CamUdpPace *pace, bool is_key, int64_t from_us)
{
  size_t sent = 0;
  for (int64_t now_us = from_us; now_us < from_us + G_USEC_PER_SEC; now_us += MS)
    for (size_t room; (room = cam_udp_pace_get_room (pace, is_key, now_us)) > 0;) {
      size_t bytes = MAX (room / PACKET_BYTES, 1) * PACKET_BYTES;
      cam_udp_pace_take (pace, bytes);
      sent += bytes;
    }
  return sent;
}

static void
assert_about (size_t measured, size_t expected)
{
  g_assert_cmpuint (measured, >=, expected - expected / 50 - PACKET_BYTES);
  g_assert_cmpuint (measured, <=, expected + expected / 50 + BUCKET_BYTES + PACKET_BYTES);
}

/* @bytes of plain pictures a second, 25 of them, and @key_bytes in the first of them. Returns when that is over. */
static int64_t
let_stream_pass (CamUdpPace *pace, unsigned seconds, size_t bytes, size_t key_bytes, int64_t from_us)
{
  for (unsigned i = 0; i < seconds * 25; i++) {
    int64_t now_us = from_us + i * 40 * MS;
    if (i % 25 == 0 && key_bytes > 0)
      cam_udp_pace_note_live (pace, key_bytes, true, now_us);
    cam_udp_pace_note_live (pace, bytes / 25, false, now_us);
  }
  return from_us + seconds * G_USEC_PER_SEC;
}

static void
test_first_second (void)
{
  CamUdpPace pace;
  cam_udp_pace_init (&pace, START_US);
  g_assert_cmpuint (cam_udp_pace_get_room (&pace, true, START_US), ==, BUCKET_BYTES);
  cam_udp_pace_take (&pace, BUCKET_BYTES);
  g_assert_cmpuint (cam_udp_pace_get_room (&pace, true, START_US), ==, 0);
  assert_about (send_for_a_second (&pace, true, START_US), 8 * 500000);
  g_assert_cmpuint (cam_udp_pace_get_room (&pace, false, START_US + 600 * G_USEC_PER_SEC), ==, BUCKET_BYTES);
}

static void
test_follows_the_stream (void)
{
  static const struct {
    unsigned seconds;
    size_t bytes;
    size_t key_bytes;
    size_t expected; /* a second */
  } rows[] = {
      {0, 0, 0, 8 * 500000},         {3, 100000, 0, 8 * 500000}, /* never less: a quiet scene may become a busy one */
      {30, 1000000, 0, 8 * 1000000}, {30, 500000, 500000, 8 * 1000000}, {30, 0, 1000000, 8 * 1000000}, /* key pictures only */
      {3, 3000000, 0, 8 * 3000000},                                                                    /* at once */
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamUdpPace pace;
    cam_udp_pace_init (&pace, START_US);
    int64_t now_us = let_stream_pass (&pace, rows[i].seconds, rows[i].bytes, rows[i].key_bytes, START_US);
    assert_about (send_for_a_second (&pace, true, now_us), rows[i].expected);
  }
}

static void
test_rest_behind_a_key_picture (void)
{
  static const struct {
    size_t bytes;
    int64_t first_us;
    int64_t later_us;
  } rows[] = {{0, 0, 0}, {40000, 0, 0}, {80000, 15000, 0}, {166000, 58000, 16500}, {2000000, 975000, 475000}};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamUdpPace pace;
    cam_udp_pace_init (&pace, START_US);
    int64_t now_us = START_US;
    for (unsigned n = 0; n < 3; n++) {
      int64_t rest_us = n == 0 ? rows[i].first_us : rows[i].later_us; /* the beginning is decoded twice */
      cam_udp_pace_end_key (&pace, rows[i].bytes, now_us);
      if (rest_us > 0)
        g_assert_cmpuint (cam_udp_pace_get_room (&pace, false, now_us + rest_us - 1), ==, 0);
      g_assert_cmpuint (cam_udp_pace_get_room (&pace, false, now_us + rest_us), >, 0);
      now_us += 5 * G_USEC_PER_SEC;
    }
  }
}

static void
test_rest_earns_nothing (void)
{
  CamUdpPace pace;
  cam_udp_pace_init (&pace, START_US);
  cam_udp_pace_take (&pace, BUCKET_BYTES);
  cam_udp_pace_end_key (&pace, 2000000, START_US);
  g_assert_cmpuint (cam_udp_pace_get_room (&pace, false, START_US + 975 * MS), ==, 0);
  g_assert_cmpuint (cam_udp_pace_get_room (&pace, false, START_US + 976 * MS), <=, 1000);
}

static void
test_pace_behind_a_key_picture (void)
{
  static const struct {
    size_t key_bytes;
    size_t stream;   /* plain bytes a second */
    size_t expected; /* in the first seconds */
    size_t later;
  } rows[] = {
      {100000, 500000, 8 * 500000, 8 * 500000}, {250000, 500000, 4000000, 4000000},   {500000, 500000, 2000000, 2000000},
      {1000000, 500000, 1000000, 1000000},      {2000000, 500000, 625000, 1000000}, /* more than the stream's own, else nobody would ever
                                                                                       catch up */
      {2000000, 100000, 625000, 1000000},       {2000000, 2000000, 2500000, 4000000},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamUdpPace pace;
    cam_udp_pace_init (&pace, START_US);
    int64_t now_us = let_stream_pass (&pace, 20, rows[i].stream, 0, START_US);
    cam_udp_pace_end_key (&pace, rows[i].key_bytes, now_us);
    now_us = MAX (now_us, pace.rests_until_us);
    assert_about (send_for_a_second (&pace, false, now_us), rows[i].expected);
    assert_about (send_for_a_second (&pace, true, now_us + G_USEC_PER_SEC), 8 * MAX (rows[i].stream, 500000));
    now_us += 6 * G_USEC_PER_SEC;
    cam_udp_pace_end_key (&pace, rows[i].key_bytes, now_us); /* careful but once */
    now_us = MAX (now_us, pace.rests_until_us);
    assert_about (send_for_a_second (&pace, false, now_us), rows[i].later);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/udp-pace/first-second", test_first_second);
  g_test_add_func ("/udp-pace/follows-the-stream", test_follows_the_stream);
  g_test_add_func ("/udp-pace/rest", test_rest_behind_a_key_picture);
  g_test_add_func ("/udp-pace/rest-earns-nothing", test_rest_earns_nothing);
  g_test_add_func ("/udp-pace/behind-a-key-picture", test_pace_behind_a_key_picture);
  return g_test_run ();
}
