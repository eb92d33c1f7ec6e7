/* The worker of a stream, beside a session that is disabled: what is heard of it, and who waits at the door. */
#include "supervise/stream-feed.h"

#include "core/log.h"
#include "stream-fixture.h"

typedef struct {
  StreamFixture base; /* first */
  CamStreamHub *hub;
  CamStreamFeed *feed;
  GString *heard;
  unsigned reaped;
} Fixture;

static void
hear (gpointer data, const char *what, uint64_t generation)
{
  g_string_append_printf (((Fixture *) data)->heard, "%s %u;", what, (unsigned) generation);
}

static void
on_established (uint64_t generation, gpointer data)
{
  hear (data, "established", generation);
}

static void
on_playing (uint64_t generation, gpointer data)
{
  hear (data, "playing", generation);
}

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  hear (data, "live", generation);
}

static void
on_quiet (uint64_t generation, gpointer data)
{
  hear (data, "quiet", generation);
}

static void
on_sounds (uint64_t generation, gpointer data)
{
  hear (data, "sounds", generation);
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  hear (data, "ended", generation);
}

static const CamIngestEvents events = {
  .established = on_established,
  .playing = on_playing,
  .live = on_live,
  .quiet = on_quiet,
  .sounds = on_sounds,
  .ended = on_ended,
};

static void
on_reaped (gpointer data)
{
  ((Fixture *) data)->reaped++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  stream_fixture_set_up (&self->base, data);
  self->base.camera->enabled = false;
  stream_fixture_begin (&self->base);
  self->hub = cam_stream_hub_new ("driveway", "main");
  self->heard = g_string_new (NULL);
  self->feed = cam_stream_feed_new (&self->base.place, self->base.camera, CAM_STREAM_MAIN, self->hub, &events, on_reaped, self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rooms_below.is_stubborn = false;
  cam_stream_feed_reap (self->feed);
  stream_fixture_settle (&self->base);
  cam_stream_feed_free (self->feed);
  cam_stream_hub_unref (self->hub);
  g_string_free (self->heard, TRUE);
  stream_fixture_tear_down (&self->base, data);
}

static void
assert_heard (Fixture *self, const char *expected)
{
  stream_fixture_settle (&self->base);
  g_assert_cmpstr (self->heard->str, ==, expected);
  g_string_truncate (self->heard, 0);
}

/* The newest worker says all that a worker can say. */
static void
say_all (const CamIngestSetup *worker, CamStreamDescription *description)
{
  worker->events->established (worker->generation, worker->data);
  worker->events->leased (worker->generation, &(CamIngestLease) { .url = "rtsp://192.0.2.1/", .session = "1" }, worker->data);
  worker->events->playing (worker->generation, worker->data);
  worker->events->live (worker->generation, description, worker->data);
  worker->events->quiet (worker->generation, worker->data);
  worker->events->sounds (worker->generation, worker->data);
  worker->events->ended (worker->generation, &(CamIngestEnd) { .reason = CAM_REASON_END, .detail = "" }, worker->data);
}

static void
test_is_heard (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (cam_stream_feed_dial (self->feed, CAM_TRANSPORT_UDP, false, -1), ==, 1);
  g_assert_cmpint (rooms_below.setup.transport, ==, CAM_TRANSPORT_UDP);
  g_assert_false (rooms_below.setup.has_socket || rooms_below.setup.has_srt_sender);
  g_assert_true (cam_stream_feed_is_taken (self->feed) && !cam_stream_feed_is_flowing (self->feed));
  say_all (&rooms_below.setup, self->base.h264);
  assert_heard (self, "established 1;playing 1;live 1;quiet 1;sounds 1;ended 1;");
  g_assert_cmpuint (rooms_below.entered, ==, 1);
  g_assert_true (cam_stream_feed_get_description (self->feed) == self->base.h264);
  g_assert_false (cam_stream_feed_is_taken (self->feed) || cam_stream_feed_is_flowing (self->feed));
}

/* What a worker says after it was reaped, or while the next one is there, is about nobody. */
static void
test_older_ones_are_not_heard (Fixture *self, gconstpointer data)
{
  cam_stream_feed_dial (self->feed, CAM_TRANSPORT_TCP, false, -1);
  CamIngestSetup old = rooms_below.setup;
  g_assert_true (cam_stream_feed_reap (self->feed));
  g_assert_false (cam_stream_feed_reap (self->feed));
  say_all (&old, self->base.h264);
  cam_stream_feed_refuse (self->feed, &(CamIngestEnd) { .reason = CAM_REASON_AUTH, .detail = "" });
  assert_heard (self, "");
  g_assert_cmpuint (self->reaped, ==, 1);
  g_assert_cmpuint (rooms_below.struck, ==, 1); /* it was ended by us, and said good-bye */
  g_assert_cmpuint (cam_stream_feed_dial (self->feed, CAM_TRANSPORT_TCP, false, -1), ==, 2);
  say_all (&old, self->base.h264);
  assert_heard (self, "");
  g_assert_null (cam_stream_feed_get_description (self->feed));
  cam_stream_feed_refuse (self->feed, &(CamIngestEnd) { .reason = CAM_REASON_AUTH, .detail = "" });
  assert_heard (self, "ended 2;");
  cam_stream_feed_reap (self->feed);
  stream_fixture_settle (&self->base);
  g_assert_cmpuint (rooms_below.struck, ==, 1); /* that one was over by itself */
}

static void
test_quiet (Fixture *self, gconstpointer data)
{
  cam_stream_feed_dial (self->feed, CAM_TRANSPORT_TCP, false, -1);
  rooms_below_live (self->base.h264);
  rooms_below_quiet ();
  assert_heard (self, "live 1;quiet 1;");
  g_assert_true (cam_stream_feed_is_quiet (self->feed) && cam_stream_feed_is_flowing (self->feed));
  g_assert_false (cam_stream_feed_is_taken (self->feed));
  rooms_below_sounds ();
  assert_heard (self, "sounds 1;");
  g_assert_true (!cam_stream_feed_is_quiet (self->feed) && cam_stream_feed_is_taken (self->feed));
  rooms_below_quiet ();
  stream_fixture_settle (&self->base);
  cam_stream_feed_reap (self->feed);
  g_assert_false (cam_stream_feed_is_quiet (self->feed)); /* there is none */
}

static void
test_door (Fixture *self, gconstpointer data)
{
  g_assert_false (cam_stream_feed_is_offered (self->feed));
  cam_stream_feed_show (self->feed, false);
  cam_stream_feed_offer (self->feed, 5);
  g_assert_true (cam_stream_feed_is_offered (self->feed) && cam_stream_feed_is_taken (self->feed));
  cam_stream_feed_offer (self->feed, 6);
  g_assert_cmpuint (rooms_below.sent_away, ==, 1);
  g_assert_cmpint (rooms_below.sent_away_last, ==, 5);
  cam_stream_feed_dial (self->feed, CAM_TRANSPORT_TCP, false, -1);
  g_assert_true (rooms_below.setup.has_srt_sender && rooms_below.setup.srt_sender == 6);
  g_assert_false (cam_stream_feed_is_offered (self->feed));
  /* One that still waits when all is over is sent away. */
  cam_stream_feed_offer (self->feed, 7);
  cam_stream_feed_reap (self->feed);
  stream_fixture_settle (&self->base);
  cam_stream_feed_free (g_steal_pointer (&self->feed));
  g_assert_cmpint (rooms_below.sent_away_last, ==, 7);
  self->feed = cam_stream_feed_new (&self->base.place, self->base.camera, CAM_STREAM_MAIN, self->hub, &events, on_reaped, self);
}

static void
test_without_a_worker (Fixture *self, gconstpointer data)
{
  cam_stream_feed_talk (self->feed);
  cam_stream_feed_go_on (self->feed);
  g_assert_cmpuint (rooms_below.talking + rooms_below.gone_on, ==, 0);
  g_assert_false (cam_stream_feed_has_worker (self->feed) || cam_stream_feed_is_taken (self->feed));
  cam_stream_feed_dial (self->feed, CAM_TRANSPORT_TCP, false, -1);
  cam_stream_feed_talk (self->feed);
  cam_stream_feed_go_on (self->feed);
  g_assert_cmpuint (rooms_below.talking, ==, 1);
  g_assert_cmpuint (rooms_below.gone_on, ==, 1);
}

#define ADD(name, function) g_test_add ("/stream-feed/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_init (CAM_LOG_ERROR);
  ADD ("is-heard", test_is_heard);
  ADD ("older-ones-are-not-heard", test_older_ones_are_not_heard);
  ADD ("quiet", test_quiet);
  ADD ("door", test_door);
  ADD ("without-a-worker", test_without_a_worker);
  return g_test_run ();
}
