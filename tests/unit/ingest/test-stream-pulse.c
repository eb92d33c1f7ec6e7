#include "ingest/stream-pulse.h"

#include <glib.h>

#define S ((int64_t) G_USEC_PER_SEC)
#define STALL_US (5 * S)
#define START_US (1000 * S)

static void
test_first_unit (void)
{
  CamStreamPulse pulse;
  cam_stream_pulse_begin (&pulse, STALL_US, true, START_US);
  g_assert_cmpint (cam_stream_pulse_get_due_us (&pulse), ==, START_US + 10 * S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 10 * S - 1), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 10 * S), ==, CAM_REASON_STALL);

  cam_stream_pulse_begin (&pulse, 20 * S, true, START_US);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 20 * S - 1), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 20 * S), ==, CAM_REASON_STALL);
}

static void
test_stall (void)
{
  CamStreamPulse pulse;
  int64_t now_us = START_US;
  cam_stream_pulse_begin (&pulse, STALL_US, false, now_us);
  for (int i = 0; i < 50; i++)
    cam_stream_pulse_beat (&pulse, true, now_us += S / 25);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us + STALL_US - 1), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us + STALL_US), ==, CAM_REASON_STALL);
  g_assert_cmpint (cam_stream_pulse_get_due_us (&pulse), ==, now_us + STALL_US);
}

/* A camera that sends a picture every 4 s is given four of its intervals. */
static void
test_slow_camera (void)
{
  CamStreamPulse pulse;
  int64_t now_us = START_US;
  cam_stream_pulse_begin (&pulse, STALL_US, false, now_us);
  for (int i = 0; i < 5; i++)
    cam_stream_pulse_beat (&pulse, true, now_us += 4 * S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us + 16 * S - 1), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us + 16 * S), ==, CAM_REASON_STALL);
}

static void
test_no_key (void)
{
  CamStreamPulse pulse;
  int64_t now_us = START_US;
  cam_stream_pulse_begin (&pulse, STALL_US, true, now_us);
  for (int i = 0; i < 29; i++)
    cam_stream_pulse_beat (&pulse, false, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NONE);
  cam_stream_pulse_beat (&pulse, false, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NO_KEY);

  cam_stream_pulse_begin (&pulse, STALL_US, false, START_US);
  cam_stream_pulse_beat (&pulse, false, START_US + 60 * S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 60 * S), ==, CAM_REASON_NONE); /* sound has no keys */
}

/* Key pictures 20 s apart: three groups of patience; one after an hour teaches no more than the cap. */
static void
test_long_groups (void)
{
  CamStreamPulse pulse;
  int64_t now_us = START_US;
  cam_stream_pulse_begin (&pulse, STALL_US, true, now_us);
  for (int i = 0; i < 41; i++)
    cam_stream_pulse_beat (&pulse, i % 20 == 0, now_us += S);
  g_assert_cmpint (cam_stream_pulse_get_due_us (&pulse), ==, now_us + STALL_US);
  for (int i = 0; i < 59; i++)
    cam_stream_pulse_beat (&pulse, false, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NONE);
  cam_stream_pulse_beat (&pulse, false, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NO_KEY);

  cam_stream_pulse_beat (&pulse, true, now_us += 3600 * S);
  g_assert_cmpint (pulse.gop_us, ==, 300 * S);
  g_assert_cmpint (pulse.interval_us, <=, 60 * S);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-pulse/first-unit", test_first_unit);
  g_test_add_func ("/stream-pulse/stall", test_stall);
  g_test_add_func ("/stream-pulse/slow-camera", test_slow_camera);
  g_test_add_func ("/stream-pulse/no-key", test_no_key);
  g_test_add_func ("/stream-pulse/long-groups", test_long_groups);
  return g_test_run ();
}
