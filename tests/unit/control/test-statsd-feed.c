#include "control/statsd-feed.h"

#include <string.h>

#include "status-fixture.h"

/* All lines of a round, each with a line feed before and behind; packets must be within their bound and of whole lines. (transfer full) */
static char *
take (CamStatsdFeed *feed, const CamStatus *status, unsigned *ret_packets)
{
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  g_autoptr (GPtrArray) packets = cam_statsd_feed_take (feed, status, readers, status->monotonic_us);
  GString *lines = g_string_new ("\n");
  for (unsigned i = 0; i < packets->len; i++) {
    gsize size = 0;
    const char *data = g_bytes_get_data (g_ptr_array_index (packets, i), &size);
    g_assert_cmpuint (size, <=, CAM_STATSD_PACKET_BYTES);
    g_assert_cmpint (data[size - 1], ==, '\n');
    g_string_append_len (lines, data, (gssize) size);
  }
  if (ret_packets != NULL)
    *ret_packets = packets->len;
  return g_string_free (lines, FALSE);
}

static void
assert_line (const char *lines, const char *line)
{
  g_autofree char *whole = g_strconcat ("\n", line, "\n", NULL);
  if (strstr (lines, whole) == NULL)
    g_error ("no line '%s' in%s", line, lines);
}

static void
test_first_round (void)
{
  g_autoptr (CamStatsdFeed) feed = cam_statsd_feed_new ();
  g_autoptr (CamStatus) status = make_up_status (1);
  g_autofree char *lines = take (feed, status, NULL);
  assert_line (lines, "camrelay_stream_frames_per_second.camera0.main:24.97|g");
  assert_line (lines, "camrelay_stream_state.camera0.sub.connected:1|g");
  assert_line (lines, "camrelay_loop_lag_seconds.main:0.0015|g");
  assert_line (lines, "camrelay_stream_clock_drift_ppm.camera0.main:0|g\ncamrelay_stream_clock_drift_ppm.camera0.main:-17|g");
  g_assert_null (strstr (lines, "|c\n"));
}

static void
test_growth (void)
{
  g_autoptr (CamStatsdFeed) feed = cam_statsd_feed_new ();
  g_autoptr (CamStatus) status = make_up_status (1);
  CamStreamStatus *stream = g_ptr_array_index (status->streams, 0);
  g_free (take (feed, status, NULL));
  stream->connects += 2;
  stream->bytes_in = 17; /* counted anew */
  stream->first_pictures.counts[0]++;
  stream->ends[CAM_REASON_DNS] = 4; /* not there before: counted from 0 */
  stream->fps = 12;
  g_autofree char *lines = take (feed, status, NULL);
  assert_line (lines, "camrelay_stream_connects_total.camera0.main:2|c");
  assert_line (lines, "camrelay_stream_received_bytes_total.camera0.main:17|c");
  assert_line (lines, "camrelay_stream_first_picture_seconds_bucket.camera0.main.leinf:1|c");
  assert_line (lines, "camrelay_stream_first_picture_seconds_count.camera0.main:1|c");
  assert_line (lines, "camrelay_stream_ends_total.camera0.main.dns:4|c");
  assert_line (lines, "camrelay_stream_frames_per_second.camera0.main:12|g");
  g_assert_null (strstr (lines, "camera0.sub")); /* nothing of it has changed */
  g_assert_null (strstr (lines, "camrelay_stream_ends_total.camera0.main.timeout"));
}

/* What was said stays in StatsD until it is said otherwise. */
static void
test_gone (void)
{
  g_autoptr (CamStatsdFeed) feed = cam_statsd_feed_new ();
  g_autoptr (CamStatus) status = make_up_status (1);
  CamStreamStatus *stream = g_ptr_array_index (status->streams, 0);
  stream->reason = CAM_REASON_AUTH;
  g_autofree char *first = take (feed, status, NULL);
  assert_line (first, "camrelay_stream_reason.camera0.main.auth:1|g");
  stream->reason = CAM_REASON_NONE;
  g_autofree char *second = take (feed, status, NULL);
  assert_line (second, "camrelay_stream_reason.camera0.main.auth:0|g");
  g_autofree char *third = take (feed, status, NULL);
  g_assert_cmpstr (third, ==, "\n");
}

static void
test_refresh (void)
{
  g_autoptr (CamStatsdFeed) feed = cam_statsd_feed_new ();
  g_autoptr (CamStatus) status = make_up_status (1);
  for (unsigned round = 1; round <= 2 * CAM_STATSD_REFRESH_ROUNDS; round++) {
    g_autofree char *lines = take (feed, status, NULL);
    bool is_due = round == 1 || round % CAM_STATSD_REFRESH_ROUNDS == 0;
    g_assert_cmpint (strstr (lines, "camrelay_threads:7|g") != NULL, ==, is_due);
  }
}

static void
test_names (void)
{
  g_autoptr (CamStatsdFeed) feed = cam_statsd_feed_new ();
  g_autoptr (CamStatus) status = make_up_status (0);
  g_free (status->loops[0].name);
  status->loops[0].name = g_strnfill (500, ':');
  memcpy (status->loops[0].name, "a.b|c\n#d", 8);
  g_autofree char *lines = take (feed, status, NULL);
  assert_line (lines, "camrelay_loop_lag_seconds.a_b_c__d________________________________________:0.0015|g");
}

static void
test_many_packets (void)
{
  g_autoptr (CamStatsdFeed) feed = cam_statsd_feed_new ();
  g_autoptr (CamStatus) status = make_up_status (200);
  unsigned packets = 0;
  g_autofree char *lines = take (feed, status, &packets);
  g_test_message ("first round of 400 streams: %u packets", packets);
  g_assert_cmpuint (packets, <, 1000);
  assert_line (lines, "camrelay_stream_frames_per_second.camera199.sub:24.97|g");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/statsd-feed/first-round", test_first_round);
  g_test_add_func ("/control/statsd-feed/growth", test_growth);
  g_test_add_func ("/control/statsd-feed/gone", test_gone);
  g_test_add_func ("/control/statsd-feed/refresh", test_refresh);
  g_test_add_func ("/control/statsd-feed/names", test_names);
  g_test_add_func ("/control/statsd-feed/many-packets", test_many_packets);
  return g_test_run ();
}
