#include "ingest/decoder-thread.h"

#include <gst/gst.h>
#include <time.h>

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

/* Threads of this process that decode. */
static unsigned
count_threads (void)
{
  unsigned count = 0;
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  for (const char *id = g_dir_read_name (tasks); id != NULL; id = g_dir_read_name (tasks)) {
    g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", id);
    g_autofree char *name = NULL;
    count += g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, "sound-in");
  }
  return count;
}

static int64_t
get_cpu_us (void)
{
  struct timespec now;
  g_assert_cmpint (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now), ==, 0);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* A decoder made anew for each of as many units as there is room for, then their source is gone; many times, as it is with a sender that comes
 * and goes. */
static void
act_come_and_go (Fixture *self)
{
  g_autoptr (CamTrack) mono = cam_track_new (CAM_CODEC_MPEG_AUDIO);
  g_autoptr (CamTrack) stereo = cam_track_new (CAM_CODEC_MPEG_AUDIO);
  mono->sample_rate = stereo->sample_rate = 48000;
  mono->channels = 1;
  stereo->channels = 2;
  static const uint8_t unit[100] = {0xff};
  for (unsigned round = 0; round < 100; round++) {
    if (self->thread == NULL)
      make (self);
    for (unsigned i = 0; cam_decoder_thread_take (self->thread, i % 2 == 0 ? mono : stereo, unit, sizeof unit, 0); i++)
      g_assert_cmpuint (i, <, 2048);
    drop (self);
  }
}

/* What nobody waits for is not decoded: no thread outlives its source for long. */
static void
test_come_and_go (Fixture *self, gconstpointer data)
{
  const int64_t began_us = get_cpu_us ();
  run (self, act_come_and_go);
  const int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (count_threads () > 0 && g_get_monotonic_time () < deadline_us)
    g_usleep (1000);
  g_assert_cmpuint (count_threads (), ==, 0);
  g_assert_cmpint (get_cpu_us () - began_us, <, 2 * G_USEC_PER_SEC); /* all of it would take 5 s */
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/decoder-thread/bound-of-bytes", Fixture, NULL, set_up, test_bound_of_bytes, tear_down);
  g_test_add ("/decoder-thread/bound-of-units", Fixture, NULL, set_up, test_bound_of_units, tear_down);
  g_test_add ("/decoder-thread/dropped-at-work", Fixture, NULL, set_up, test_dropped_at_work, tear_down);
  g_test_add ("/decoder-thread/come-and-go", Fixture, NULL, set_up, test_come_and_go, tear_down);
  return g_test_run ();
}
