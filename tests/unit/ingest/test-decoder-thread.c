#include "ingest/decoder-thread.h"

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))

enum { UNIT_BYTES = 960, MOST_UNITS = 1024 * 1024 / UNIT_BYTES };

typedef struct {
  CamLoopThread *loop;      /* owned */
  CamDecoderThread *thread; /* owned; on the loop */
  CamTrack *track;          /* ref */
  GMutex lock;
  GCond changed;
  bool is_done; /* what was posted has run */
  unsigned taken;
  unsigned results;
  unsigned refused;
  uint64_t frames;
} Fixture;

typedef void (*Act) (Fixture *self);
typedef struct {
  Fixture *fixture;
  Act act;
} Order;

static void
on_order (gpointer data)
{
  Order *order = data;
  order->act (order->fixture);
  g_mutex_lock (&order->fixture->lock);
  order->fixture->is_done = true;
  g_cond_signal (&order->fixture->changed);
  g_mutex_unlock (&order->fixture->lock);
}

static void
run (Fixture *self, Act act)
{
  Order order = {self, act};
  self->is_done = false;
  g_assert_true (cam_loop_thread_post (self->loop, on_order, &order, NULL));
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while (!self->is_done && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_true (self->is_done);
  g_mutex_unlock (&self->lock);
}

static void
await_results (Fixture *self, unsigned results)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while (self->results < results && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_cmpuint (self->results, ==, results);
  g_mutex_unlock (&self->lock);
}

static void
on_decoded (const CamDecoded *decoded, gpointer data)
{
  Fixture *self = data;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_cmpint (decoded->arrived_us, ==, self->results); /* in order, none left out */
  self->results++;
  self->refused += !decoded->is_decoded;
  self->frames += decoded->pcm.frames;
  g_assert_cmpuint (decoded->epochs, ==, 1);
  g_assert_false (decoded->is_overrun);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
make (Fixture *self)
{
  self->thread = cam_decoder_thread_new (self->loop, cam_sound_epochs_new (), on_decoded, self);
  g_assert_nonnull (self->thread);
}

static void
drop (Fixture *self)
{
  g_clear_pointer (&self->thread, cam_decoder_thread_free);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->track = cam_track_new (CAM_CODEC_L16);
  self->track->sample_rate = self->track->clock_rate = 48000;
  self->track->channels = 2;
  run (self, make);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  run (self, drop);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_track_unref (self->track);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static bool
take (Fixture *self, size_t size)
{
  static const uint8_t unit[UNIT_BYTES] = {0};
  bool has_room = cam_decoder_thread_take (self->thread, self->track, unit, size, self->taken);
  self->taken += has_room;
  return has_room;
}

static void
act_fill (Fixture *self)
{
  while (take (self, UNIT_BYTES))
    g_assert_cmpuint (self->taken, <=, 2 * MOST_UNITS);
}

/* While the loop does not look for results, so much goes in; then there is room again. */
static void
test_bound_of_bytes (Fixture *self, gconstpointer data)
{
  run (self, act_fill);
  g_assert_cmpuint (self->taken, ==, MOST_UNITS);
  await_results (self, self->taken);
  g_assert_cmpuint (self->frames, ==, (uint64_t) MOST_UNITS * UNIT_BYTES / 4 - 240);
  run (self, act_fill);
  g_assert_cmpuint (self->taken, ==, 2 * MOST_UNITS);
  await_results (self, self->taken);
}

static void
act_fill_with_little (Fixture *self)
{
  while (take (self, 3))
    g_assert_cmpuint (self->taken, <=, 2048);
}

/* Units of hardly any bytes are bounded by their number; these are no whole frames either. */
static void
test_bound_of_units (Fixture *self, gconstpointer data)
{
  run (self, act_fill_with_little);
  g_assert_cmpuint (self->taken, ==, 2048);
  await_results (self, self->taken);
  g_assert_cmpuint (self->refused, ==, 2048);
  g_assert_cmpuint (self->frames, ==, 0);
}

static void
act_fill_and_drop (Fixture *self)
{
  act_fill (self);
  drop (self);
  drop (self);
}

static void
test_dropped_at_work (Fixture *self, gconstpointer data)
{
  run (self, act_fill_and_drop);
  g_assert_cmpuint (self->results, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/decoder-thread/bound-of-bytes", Fixture, NULL, set_up, test_bound_of_bytes, tear_down);
  g_test_add ("/decoder-thread/bound-of-units", Fixture, NULL, set_up, test_bound_of_units, tear_down);
  g_test_add ("/decoder-thread/dropped-at-work", Fixture, NULL, set_up, test_dropped_at_work, tear_down);
  return g_test_run ();
}
