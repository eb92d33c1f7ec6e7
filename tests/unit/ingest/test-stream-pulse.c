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
    cam_stream_pulse_beat (&pulse, CAM_BEAT_KEY, now_us += S / 25);
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
    cam_stream_pulse_beat (&pulse, CAM_BEAT_KEY, now_us += 4 * S);
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
    cam_stream_pulse_beat (&pulse, CAM_BEAT_OTHER, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NONE);
  cam_stream_pulse_beat (&pulse, CAM_BEAT_OTHER, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NO_KEY);

  cam_stream_pulse_begin (&pulse, STALL_US, false, START_US);
  cam_stream_pulse_beat (&pulse, CAM_BEAT_OTHER, START_US + 60 * S);
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
    cam_stream_pulse_beat (&pulse, i % 20 == 0 ? CAM_BEAT_KEY : CAM_BEAT_OTHER, now_us += S);
  g_assert_cmpint (cam_stream_pulse_get_due_us (&pulse), ==, now_us + STALL_US);
  for (int i = 0; i < 59; i++)
    cam_stream_pulse_beat (&pulse, CAM_BEAT_OTHER, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NONE);
  cam_stream_pulse_beat (&pulse, CAM_BEAT_OTHER, now_us += S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NO_KEY);

  cam_stream_pulse_beat (&pulse, CAM_BEAT_KEY, now_us += 3600 * S);
  g_assert_cmpint (pulse.gop_us, ==, 300 * S);
  g_assert_cmpint (pulse.interval_us, <=, 60 * S);
}

typedef struct {
  const char *name;
  int gop_s;
  int joined_s; /* before the first key picture */
  int loss_s;   /* between two lost packets; 0: none is lost */
  int fps;
} Habit;

static const Habit habits[] = {
    {"10s", 10, 0, 0, 25},        {"20s", 20, 0, 0, 25},        {"10s-joined", 10, 9, 0, 25},         {"20s-joined", 20, 19, 0, 25},
    {"10s-lossy", 10, 0, 60, 25}, {"20s-lossy", 20, 0, 60, 25}, {"20s-joined-lossy", 20, 19, 60, 25}, {"1fps", 10, 9, 60, 1},
};

/* Ten minutes of a camera that is well: the loss, once a minute, falls on each picture of a group in turn, first of all on key pictures.
 * Then it falls silent, and is found out in time. */
static void
test_no_false_alarm (gconstpointer data)
{
  const Habit *habit = data;
  int64_t frame_us = S / habit->fps;
  for (int lost_at = 0; lost_at < habit->gop_s * habit->fps; lost_at += lost_at < 3 ? 1 : 97) {
    CamStreamPulse pulse;
    int64_t now_us = START_US;
    cam_stream_pulse_begin (&pulse, STALL_US, true, now_us);
    for (int i = 0; i < 600 * habit->fps; i++) {
      int in_group = i + (habit->gop_s - habit->joined_s) * habit->fps;
      bool is_key = in_group % (habit->gop_s * habit->fps) == 0;
      bool is_lost = habit->loss_s > 0 && (i - habit->joined_s * habit->fps - lost_at) % (habit->loss_s * habit->fps) == 0;
      g_assert_cmpint (cam_stream_pulse_get_due_us (&pulse), >, now_us + frame_us);
      now_us += frame_us;
      cam_stream_pulse_beat (&pulse, is_lost ? CAM_BEAT_DAMAGED : is_key ? CAM_BEAT_KEY : CAM_BEAT_OTHER, now_us);
      g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NONE);
    }
    g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us + STALL_US + S / 2), ==, CAM_REASON_STALL);
    g_assert_cmpint (cam_stream_pulse_get_due_us (&pulse), <=, now_us + STALL_US + S / 2);
  }
}

/* A lost picture buys time, a camera that loses them for ever does not get it. */
static void
test_always_lossy (void)
{
  CamStreamPulse pulse;
  int64_t now_us = START_US;
  cam_stream_pulse_begin (&pulse, STALL_US, true, now_us);
  while (cam_stream_pulse_check (&pulse, now_us) == CAM_REASON_NONE && now_us < START_US + 200 * S) {
    now_us += S / 25;
    cam_stream_pulse_beat (&pulse, now_us / S % 2 == 0 ? CAM_BEAT_DAMAGED : CAM_BEAT_OTHER, now_us);
  }
  g_assert_cmpint (cam_stream_pulse_check (&pulse, now_us), ==, CAM_REASON_NO_KEY);
  g_assert_cmpint (now_us, ==, START_US + 30 * S);

  cam_stream_pulse_begin (&pulse, 60 * S, true, START_US);
  for (int i = 1; i <= 3; i++)
    cam_stream_pulse_beat (&pulse, CAM_BEAT_DAMAGED, START_US + i * 29 * S);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 117 * S - 1), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_stream_pulse_check (&pulse, START_US + 117 * S), ==, CAM_REASON_NO_KEY);
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
  g_test_add_func ("/stream-pulse/always-lossy", test_always_lossy);
  for (size_t i = 0; i < G_N_ELEMENTS (habits); i++) {
    g_autofree char *path = g_strdup_printf ("/stream-pulse/no-false-alarm/%s", habits[i].name);
    g_test_add_data_func (path, &habits[i], test_no_false_alarm);
  }
  return g_test_run ();
}
