#include "ingest/rtsp-link.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))

typedef struct {
  CamLoopThread *loop; /* owned */
  int far;             /* owned; the camera's end, blocking */
  int near;            /* the link's */
  uint64_t max_bitrate;
  size_t send_bytes;  /* what send_much sends */
  bool closes_itself; /* at the first frame */
  CamRtspLink *link;  /* owned; on the loop */
  GMutex lock;
  GCond changed;
  unsigned messages;
  unsigned frames;
  unsigned turns;
  bool is_lost;
  bool is_done;
  CamReason reason;
  char *what; /* owned */
} Fixture;

#define AWAIT(fixture, condition)                                                                                                          \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    int64_t await_deadline_us = g_get_monotonic_time () + DEADLINE_US;                                                                     \
    g_mutex_lock (&(fixture)->lock);                                                                                                       \
    bool await_in_time = true;                                                                                                             \
    while (!(condition) && await_in_time)                                                                                                  \
      await_in_time = g_cond_wait_until (&(fixture)->changed, &(fixture)->lock, await_deadline_us);                                        \
    g_assert_true (condition);                                                                                                             \
    g_mutex_unlock (&(fixture)->lock);                                                                                                     \
  }                                                                                                                                        \
  G_STMT_END

static void
take_frame (const CamFrame *frame, gpointer data)
{
  Fixture *self = data;
  g_mutex_lock (&self->lock);
  g_assert_false (self->is_lost);
  self->messages += frame->kind == CAM_FRAME_MESSAGE;
  self->frames += frame->kind == CAM_FRAME_DATA;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->closes_itself)
    g_clear_pointer (&self->link, cam_rtsp_link_close);
}

static void
take_loss (CamReason reason, const char *what, gpointer data)
{
  Fixture *self = data;
  g_clear_pointer (&self->link, cam_rtsp_link_close);
  g_mutex_lock (&self->lock);
  g_assert_false (self->is_lost);
  self->is_lost = true;
  self->reason = reason;
  self->what = g_strdup (what);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
take_turn (gpointer data)
{
  Fixture *self = data;
  g_mutex_lock (&self->lock);
  self->turns++;
  g_mutex_unlock (&self->lock);
}

static const CamRtspLinkEvents events = {.frame = take_frame, .lost = take_loss, .turned = take_turn};

static void
open_link (gpointer data)
{
  Fixture *self = data;
  self->link = cam_rtsp_link_new (self->loop, self->near, self->max_bitrate, &events, self);
  g_assert_nonnull (self->link);
}

static void
send_much (gpointer data)
{
  Fixture *self = data;
  g_autofree uint8_t *bytes = g_malloc0 (self->send_bytes);
  if (self->link != NULL) /* its loss may be seen before anything is sent */
    cam_rtsp_link_send (self->link, bytes, self->send_bytes);
}

static void
finish (gpointer data)
{
  Fixture *self = data;
  g_clear_pointer (&self->link, cam_rtsp_link_close);
  g_mutex_lock (&self->lock);
  self->is_done = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int ends[2];
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  self->far = ends[0];
  self->near = ends[1];
  g_assert_cmpint (fcntl (self->near, F_SETFL, O_NONBLOCK), ==, 0);
  self->max_bitrate = 100000000;
}

/* The link is closed and the loop has done all it was to do: what it wrote may be read. */
static void
settle (Fixture *self)
{
  cam_loop_thread_post (self->loop, finish, self, NULL);
  AWAIT (self, self->is_done);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  settle (self);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  if (self->far >= 0)
    close (self->far);
  g_free (self->what);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
write_far (Fixture *self, const void *data, size_t size)
{
  g_assert_cmpint (send (self->far, data, size, MSG_NOSIGNAL), ==, (ssize_t) size);
}

#define OK "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"
#define FRAME "$\0\0\4abcd"

static void
test_frames (Fixture *self, gconstpointer data)
{
  cam_loop_thread_post (self->loop, open_link, self, NULL);
  write_far (self, OK FRAME "$\0\0", sizeof OK - 1 + 8 + 3);
  AWAIT (self, self->messages == 1 && self->frames == 1);
  write_far (self, "\4abcd", 5);
  AWAIT (self, self->frames == 2);
  shutdown (self->far, SHUT_WR);
  AWAIT (self, self->is_lost);
  g_assert_cmpint (self->reason, ==, CAM_REASON_CLOSED);
  g_assert_cmpstr (self->what, ==, "the camera closed the connection");
  g_assert_cmpuint (self->turns, >=, 1);
}

/* Closed from within a frame: nothing more is handed out, whatever was read with it. */
static void
test_close_within (Fixture *self, gconstpointer data)
{
  self->closes_itself = true;
  write_far (self, FRAME FRAME FRAME, 24);
  cam_loop_thread_post (self->loop, open_link, self, NULL);
  uint8_t byte = 0;
  g_assert_cmpint (recv (self->far, &byte, 1, 0), <=, 0);
  settle (self);
  g_assert_cmpuint (self->frames, ==, 1);
  g_assert_cmpuint (self->turns, ==, 0);
  g_assert_false (self->is_lost);
}

static void
test_junk (Fixture *self, gconstpointer data)
{
  g_autofree char *junk = g_strnfill (100000, 'x');
  cam_loop_thread_post (self->loop, open_link, self, NULL);
  write_far (self, junk, 100000);
  AWAIT (self, self->is_lost);
  g_assert_cmpint (self->reason, ==, CAM_REASON_PROTOCOL);
}

/* What the other side does not take waits, up to a bound. */
static void
test_backlog (Fixture *self, gconstpointer data)
{
  int small = 4096;
  setsockopt (self->near, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  cam_loop_thread_post (self->loop, open_link, self, NULL);
  self->send_bytes = 200000;
  cam_loop_thread_post (self->loop, send_much, self, NULL);
  size_t got = 0;
  g_autofree uint8_t *bytes = g_malloc (65536);
  while (got < 200000) {
    ssize_t size = recv (self->far, bytes, 65536, 0);
    g_assert_cmpint (size, >, 0);
    got += (size_t) size;
  }
  g_assert_false (self->is_lost);
  cam_loop_thread_post (self->loop, send_much, self, NULL);
  cam_loop_thread_post (self->loop, send_much, self, NULL);
  AWAIT (self, self->is_lost);
  g_assert_cmpint (self->reason, ==, CAM_REASON_RESET);
}

static void
test_send_to_nobody (Fixture *self, gconstpointer data)
{
  close (self->far);
  self->far = -1;
  self->send_bytes = 10;
  cam_loop_thread_post (self->loop, open_link, self, NULL);
  cam_loop_thread_post (self->loop, send_much, self, NULL);
  AWAIT (self, self->is_lost);
  g_assert_true (self->reason == CAM_REASON_RESET || self->reason == CAM_REASON_CLOSED);
}

/* A camera that sent more than its budget and left: its end is seen without waiting for the budget. */
static void
test_hang_up_over_budget (Fixture *self, gconstpointer data)
{
  self->max_bitrate = 64000;
  g_autofree char *frames = g_malloc (60000);
  for (int i = 0; i < 7500; i++)
    memcpy (frames + 8 * i, FRAME, 8);
  write_far (self, frames, 60000);
  close (self->far);
  self->far = -1;
  int64_t before_us = g_get_monotonic_time ();
  cam_loop_thread_post (self->loop, open_link, self, NULL);
  AWAIT (self, self->is_lost);
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 4 * G_USEC_PER_SEC); /* at 64 kbit/s it would have taken seven */
  g_assert_cmpuint (self->frames, ==, 7500);
}

#define ADD(path, func) g_test_add ("/rtsp-link/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("frames", test_frames);
  ADD ("close-within", test_close_within);
  ADD ("junk", test_junk);
  ADD ("backlog", test_backlog);
  ADD ("send-to-nobody", test_send_to_nobody);
  ADD ("hang-up-over-budget", test_hang_up_over_budget);
  return g_test_run ();
}
