#include <sys/socket.h>
#include <unistd.h>

#include "worker-fixture.h"

static void
play_early (gpointer data)
{
  Fixture *self = data;
  CamIngestSink *sink = self->source.sink;
  CamIngestLease lease = {.url = "rtsp://cam/", .session = "s1"};
  g_assert_cmpint (sink->take_socket (sink), ==, -1);
  g_assert_false (sink->established (sink));
  sink->leased (sink, &lease);
  describe (self, 640, CAM_CODEC_NONE); /* packets come before the answer to PLAY */
  g_assert_cmpuint (self->plays, ==, 1);
  sink->playing (sink);
  sink->ended (sink, CAM_REASON_LIMIT, "full", 60);
  sink->leased (sink, &lease);
  g_assert_true (sink->established (sink));
}

/* Each event once, in order, nothing behind ended; who wants none of them is not waited for. */
static void
test_events (Fixture *self, gconstpointer data)
{
  CamIngestSetup setup = get_setup (self, &all_events);
  self->worker = cam_ingest_worker_new_for_kind (&setup, &fake_kind);
  cam_ingest_worker_talk (self->worker);
  g_assert_cmpuint (self->talks, ==, 1);
  on_loop (self, play_early);
  g_assert_cmpuint (self->establishments, ==, 1);
  g_assert_cmpuint (self->leases, ==, 1);
  g_assert_cmpuint (self->plays, ==, 1);
  g_assert_cmpuint (self->lives, ==, 1);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_true (self->was_accepted);
  g_assert_cmpint (self->retry_after_us, ==, 60);
}

static void
play_unheard (gpointer data)
{
  CamIngestSink *sink = ((Fixture *) data)->source.sink;
  g_assert_true (sink->established (sink));
  sink->leased (sink, &(CamIngestLease){.url = "rtsp://cam/", .session = "s1"});
  sink->playing (sink);
}

static void
test_few_events (Fixture *self, gconstpointer data)
{
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, play_unheard);
  on_loop (self, begin_flow);
  g_assert_cmpuint (self->lives, ==, 1);
}

/* The hub is the worker's from live to ended, or to its stop. */
static void
test_claim (Fixture *self, gconstpointer data)
{
  bool is_stopped = data != NULL;
  start_worker (self, CAM_ON_LOSS_AUTO, &fake_kind);
  on_loop (self, do_nothing);
  g_assert_false (cam_stream_hub_is_claimed (self->hub));
  on_loop (self, is_stopped ? begin_flow : end_early);
  g_assert_cmpint (cam_stream_hub_is_claimed (self->hub), ==, is_stopped);
  if (is_stopped)
    cam_ingest_worker_stop (self->worker, 0);
  on_loop (self, do_nothing);
  g_assert_false (cam_stream_hub_is_claimed (self->hub));
  cam_stream_hub_claim (self->hub); /* the next worker's: not taken away by this one's end */
  cam_ingest_worker_stop (self->worker, 0);
  on_loop (self, do_nothing);
  g_assert_true (cam_stream_hub_is_claimed (self->hub));
}

static void
take_socket (gpointer data)
{
  Fixture *self = data;
  CamIngestSink *sink = self->source.sink;
  int fd = sink->take_socket (sink);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (sink->take_socket (sink), ==, -1);
  close (fd);
}

static bool
is_peer_closed (int fd)
{
  char byte = 0;
  return recv (fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* A socket that came with the setup goes to the source, once, or is closed. */
static void
test_socket (Fixture *self, gconstpointer data)
{
  bool is_taken = data != NULL;
  int pair[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  CamIngestSetup setup = get_setup (self, &events);
  setup.has_socket = true;
  setup.socket = pair[1];
  self->worker = cam_ingest_worker_new_for_kind (&setup, &fake_kind);
  g_assert_false (is_peer_closed (pair[0]));
  if (is_taken)
    on_loop (self, take_socket);
  g_assert_cmpint (is_peer_closed (pair[0]), ==, is_taken);
  cam_ingest_worker_stop (self->worker, 0);
  cam_ingest_worker_free (g_steal_pointer (&self->worker));
  on_loop (self, do_nothing);
  g_assert_true (is_peer_closed (pair[0]));
  close (pair[0]);
}

#define ADD(path, data, func) g_test_add ("/ingest-events/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("events", NULL, test_events);
  ADD ("few-events", NULL, test_few_events);
  ADD ("claim/ended", NULL, test_claim);
  ADD ("claim/stopped", GINT_TO_POINTER (1), test_claim);
  ADD ("socket/unused", NULL, test_socket);
  ADD ("socket/taken", GINT_TO_POINTER (1), test_socket);
  return g_test_run ();
}
