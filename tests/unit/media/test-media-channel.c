#include "media/media-channel.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct {
  CamPayloadPool *pool;     /* ref */
  CamMediaChannel *channel; /* ref */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->pool = cam_payload_pool_new (1 << 20, NULL);
  fixture->channel = cam_media_channel_new (4, 4096, true);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_media_channel_unref (fixture->channel);
  g_assert_cmpint (cam_payload_pool_get_refusals (fixture->pool), ==, 0);
  cam_payload_pool_unref (fixture->pool);
}

static CamHandoff
offer (Fixture *fixture, CamTrackKind track, bool is_key, size_t size, int64_t timeout_us)
{
  CamAccessUnit unit = {.track = track, .is_key = is_key, .payload = cam_payload_pool_take (fixture->pool, size)};
  CamHandoff result = cam_media_channel_offer (fixture->channel, &unit, timeout_us);
  cam_access_unit_clear (&unit);
  return result;
}

static size_t
next_size (Fixture *fixture)
{
  CamAccessUnit unit = {.payload = NULL};
  g_assert_cmpint (cam_media_channel_next (fixture->channel, 0, &unit), ==, CAM_HANDOFF_OK);
  size_t size = unit.payload->size;
  cam_access_unit_clear (&unit);
  return size;
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  CamAccessUnit unit = {.payload = NULL};
  g_assert_cmpint (cam_media_channel_next (fixture->channel, 0, &unit), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_null (unit.payload);
  for (unsigned round = 0; round < 3; round++) {
    for (unsigned i = 1; i <= 3; i++)
      g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, i == 1, i * 100, 0), ==, CAM_HANDOFF_OK);
    for (unsigned i = 1; i <= 3; i++)
      g_assert_cmpuint (next_size (fixture), ==, i * 100);
  }
  g_assert_cmpuint (cam_media_channel_get_dropped (fixture->channel), ==, 0);
}

/* What comes before the first key unit is no loss. */
static void
test_gate_first (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, false, 10, 0), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, true, 10, 0), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 10, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpuint (cam_media_channel_get_dropped (fixture->channel), ==, 0);
}

/* Units of the other track cost nothing: not even room. */
static void
test_one_track_only (Fixture *fixture, gconstpointer data)
{
  cam_media_channel_unref (fixture->channel);
  fixture->channel = cam_media_channel_new (2, 4096, false);
  cam_media_channel_take_only (fixture->channel, CAM_TRACK_AUDIO);
  for (unsigned i = 0; i < 5; i++)
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, i == 0, 1000, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, true, 10, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpuint (next_size (fixture), ==, 10);
  CamAccessUnit unit = {.payload = NULL};
  g_assert_cmpint (cam_media_channel_next (fixture->channel, 0, &unit), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpuint (cam_media_channel_get_dropped (fixture->channel), ==, 0);
}

static void
test_envelopes_bound (Fixture *fixture, gconstpointer data)
{
  for (unsigned i = 0; i < 4; i++)
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, i == 0, 10 + i, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, false, 50, 0), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, false, 50, 1000), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpuint (cam_media_channel_get_dropped (fixture->channel), ==, 2);
  g_assert_cmpuint (next_size (fixture), ==, 10);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, false, 60, 0), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpuint (cam_media_channel_get_dropped (fixture->channel), ==, 3);
  g_assert_cmpint (offer (fixture, CAM_TRACK_AUDIO, true, 70, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpuint (next_size (fixture), ==, 11);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 80, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpuint (next_size (fixture), ==, 12);
  g_assert_cmpuint (next_size (fixture), ==, 13);
  g_assert_cmpuint (next_size (fixture), ==, 70);
  g_assert_cmpuint (next_size (fixture), ==, 80);
}

static void
test_bytes_bound (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 4097, 0), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 4096, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, false, 1, 0), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpuint (next_size (fixture), ==, 4096);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 1, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, false, 4096, 1000), ==, CAM_HANDOFF_TIMEOUT);
  g_assert_cmpuint (next_size (fixture), ==, 1);
  for (unsigned i = 0; i < 4; i++)
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 1024, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 1024, 0), ==, CAM_HANDOFF_TIMEOUT);
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 10, 0), ==, CAM_HANDOFF_OK);
  cam_media_channel_close (fixture->channel);
  cam_media_channel_close (fixture->channel);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 20, 0), ==, CAM_HANDOFF_CLOSED);
  g_assert_cmpuint (next_size (fixture), ==, 10);
  CamAccessUnit unit = {.payload = NULL};
  for (unsigned i = 0; i < 3; i++)
    g_assert_cmpint (cam_media_channel_next (fixture->channel, i == 2 ? DEADLINE_US : 0, &unit), ==, CAM_HANDOFF_CLOSED);
  g_assert_null (unit.payload);
}

/* What is still queued goes with the channel. */
static void
test_unread (Fixture *fixture, gconstpointer data)
{
  size_t before = cam_payload_pool_get_bytes (fixture->pool);
  CamAccessUnit unit = {.track = CAM_TRACK_VIDEO, .is_key = true, .payload = cam_payload_pool_take (fixture->pool, 10)};
  CamMediaChannel *channel = cam_media_channel_new (2, 100, true);
  g_assert_true (cam_media_channel_ref (channel) == channel);
  g_assert_cmpint (cam_media_channel_offer (channel, &unit, 0), ==, CAM_HANDOFF_OK);
  cam_media_channel_close (channel);
  cam_media_channel_unref (channel);
  cam_media_channel_unref (channel);
  cam_media_channel_unref (NULL);
  g_assert_cmpuint (cam_payload_pool_get_bytes (fixture->pool), >, before);
  cam_access_unit_clear (&unit);
  g_assert_cmpuint (cam_payload_pool_get_bytes (fixture->pool), ==, before);
}

#define EXCHANGED 2000

static gpointer
produce (gpointer data)
{
  Fixture *fixture = data;
  for (unsigned i = 0; i < EXCHANGED; i++)
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 1 + i % 3000, DEADLINE_US), ==, CAM_HANDOFF_OK);
  cam_media_channel_close (fixture->channel);
  return NULL;
}

/* A producer that may wait loses nothing, whether envelopes or bytes run out. */
static void
test_waiting_producer (Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new ("producer", produce, fixture);
  CamAccessUnit unit = {.payload = NULL};
  for (unsigned i = 0; i < EXCHANGED; i++) {
    g_assert_cmpint (cam_media_channel_next (fixture->channel, DEADLINE_US, &unit), ==, CAM_HANDOFF_OK);
    g_assert_cmpuint (unit.payload->size, ==, 1 + i % 3000);
    cam_access_unit_clear (&unit);
  }
  g_assert_cmpint (cam_media_channel_next (fixture->channel, DEADLINE_US, &unit), ==, CAM_HANDOFF_CLOSED);
  g_thread_join (thread);
  g_assert_cmpuint (cam_media_channel_get_dropped (fixture->channel), ==, 0);
}

static gpointer
close_channel (gpointer data)
{
  cam_media_channel_close (data);
  return NULL;
}

/* A close wakes a producer that waits for room. */
static void
test_close_wakes_producer (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 4096, 0), ==, CAM_HANDOFF_OK);
  GThread *thread = g_thread_new ("closer", close_channel, fixture->channel);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 4096, DEADLINE_US), ==, CAM_HANDOFF_CLOSED);
  g_thread_join (thread);
}

typedef struct {
  Fixture *fixture;
  CamLoopThread *loop; /* owned */
  GMutex mutex;
  GCond changed;
  unsigned wakes; /* under the mutex */
  unsigned units; /* under the mutex */
  bool closed;    /* under the mutex */
  bool done;      /* under the mutex */
} Consumer;

static void
drain (gpointer data)
{
  Consumer *self = data;
  CAM_ASSERT_ON (self->loop);
  CamAccessUnit unit;
  unsigned units = 0;
  CamHandoff result = cam_media_channel_next (self->fixture->channel, 0, &unit);
  for (; result == CAM_HANDOFF_OK; result = cam_media_channel_next (self->fixture->channel, 0, &unit)) {
    cam_access_unit_clear (&unit);
    units++;
  }
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->wakes++;
  self->units += units;
  self->closed = result == CAM_HANDOFF_CLOSED;
  g_cond_broadcast (&self->changed);
}

static void
await (Consumer *self, unsigned units, bool closed, bool done)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  while (self->units < units || self->closed != closed || self->done != done)
    g_assert_true (g_cond_wait_until (&self->changed, &self->mutex, deadline_us));
}

static void
set_up_consumer (Consumer *self, Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  *self = (Consumer){.fixture = fixture, .loop = cam_loop_thread_new ("test-loop", &error)};
  g_assert_no_error (error);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  cam_media_channel_set_consumer (fixture->channel, self->loop, drain, self);
}

static void
tear_down_consumer (Consumer *self)
{
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
}

static void
test_wake_from_elsewhere (Fixture *fixture, gconstpointer data)
{
  Consumer consumer;
  set_up_consumer (&consumer, fixture);
  for (unsigned i = 1; i <= 50; i++) {
    g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 100, 0), ==, CAM_HANDOFF_OK);
    await (&consumer, i, false, false);
  }
  cam_media_channel_close (fixture->channel);
  await (&consumer, 50, true, false);
  tear_down_consumer (&consumer);
}

static void
offer_three (gpointer data)
{
  Consumer *self = data;
  for (unsigned i = 0; i < 3; i++)
    g_assert_cmpint (offer (self->fixture, CAM_TRACK_VIDEO, true, 100, 0), ==, CAM_HANDOFF_OK);
  g_assert_cmpuint (self->wakes, ==, 0);
}

/* From the loop's own thread: once, at the end of the turn. */
static void
test_wake_on_loop (Fixture *fixture, gconstpointer data)
{
  Consumer consumer;
  set_up_consumer (&consumer, fixture);
  g_assert_true (cam_loop_thread_post (consumer.loop, offer_three, &consumer, NULL));
  await (&consumer, 3, false, false);
  tear_down_consumer (&consumer);
  g_assert_cmpuint (consumer.wakes, ==, 1);
}

static void
offer_and_detach (gpointer data)
{
  Consumer *self = data;
  g_assert_cmpint (offer (self->fixture, CAM_TRACK_VIDEO, true, 100, 0), ==, CAM_HANDOFF_OK);
  cam_media_channel_set_consumer (self->fixture->channel, NULL, NULL, NULL);
  g_assert_cmpint (offer (self->fixture, CAM_TRACK_VIDEO, true, 100, 0), ==, CAM_HANDOFF_OK);
}

static void
note_done (gpointer data)
{
  Consumer *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  self->done = true;
  g_cond_broadcast (&self->changed);
}

static void
test_detach (Fixture *fixture, gconstpointer data)
{
  Consumer consumer;
  set_up_consumer (&consumer, fixture);
  g_assert_true (cam_loop_thread_post (consumer.loop, offer_and_detach, &consumer, NULL));
  g_assert_true (cam_loop_thread_post (consumer.loop, note_done, &consumer, NULL));
  await (&consumer, 0, false, true);
  g_assert_cmpint (offer (fixture, CAM_TRACK_VIDEO, true, 100, 0), ==, CAM_HANDOFF_OK);
  tear_down_consumer (&consumer);
  g_assert_cmpuint (consumer.wakes, ==, 0);
}

#define ADD(name, func) g_test_add ("/media/media-channel/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", test_order);
  ADD ("gate-first", test_gate_first);
  ADD ("one-track-only", test_one_track_only);
  ADD ("envelopes-bound", test_envelopes_bound);
  ADD ("bytes-bound", test_bytes_bound);
  ADD ("close", test_close);
  ADD ("unread", test_unread);
  ADD ("waiting-producer", test_waiting_producer);
  ADD ("close-wakes-producer", test_close_wakes_producer);
  ADD ("wake-from-elsewhere", test_wake_from_elsewhere);
  ADD ("wake-on-loop", test_wake_on_loop);
  ADD ("detach", test_detach);
  return g_test_run ();
}
