#include "supervise/stream-health.h"

#include "supervise/stream-vitals.h"

#define S ((int64_t) G_USEC_PER_SEC)
#define BEGIN_US (1000 * S)
#define BAR_US (5 * S) /* from a cause to what is said of it */

static const CamHealthSigns well = { .state = CAM_CAMERA_LIVE, .is_fps_measured = true, .fps = 25, .usual_fps = 25, .readers = 4, .memory_share = 0.5 };

/* How many seconds of @signs it takes until @ailment is there, or gone. */
static unsigned
count_until (CamStreamHealth *health, const CamHealthSigns *signs, unsigned ailments)
{
  for (unsigned seconds = 1; seconds <= 60; seconds++) {
    cam_stream_health_note (health, signs, BEGIN_US + seconds * S);
    if (health->ailments == ailments)
      return seconds;
  }
  g_assert_not_reached ();
}

typedef struct {
  CamAilment ailment;
  CamHealthSigns ill;     /* just beyond the limit */
  CamHealthSigns between; /* neither ill nor well again */
  unsigned enter_s, leave_s;
} Row;

#define SIGNS(...) { .state = CAM_CAMERA_LIVE, .is_fps_measured = true, .usual_fps = 25, .fps = 25, .readers = 4, __VA_ARGS__ }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const Row rows[] = {
  { CAM_AILMENT_SLOW, SIGNS (.fps = 12.4), SIGNS (.fps = 17.4), 1, 5 },
  { CAM_AILMENT_DRIFT, SIGNS (.drift_ppm = -501), SIGNS (.drift_ppm = 401), 3, 10 },
  { CAM_AILMENT_READER_LAG, SIGNS (.lagging = 3), SIGNS (.lagging = 3), 3, 10 },
  { CAM_AILMENT_MEMORY, SIGNS (.memory_share = 0.91), SIGNS (.memory_share = 0.86), 1, 5 },
  { CAM_AILMENT_LOSS, SIGNS (.losing = 3), SIGNS (.losing = 1), 1, 10 },
  { CAM_AILMENT_SHED, SIGNS (.shed_level = 1), SIGNS (.shed_level = 1), 1, 1 },
};
/* At the limit, not beyond. */
static const CamHealthSigns just_well[] = { SIGNS (.fps = 12.5),         SIGNS (.drift_ppm = 500), SIGNS (.lagging = 2),
                                            SIGNS (.memory_share = 0.9), SIGNS (.losing = 2),      SIGNS (.readers = 0) };
#pragma GCC diagnostic pop

static void
test_rows (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];
    CamStreamHealth health = { 0 };
    g_assert_cmpuint (count_until (&health, &row->ill, row->ailment), ==, row->enter_s);
    g_assert_cmpint (row->enter_s * S, <=, BAR_US);
    for (unsigned second = 0; second < 60; second++)
      cam_stream_health_note (&health, &row->between, BEGIN_US);
    g_assert_cmpuint (health.ailments, ==, row->ailment);
    g_assert_cmpuint (count_until (&health, &well, 0), ==, row->leave_s);
  }
}

static void
test_at_the_limit (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (just_well); i++) {
    CamStreamHealth health = { 0 };
    for (unsigned second = 0; second < 20; second++)
      cam_stream_health_note (&health, &just_well[i], BEGIN_US);
    g_assert_cmpuint (health.ailments, ==, 0);
  }
}

/* One second that is well does not end it, one that is ill does not begin what needs three. */
static void
test_no_flapping (void)
{
  CamStreamHealth health = { 0 };
  for (unsigned i = 0; i < 20; i++) {
    cam_stream_health_note (&health, i % 3 == 2 ? &well : &rows[1].ill, BEGIN_US);
    g_assert_cmpuint (health.ailments, ==, 0);
  }
  g_assert_cmpuint (count_until (&health, &rows[0].ill, CAM_AILMENT_SLOW), ==, 1);
  for (unsigned i = 0; i < 40; i++) {
    cam_stream_health_note (&health, i % 5 == 4 ? &rows[0].ill : &well, BEGIN_US);
    g_assert_cmpuint (health.ailments, ==, CAM_AILMENT_SLOW);
  }
}

/* Nothing is slow as long as nothing is usual, or measured. */
static void
test_nothing_known (void)
{
  CamStreamHealth health = { 0 };
  CamHealthSigns signs = { .state = CAM_CAMERA_LIVE, .is_fps_measured = true, .fps = 0.1 };
  cam_stream_health_note (&health, &signs, BEGIN_US);
  signs = (CamHealthSigns) { .state = CAM_CAMERA_LIVE, .usual_fps = 25 };
  cam_stream_health_note (&health, &signs, BEGIN_US);
  g_assert_cmpuint (health.ailments, ==, 0);
}

static void
test_several (void)
{
  CamStreamHealth health = { 0 };
  CamHealthSigns signs = rows[0].ill;
  signs.memory_share = 0.95;
  cam_stream_health_note (&health, &signs, BEGIN_US);
  g_assert_cmpuint (health.ailments, ==, CAM_AILMENT_SLOW | CAM_AILMENT_MEMORY);
  /* What is lost has failed; when it is back, only what is so then ails it. */
  signs.state = CAM_CAMERA_HELD;
  cam_stream_health_note (&health, &signs, BEGIN_US);
  g_assert_cmpuint (health.ailments, ==, 0);
}

static void
test_reconnects (void)
{
  CamStreamHealth health = { 0 };
  CamHealthSigns away = { .state = CAM_CAMERA_HELD };
  for (unsigned i = 0; i < CAM_RECONNECTS_ILL; i++) {
    cam_stream_health_note (&health, &well, BEGIN_US + i * 60 * S);
    g_assert_cmpuint (health.ailments, ==, 0);
    cam_stream_health_note (&health, &away, BEGIN_US + i * 60 * S);
    cam_stream_health_note_reconnect (&health, BEGIN_US + i * 60 * S);
  }
  int64_t third_us = BEGIN_US + 120 * S;
  cam_stream_health_note (&health, &well, third_us + S);
  g_assert_cmpuint (health.ailments, ==, CAM_AILMENT_RECONNECTS);
  cam_stream_health_note (&health, &well, BEGIN_US + CAM_RECONNECTS_US);
  g_assert_cmpuint (health.ailments, ==, CAM_AILMENT_RECONNECTS);
  cam_stream_health_note (&health, &well, BEGIN_US + CAM_RECONNECTS_US + 1);
  g_assert_cmpuint (health.ailments, ==, 0);
}

static void
test_judge (void)
{
  static const CamHealth expected[CAM_N_CAMERA_STATES] = {
    [CAM_CAMERA_OFF] = CAM_HEALTH_OFF,           [CAM_CAMERA_IDLE] = CAM_HEALTH_OFF,        [CAM_CAMERA_LISTENING] = CAM_HEALTH_OFF,
    [CAM_CAMERA_CONNECTING] = CAM_HEALTH_FAILED, [CAM_CAMERA_LIVE] = CAM_HEALTH_OK,         [CAM_CAMERA_HELD] = CAM_HEALTH_FAILED,
    [CAM_CAMERA_CLEARING] = CAM_HEALTH_FAILED,   [CAM_CAMERA_WAITING] = CAM_HEALTH_FAILED,  [CAM_CAMERA_DISABLING] = CAM_HEALTH_OFF,
    [CAM_CAMERA_LEAVING] = CAM_HEALTH_OFF,       [CAM_CAMERA_GONE] = CAM_HEALTH_OFF,
  };
  for (unsigned state = 0; state < CAM_N_CAMERA_STATES; state++)
    g_assert_cmpint (cam_stream_health_judge (state, 0), ==, expected[state]);
  g_assert_cmpint (cam_stream_health_judge (CAM_CAMERA_LIVE, CAM_AILMENT_LOSS), ==, CAM_HEALTH_DEGRADED);
}

typedef struct {
  CamStreamVitals vitals;
  CamStreamHealth health;
  CamVitalsSample sample;
} Stream;

/* A look each second, whatever the camera does in between. */
static void
look (Stream *self, int64_t now_us)
{
  self->sample.now_us = now_us;
  cam_stream_vitals_sample (&self->vitals, &self->sample);
  CamHealthSigns signs = well;
  signs.is_fps_measured = self->vitals.is_measured;
  signs.fps = self->vitals.fps;
  signs.usual_fps = self->vitals.usual_fps;
  signs.losing = self->vitals.losing;
  cam_stream_health_note (&self->health, &signs, now_us);
}

/* From the first picture that is late, or the first packet that is lost, in steps of 10 ms; at any time between two looks. */
static int64_t
measure (unsigned fps, unsigned fps_then, bool loses, int64_t phase_us, unsigned ailment)
{
  Stream stream = { .sample = { .packets_lost = 0 } };
  int64_t cause_us = BEGIN_US + 30 * S + phase_us;
  double pictures = 0;
  for (int64_t now_us = BEGIN_US; now_us <= cause_us + 10 * S; now_us += S / 100) {
    pictures += (now_us > cause_us ? fps_then : fps) / 100.;
    stream.sample.pictures = (uint64_t) pictures;
    stream.sample.packets_lost += loses && now_us > cause_us;
    if ((now_us - BEGIN_US) % S == 0)
      look (&stream, now_us);
    if (now_us <= cause_us)
      g_assert_cmpuint (stream.health.ailments, ==, 0);
    else if (stream.health.ailments == ailment)
      return now_us - cause_us;
  }
  g_assert_not_reached ();
}

static void
test_within_five_seconds (void)
{
  static const unsigned rates[][2] = { { 25, 12 }, { 25, 1 }, { 60, 29 }, { 30, 0 }, { 10, 4 }, { 2, 0 } };
  int64_t worst_us = 0;
  for (int64_t phase_us = 0; phase_us < S; phase_us += S / 20) {
    for (unsigned i = 0; i < G_N_ELEMENTS (rates); i++)
      worst_us = MAX (worst_us, measure (rates[i][0], rates[i][1], false, phase_us, CAM_AILMENT_SLOW));
    worst_us = MAX (worst_us, measure (25, 25, true, phase_us, CAM_AILMENT_LOSS));
  }
  g_test_message ("BAR degraded after the cause: %.2f s (bar <= 5 s)", (double) worst_us / S);
  g_assert_cmpint (worst_us, <=, BAR_US);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-health/rows", test_rows);
  g_test_add_func ("/stream-health/at-the-limit", test_at_the_limit);
  g_test_add_func ("/stream-health/no-flapping", test_no_flapping);
  g_test_add_func ("/stream-health/nothing-known", test_nothing_known);
  g_test_add_func ("/stream-health/several", test_several);
  g_test_add_func ("/stream-health/reconnects", test_reconnects);
  g_test_add_func ("/stream-health/judge", test_judge);
  g_test_add_func ("/stream-health/within-five-seconds", test_within_five_seconds);
  return g_test_run ();
}
