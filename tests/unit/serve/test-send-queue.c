#include "serve/send-queue.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  CamClientLink *link;
  int client;
  CamSendQueue queue;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int ends[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
  fixture->link = cam_client_link_new (ends[0]);
  fixture->client = ends[1];
  cam_send_queue_init (&fixture->queue);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_send_queue_clear (&fixture->queue);
  cam_client_link_free (fixture->link, false);
  if (fixture->client >= 0)
    close (fixture->client);
}

static void
add_burst (CamSendQueue *queue, CamTrackKind track, size_t size, uint8_t fill, uint16_t sequence)
{
  g_autoptr (CamBurst) burst = cam_burst_new (size);
  memset (burst->data, fill, size);
  burst->size = size;
  burst->track = track;
  burst->sequence = sequence;
  burst->rtp_time = sequence * 10u;
  burst->created_us = sequence;
  cam_send_queue_add_burst (queue, burst);
}

static void
add_answer (CamSendQueue *queue, const char *text)
{
  cam_send_queue_add_answer (queue, g_bytes_new (text, strlen (text)));
}

static void
test_order_is_kept (Fixture *fixture, gconstpointer data)
{
  add_answer (&fixture->queue, "one ");
  add_burst (&fixture->queue, CAM_TRACK_VIDEO, 3, 'v', 1);
  add_answer (&fixture->queue, " two");
  g_assert_true (cam_send_queue_has_bursts (&fixture->queue));
  g_assert_cmpuint (cam_send_queue_get_answer_bytes (&fixture->queue), ==, 8);
  size_t written = 0;
  g_assert_cmpint (cam_send_queue_write (&fixture->queue, fixture->link, &written), ==, CAM_SEND_DRAINED);
  g_assert_cmpuint (written, ==, 11);
  char text[16] = {0};
  g_assert_cmpint (read (fixture->client, text, sizeof text), ==, 11);
  g_assert_cmpstr (text, ==, "one vvv two");
  g_assert_true (cam_send_queue_is_empty (&fixture->queue));
  g_assert_cmpuint (cam_send_queue_get_answer_bytes (&fixture->queue), ==, 0);
  g_assert_cmpuint (cam_send_queue_get_burst_bytes (&fixture->queue), ==, 0);
}

/* More bursts than the ring or one sendmsg holds, more bytes than the socket takes: nothing is lost or repeated. */
static void
test_blocked_goes_on_where_it_was (Fixture *fixture, gconstpointer data)
{
  enum { BURSTS = 300, BYTES = 5000 };
  for (unsigned i = 0; i < BURSTS; i++)
    add_burst (&fixture->queue, CAM_TRACK_VIDEO, BYTES, (uint8_t) i, (uint16_t) i);
  size_t total = 0;
  CamSendResult result = CAM_SEND_BLOCKED;
  while (result == CAM_SEND_BLOCKED) {
    size_t written = 0;
    result = cam_send_queue_write (&fixture->queue, fixture->link, &written);
    uint8_t buffer[7777];
    ssize_t got = 0;
    while ((got = recv (fixture->client, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
      for (ssize_t i = 0; i < got; i++, total++)
        g_assert_cmpuint (buffer[i], ==, (uint8_t) (total / BYTES));
  }
  g_assert_cmpint (result, ==, CAM_SEND_DRAINED);
  g_assert_cmpuint (total, ==, (size_t) BURSTS * BYTES);
}

static void
test_dropping_spares_what_is_begun_and_answers (Fixture *fixture, gconstpointer data)
{
  enum { BIG = 4 * 1024 * 1024 };
  add_burst (&fixture->queue, CAM_TRACK_VIDEO, BIG, 'b', 1);
  size_t written = 0;
  g_assert_cmpint (cam_send_queue_write (&fixture->queue, fixture->link, &written), ==, CAM_SEND_BLOCKED);
  g_assert_cmpuint (written, >, 0);
  g_assert_cmpint (cam_send_queue_get_oldest_us (&fixture->queue), ==, 1);
  add_burst (&fixture->queue, CAM_TRACK_VIDEO, 10, 'v', 7);
  add_answer (&fixture->queue, "kept");
  add_burst (&fixture->queue, CAM_TRACK_AUDIO, 10, 'a', 9);
  add_burst (&fixture->queue, CAM_TRACK_VIDEO, 10, 'w', 8);

  CamDropped dropped[CAM_N_TRACKS] = {{0}};
  cam_send_queue_drop_bursts (&fixture->queue, dropped);
  g_assert_true (dropped[CAM_TRACK_VIDEO].any);
  g_assert_cmpuint (dropped[CAM_TRACK_VIDEO].sequence, ==, 7);
  g_assert_cmpuint (dropped[CAM_TRACK_VIDEO].rtp_time, ==, 70);
  g_assert_true (dropped[CAM_TRACK_AUDIO].any);
  g_assert_cmpuint (dropped[CAM_TRACK_AUDIO].sequence, ==, 9);
  g_assert_cmpuint (cam_send_queue_get_burst_bytes (&fixture->queue), ==, BIG);

  g_autofree char *buffer = g_malloc (BIG + 5);
  size_t total = 0;
  while (!cam_send_queue_is_empty (&fixture->queue) || total < BIG + 4) {
    ssize_t got = recv (fixture->client, buffer + total, BIG + 5 - total, MSG_DONTWAIT);
    total += got > 0 ? (size_t) got : 0;
    g_assert_cmpint (cam_send_queue_write (&fixture->queue, fixture->link, &written), !=, CAM_SEND_BROKEN);
  }
  g_assert_cmpuint (total, ==, BIG + 4);
  g_assert_cmpmem (buffer + BIG, 4, "kept", 4);
}

static void
test_nothing_begun_all_goes (Fixture *fixture, gconstpointer data)
{
  add_burst (&fixture->queue, CAM_TRACK_VIDEO, 10, 'v', 3);
  CamDropped dropped[CAM_N_TRACKS] = {{0}};
  cam_send_queue_drop_bursts (&fixture->queue, dropped);
  g_assert_cmpuint (dropped[CAM_TRACK_VIDEO].sequence, ==, 3);
  g_assert_false (dropped[CAM_TRACK_AUDIO].any);
  g_assert_true (cam_send_queue_is_empty (&fixture->queue));
  g_assert_cmpint (cam_send_queue_get_oldest_us (&fixture->queue), ==, INT64_MAX);
}

static void
test_a_dead_peer_is_told (Fixture *fixture, gconstpointer data)
{
  close (fixture->client);
  fixture->client = -1;
  add_answer (&fixture->queue, "lost");
  size_t written = 0;
  g_assert_cmpint (cam_send_queue_write (&fixture->queue, fixture->link, &written), ==, CAM_SEND_BROKEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/send-queue/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("order-is-kept", test_order_is_kept);
  ADD ("blocked-goes-on-where-it-was", test_blocked_goes_on_where_it_was);
  ADD ("dropping-spares-what-is-begun-and-answers", test_dropping_spares_what_is_begun_and_answers);
  ADD ("nothing-begun-all-goes", test_nothing_begun_all_goes);
  ADD ("a-dead-peer-is-told", test_a_dead_peer_is_told);
  return g_test_run ();
}
