#include "srt/srt-statistics.h"

#include <glib.h>

enum { NO_SOCKET = 7 };

static void
test_no_connection (void)
{
  CamSrtCounter counter = {.received_again = 3};
  CamSrtStatistics untouched = {.packets_lost = 5};
  g_assert_false (cam_srt_statistics_read (NO_SOCKET, &counter, &untouched));
  g_assert_cmpuint (counter.received_again, ==, 3);
  g_assert_cmpuint (untouched.packets_lost, ==, 5);
}

static void
test_log (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("DEBUG camera drone main: the SRT connection: 12.5 s, round trip 0.4 ms, packets received 1, sent 2, lost 3, "
                               "retransmitted 4, dropped 5, undecrypted 6\n");
    return;
  }
  const CamSrtStatistics statistics = {
      .rtt_ms = 0.4,
      .packets_received = 1,
      .packets_sent = 2,
      .packets_lost = 3,
      .packets_retransmitted = 4,
      .packets_dropped = 5,
      .packets_undecrypted = 6,
      .uptime_us = 12500000,
  };
  cam_log_init (CAM_LOG_DEBUG);
  cam_srt_statistics_log (&statistics, &(CamLogFields){.camera = "drone", .stream = "main"});
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/statistics/no-connection", test_no_connection);
  g_test_add_func ("/srt/statistics/log", test_log);
  return g_test_run ();
}
