#include "supervise/stream-vitals.h"

#include <glib.h>

#define S ((int64_t) G_USEC_PER_SEC)

typedef struct {
  CamStreamVitals vitals;
  CamVitalsSample sample;
} Stream;

/* One second at @fps, pictures of 1000 bytes. */
static void
pass (Stream *self, unsigned seconds, unsigned fps)
{
  for (unsigned i = 0; i < seconds; i++) {
    self->sample.now_us += S;
    self->sample.pictures += fps;
    self->sample.bytes += 1000 * fps;
    cam_stream_vitals_sample (&self->vitals, &self->sample);
  }
}

static void
test_nothing_yet (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  pass (&stream, 1, 25);
  g_assert_cmpfloat (stream.vitals.fps, ==, 0);
  g_assert_cmpfloat (stream.vitals.bit_rate, ==, 0);
  g_assert_false (stream.vitals.is_measured);
  pass (&stream, 1, 25);
  g_assert_cmpfloat (stream.vitals.fps, ==, 25);
  g_assert_cmpfloat (stream.vitals.bit_rate, ==, 200000);
  g_assert_false (stream.vitals.is_measured);
  pass (&stream, 2, 25);
  g_assert_true (stream.vitals.is_measured);
  g_assert_cmpfloat (stream.vitals.usual_fps, ==, 0);
  pass (&stream, 4, 25);
  g_assert_cmpfloat (stream.vitals.usual_fps, ==, 25);
}

/* What a camera kept back and sends at once is a rate, but not a usual one. */
static void
test_burst (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  pass (&stream, 1, 0);
  pass (&stream, 1, 250);
  pass (&stream, 20, 25);
  g_assert_cmpfloat_with_epsilon (stream.vitals.usual_fps, 25, 0.01);
  pass (&stream, 1, 250);
  g_assert_cmpfloat (stream.vitals.fps, ==, 100);
  pass (&stream, 10, 25);
  g_assert_cmpfloat_with_epsilon (stream.vitals.usual_fps, 25, 0.01);
}

static void
test_faster_is_learned_soon (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  pass (&stream, 10, 10);
  pass (&stream, 40, 30);
  g_assert_cmpfloat (stream.vitals.usual_fps, >, 28);
  g_assert_cmpfloat (stream.vitals.usual_fps, <=, 30);
}

/* Set to another rate it is slow for some minutes, not for ever. */
static void
test_slower_is_learned_late (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  pass (&stream, 10, 25);
  pass (&stream, 60, 5);
  g_assert_cmpfloat (stream.vitals.usual_fps, >, 20);
  pass (&stream, 1800, 5);
  g_assert_cmpfloat (stream.vitals.usual_fps, <, 10);
}

static void
test_pause_keeps_usual (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  pass (&stream, 10, 25);
  cam_stream_vitals_pause (&stream.vitals);
  g_assert_cmpfloat (stream.vitals.fps, ==, 0);
  g_assert_cmpfloat (stream.vitals.usual_fps, ==, 25);
  stream.sample.now_us += 300 * S; /* away, and nothing came */
  pass (&stream, 3, 25);
  g_assert_false (stream.vitals.is_measured);
  g_assert_cmpfloat (stream.vitals.fps, ==, 25);
  g_assert_cmpfloat_with_epsilon (stream.vitals.usual_fps, 25, 0.01);
  cam_stream_vitals_forget (&stream.vitals);
  g_assert_cmpfloat (stream.vitals.usual_fps, ==, 0);
}

/* A picture every other second is no slow camera when one of them is late: the time is longer that its rate is taken of. */
static void
test_slow_by_habit (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  for (unsigned i = 0; i < 30; i++) {
    pass (&stream, 1, 1);
    pass (&stream, 1, 0);
  }
  g_assert_cmpfloat_with_epsilon (stream.vitals.usual_fps, 0.5, 0.1);
  for (unsigned i = 0; i < 30; i++) {
    pass (&stream, 1, i % 2);
    g_assert_cmpfloat (stream.vitals.fps, >=, stream.vitals.usual_fps * 0.7);
  }
}

static void
test_losing (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S } };
  pass (&stream, 5, 25);
  g_assert_cmpuint (stream.vitals.losing, ==, 0);
  for (unsigned i = 1; i <= 3; i++) {
    stream.sample.packets_lost += 7;
    pass (&stream, 1, 25);
    g_assert_cmpuint (stream.vitals.losing, ==, i);
  }
  pass (&stream, 5, 25);
  g_assert_cmpuint (stream.vitals.losing, ==, 0);
}

/* Totals that fall, and times that stand, are no rates. */
static void
test_senseless (void)
{
  Stream stream = { .sample = { .now_us = 1000 * S, .pictures = 5000, .bytes = 1 << 20 } };
  pass (&stream, 4, 25);
  stream.sample.pictures = stream.sample.bytes = 0;
  cam_stream_vitals_sample (&stream.vitals, &stream.sample);
  g_assert_cmpfloat (stream.vitals.fps, ==, 0);
  g_assert_cmpfloat (stream.vitals.bit_rate, ==, 0);
  for (unsigned i = 0; i < 20; i++)
    cam_stream_vitals_sample (&stream.vitals, &stream.sample);
  g_assert_cmpfloat (stream.vitals.fps, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-vitals/nothing-yet", test_nothing_yet);
  g_test_add_func ("/stream-vitals/burst", test_burst);
  g_test_add_func ("/stream-vitals/faster-is-learned-soon", test_faster_is_learned_soon);
  g_test_add_func ("/stream-vitals/slower-is-learned-late", test_slower_is_learned_late);
  g_test_add_func ("/stream-vitals/pause-keeps-usual", test_pause_keeps_usual);
  g_test_add_func ("/stream-vitals/slow-by-habit", test_slow_by_habit);
  g_test_add_func ("/stream-vitals/losing", test_losing);
  g_test_add_func ("/stream-vitals/senseless", test_senseless);
  return g_test_run ();
}
