#include "control/metrics-text.h"

#include <string.h>
#include <time.h>

#include "status-fixture.h"

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strconcat ("\n", line, "\n", NULL);
  if (strstr (text, whole) == NULL)
    g_error ("no line '%s'", line);
}

static void
test_rows (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < CAM_N_METRICS; i++) {
    const CamMetricRow *row = &cam_metrics[i];
    g_assert_true (g_hash_table_add (names, (gpointer) row->name));
    g_assert_true (g_regex_match_simple ("^camrelay_[a-z][a-z_]*[a-z]$", row->name, 0, 0));
    g_assert_true (g_regex_match_simple ("^([a-z]+( [a-z]+){0,2})?$", row->labels, 0, 0));
    g_assert_cmpint (g_str_has_suffix (row->name, "_total"), ==, row->type == CAM_METRIC_COUNTER);
    g_assert_null (strpbrk (row->help, "\\\n"));
  }
}

/* Every metric of the table has a source: with one of everything each has a sample. */
static void
test_all_are_there (void)
{
  g_autoptr (CamStatus) status = make_up_status (1);
  CamStreamStatus *stream = g_ptr_array_index (status->streams, 0);
  stream->has_srt = true;
  stream->reason = CAM_REASON_AUTH;
  stream->ailments = CAM_AILMENT_SLOW | CAM_AILMENT_SHED;
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  add_made_up_reader (readers, "TCP", CAM_READER_STATE_PLAYING, 0, 0);
  g_autofree char *text = cam_metrics_text (status, readers);
  for (unsigned i = 0; i < CAM_N_METRICS; i++) {
    g_autofree char *head = g_strdup_printf ("# HELP %s %s\n# TYPE %s ", cam_metrics[i].name, cam_metrics[i].help, cam_metrics[i].name);
    const char *first = strstr (text, head);
    g_assert_nonnull (first);
    g_assert_null (strstr (first + 1, head));
  }
}

static void
test_values (void)
{
  g_autoptr (CamStatus) status = make_up_status (1);
  CamStreamStatus *sub = g_ptr_array_index (status->streams, 1);
  sub->state = CAM_CAMERA_HELD;
  sub->health = CAM_HEALTH_DEGRADED;
  sub->reason = CAM_REASON_NO_KEY;
  sub->ailments = CAM_AILMENT_READER_LAG;
  sub->last_unit_us = 0;
  sub->key_interval_s = 0;
  sub->has_srt = true;
  sub->srt.rtt_ms = 12.5;
  sub->srt.bandwidth_mbit = 3.5;
  sub->srt.receive_buffer_ms = 120;
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  g_autofree char *text = cam_metrics_text (status, readers);
  static const char *const lines[] = {
      "# TYPE camrelay_stream_state gauge",
      "camrelay_stream_state{camera=\"camera0\",stream=\"main\",state=\"connected\"} 1",
      "camrelay_stream_state{camera=\"camera0\",stream=\"main\",state=\"idle\"} 0",
      "camrelay_stream_state{camera=\"camera0\",stream=\"sub\",state=\"reconnecting\"} 1",
      "camrelay_stream_health{camera=\"camera0\",stream=\"sub\",health=\"degraded\"} 1",
      "camrelay_stream_health{camera=\"camera0\",stream=\"sub\",health=\"ok\"} 0",
      "camrelay_stream_reason{camera=\"camera0\",stream=\"sub\",reason=\"no-key\"} 1",
      "camrelay_stream_ailment{camera=\"camera0\",stream=\"sub\",ailment=\"reader-lag\"} 1",
      "camrelay_stream_last_unit_age_seconds{camera=\"camera0\",stream=\"main\"} 0.04",
      "camrelay_stream_frames_per_second{camera=\"camera0\",stream=\"main\"} 24.97",
      "camrelay_stream_clock_drift_ppm{camera=\"camera0\",stream=\"main\"} -17",
      "# TYPE camrelay_stream_received_bytes_total counter",
      "camrelay_stream_received_bytes_total{camera=\"camera0\",stream=\"main\"} 123456789012345",
      "camrelay_stream_units_total{camera=\"camera0\",stream=\"main\",track=\"video\"} 1000",
      "camrelay_stream_units_total{camera=\"camera0\",stream=\"main\",track=\"audio\"} 0",
      "camrelay_stream_dropped_units_total{camera=\"camera0\",stream=\"main\",cause=\"gate\"} 7",
      "camrelay_stream_ends_total{camera=\"camera0\",stream=\"main\",reason=\"timeout\"} 2",
      "camrelay_stream_slate_seconds_total{camera=\"camera0\",stream=\"main\"} 1.5",
      "# TYPE camrelay_stream_first_picture_seconds histogram",
      "camrelay_stream_first_picture_seconds_bucket{camera=\"camera0\",stream=\"main\",le=\"+Inf\"} 4",
      "camrelay_stream_first_picture_seconds_sum{camera=\"camera0\",stream=\"main\"} 12.5",
      "camrelay_stream_first_picture_seconds_count{camera=\"camera0\",stream=\"main\"} 4",
      "camrelay_srt_rtt_seconds{camera=\"camera0\",stream=\"sub\"} 0.0125",
      "camrelay_srt_bandwidth_bytes_per_second{camera=\"camera0\",stream=\"sub\"} 437500",
      "camrelay_srt_receive_buffer_seconds{camera=\"camera0\",stream=\"sub\"} 0.12",
      "camrelay_loop_lag_seconds{loop=\"main\"} 0.0015",
      "camrelay_cpu_seconds_total 12.25",
      "camrelay_start_time_seconds 1700000000",
      "camrelay_threads 7",
      "camrelay_media_memory_limit_bytes 1073741824",
      "camrelay_streams_connected 2",
  };
  status->connected = 2;
  g_autofree char *again = cam_metrics_text (status, readers);
  for (unsigned i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_line (again, lines[i]);
  /* What is not known, or not there, is not said. */
  static const char *const absent[] = {"last_unit_age_seconds{camera=\"camera0\",stream=\"sub\"", "key_interval_seconds{camera=\"camera0\",stream=\"sub\"",
                                       "srt_rtt_seconds{camera=\"camera0\",stream=\"main\"", "stream_reason{camera=\"camera0\",stream=\"main\"",
                                       "reason=\"none\"", "camrelay_readers{"};
  for (unsigned i = 0; i < G_N_ELEMENTS (absent); i++)
    g_assert_null (strstr (text, absent[i]));
}

static void
test_readers (void)
{
  g_autoptr (CamStatus) status = make_up_status (0);
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  add_made_up_reader (readers, "TCP", CAM_READER_STATE_PLAYING, 60000, 100);
  add_made_up_reader (readers, "TCP", CAM_READER_STATE_SKIPPING, 1200000, 1000);
  add_made_up_reader (readers, "UDP, as MPEG-TS", CAM_READER_STATE_THINNED, 0, 0);
  add_made_up_reader (readers, NULL, CAM_READER_STATE_PAUSED, 0, 0);
  g_autofree char *text = cam_metrics_text (status, readers);
  assert_line (text, "camrelay_readers{transport=\"TCP\",state=\"playing\"} 1");
  assert_line (text, "camrelay_readers{transport=\"TCP\",state=\"skipping\"} 1");
  assert_line (text, "camrelay_readers{transport=\"UDP, as MPEG-TS\",state=\"thinned\"} 1");
  assert_line (text, "camrelay_readers{transport=\"none\",state=\"paused\"} 1");
  assert_line (text, "camrelay_readers_lagging{transport=\"TCP\",over=\"0.05\"} 2");
  assert_line (text, "camrelay_readers_lagging{transport=\"TCP\",over=\"0.1\"} 1");
  assert_line (text, "camrelay_readers_lagging{transport=\"TCP\",over=\"1\"} 1");
  assert_line (text, "camrelay_readers_lagging{transport=\"TCP\",over=\"2.5\"} 0");
  assert_line (text, "camrelay_reader_lag_max_seconds{transport=\"TCP\"} 1.2");
  assert_line (text, "camrelay_reader_queued_bytes{transport=\"TCP\"} 1100");
  /* Nobody can make it grow by inventing transports. */
  static const char *const odd[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  for (unsigned i = 0; i < G_N_ELEMENTS (odd); i++)
    add_made_up_reader (readers, odd[i], CAM_READER_STATE_PLAYING, 0, 0);
  CamReaderTally tally;
  cam_reader_tally_fill (&tally, readers);
  g_assert_cmpuint (tally.n_kinds, ==, CAM_READER_KINDS);
}

static void
test_escapes (void)
{
  g_autoptr (CamStatus) status = make_up_status (0);
  g_free (status->loops[0].name);
  status->loops[0].name = g_strdup ("a\\b\"c\nd");
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  g_autofree char *text = cam_metrics_text (status, readers);
  assert_line (text, "camrelay_loop_lag_seconds{loop=\"a\\\\b\\\"c\\nd\"} 0.0015");
}

static int64_t
thread_cpu_us (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* 200 cameras with both streams and 1,000 readers; the bar is 20 ms on a machine that does nothing else. Processor time,
 * the best of three; ten times as much is for sanitizers. */
static void
test_cost (void)
{
  g_autoptr (CamStatus) status = make_up_status (200);
  g_autoptr (GPtrArray) readers = make_up_no_readers ();
  for (unsigned i = 0; i < 1000; i++)
    add_made_up_reader (readers, i % 2 == 0 ? "TCP" : "UDP", CAM_READER_STATE_PLAYING, i * 1000, i);
  int64_t best_us = INT64_MAX;
  size_t size = 0;
  for (unsigned i = 0; i < 3; i++) {
    int64_t began_us = thread_cpu_us ();
    g_autofree char *text = cam_metrics_text (status, readers);
    best_us = MIN (best_us, thread_cpu_us () - began_us);
    size = strlen (text);
  }
  g_test_message ("metrics of 400 streams and 1,000 readers: %" G_GSIZE_FORMAT " bytes in %.1f ms", size, (double) best_us / 1000);
  g_assert_cmpint (best_us, <, 10 * 20000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/metrics-text/rows", test_rows);
  g_test_add_func ("/control/metrics-text/all-are-there", test_all_are_there);
  g_test_add_func ("/control/metrics-text/values", test_values);
  g_test_add_func ("/control/metrics-text/readers", test_readers);
  g_test_add_func ("/control/metrics-text/escapes", test_escapes);
  g_test_add_func ("/control/metrics-text/cost", test_cost);
  return g_test_run ();
}
