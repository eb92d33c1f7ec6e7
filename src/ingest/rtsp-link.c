#include "ingest/rtsp-link.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camrelay/limits.h"
#include "ingest/read-budget.h"
#include "ingest/tcp-dialer.h"

#define READ_BYTES (256 * 1024)

struct CamRtspLink {
  int refs;                        /* the owner's, and one while frames are handed out: closing does not pull the rug away */
  CamLoopThread *loop;             /* borrowed */
  const CamRtspLinkEvents *events; /* borrowed */
  gpointer data;
  int fd;                  /* owned; -1 once closed */
  CamLoopWatch *watch;     /* owned */
  CamLoopTimer *timer;     /* owned; wakes us when the budget is filled again */
  CamRtspFraming *framing; /* owned */
  GByteArray *output;      /* owned; what the socket did not take yet */
  CamReadBudget budget;
  bool is_paused; /* over the budget */
  int failure;    /* errno of a send, told at the end of the turn; 0: none */
  uint64_t bytes;
  uint64_t junk;
};

static void
unref_link (CamRtspLink *self)
{
  if (--self->refs > 0)
    return;
  cam_rtsp_framing_free (self->framing);
  g_byte_array_unref (self->output);
  g_free (self);
}

static void on_failure (gpointer data);

static void
shut (CamRtspLink *self)
{
  if (self->fd < 0)
    return;
  cam_loop_thread_cancel_deferred (self->loop, on_failure, self);
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  close (self->fd);
  self->fd = -1;
}

void
cam_rtsp_link_close (CamRtspLink *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  shut (self);
  unref_link (self);
}

static void
lose (CamRtspLink *self, CamReason reason, const char *what)
{
  shut (self);
  self->events->lost (reason, what, self->data);
}

static void
on_failure (gpointer data)
{
  CamRtspLink *self = data;
  lose (self, cam_tcp_reason (self->failure), g_strerror (self->failure));
}

static void
update_watch (CamRtspLink *self)
{
  cam_loop_watch_set_events (self->watch, (self->is_paused ? 0 : EPOLLIN) | (self->output->len > 0 ? EPOLLOUT : 0));
}

static void
flush (CamRtspLink *self)
{
  while (self->output->len > 0) {
    ssize_t sent = send (self->fd, self->output->data, self->output->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && errno != EAGAIN) {
      self->failure = errno;
      g_byte_array_set_size (self->output, 0);
      cam_loop_thread_defer (self->loop, on_failure, self);
    }
    if (sent < 0)
      break;
    g_byte_array_remove_range (self->output, 0, (guint) sent);
  }
  update_watch (self);
}

void
cam_rtsp_link_send (CamRtspLink *self, const uint8_t *data, size_t size)
{
  CAM_ASSERT_ON (self->loop);
  if (self->fd < 0 || self->failure != 0)
    return;
  if (size > CAM_LIMIT_REPLY_BACKLOG_BYTES - MIN (self->output->len, CAM_LIMIT_REPLY_BACKLOG_BYTES)) {
    self->failure = EPIPE; /* a camera that asks and asks and takes no answers */
    cam_loop_thread_defer (self->loop, on_failure, self);
    return;
  }
  g_byte_array_append (self->output, data, (guint) size);
  flush (self);
}

/* Hands out everything whole of what was read. Each call may close the link; @self stays valid for the caller's reference. */
static void
hand_out (CamRtspLink *self)
{
  CamFrame frame;
  while (self->fd >= 0 && cam_rtsp_framing_next (self->framing, &frame) != CAM_FRAME_NONE) {
    self->junk += frame.resynchronised;
    if (frame.kind == CAM_FRAME_ERROR) {
      lose (self, CAM_REASON_PROTOCOL, frame.error);
      return;
    }
    g_autoptr (CamRtspMessage) message = frame.kind == CAM_FRAME_MESSAGE ? frame.message : NULL;
    self->events->frame (&frame, self->data);
  }
  if (self->fd >= 0)
    self->events->turned (self->data);
}

/* The head of a TLS record (RFC 8446, 5.1): what an encrypted port says to a plain request. */
static bool
is_tls (const uint8_t *data, size_t size)
{
  return size >= 3 && data[0] >= 20 && data[0] <= 23 && data[1] == 3 && data[2] <= 4;
}

/* One read a turn, so that a camera that sends without end starves nobody; what is left makes the watch fire again. */
static void
read_once (CamRtspLink *self, bool is_hung_up)
{
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  size_t most = cam_read_budget_get (&self->budget, READ_BYTES, now_us);
  if (most == 0 && is_hung_up)
    most = READ_BYTES; /* what the kernel holds is all there will ever be, and the watch cannot be silenced */
  self->is_paused = most == 0;
  if (self->is_paused) {
    cam_loop_timer_arm (self->timer, cam_read_budget_get_due_us (&self->budget));
    update_watch (self);
    return;
  }
  size_t room = 0;
  cam_rtsp_framing_lend (self->framing, cam_loop_thread_get_scratch (self->loop), CAM_LOOP_SCRATCH_BYTES);
  uint8_t *into = cam_rtsp_framing_get_room (self->framing, most, &room);
  ssize_t got = recv (self->fd, into, MIN (room, most), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    lose (self, got == 0 ? CAM_REASON_CLOSED : cam_tcp_reason (errno), got == 0 ? "the camera closed the connection" : g_strerror (errno));
    return;
  }
  if (self->bytes == 0 && is_tls (into, (size_t) got)) {
    lose (self, CAM_REASON_TLS, "the camera speaks TLS on this port");
    return;
  }
  cam_rtsp_framing_commit (self->framing, (size_t) got);
  cam_read_budget_spend (&self->budget, (size_t) got);
  self->bytes += (uint64_t) got;
  hand_out (self);
}

static void
on_socket (gpointer data, uint32_t events)
{
  CamRtspLink *self = data;
  self->refs++;
  if ((events & EPOLLOUT) != 0)
    flush (self);
  if (self->failure == 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read_once (self, (events & (EPOLLHUP | EPOLLERR)) != 0);
  cam_rtsp_framing_settle (self->framing);
  unref_link (self);
}

static void
on_budget (gpointer data)
{
  CamRtspLink *self = data;
  self->is_paused = false;
  update_watch (self);
}

CamRtspLink *
cam_rtsp_link_new (CamLoopThread *loop, int fd, uint64_t max_bitrate, const CamRtspLinkEvents *events, gpointer data)
{
  CAM_ASSERT_ON (loop);
  CamRtspLink *self = g_new0 (CamRtspLink, 1);
  self->refs = 1;
  self->loop = loop;
  self->events = events;
  self->data = data;
  self->fd = fd;
  self->framing = cam_rtsp_framing_new (CAM_LIMIT_BODY_BYTES, true);
  self->output = g_byte_array_new ();
  self->timer = cam_loop_timer_new (loop, on_budget, self);
  cam_read_budget_init (&self->budget, max_bitrate, cam_loop_thread_now_us (loop));
  self->watch = cam_loop_watch_new (loop, fd, EPOLLIN, on_socket, self);
  if (self->watch != NULL)
    return self;
  cam_rtsp_link_close (self);
  return NULL;
}

uint64_t
cam_rtsp_link_get_bytes (const CamRtspLink *self)
{
  return self->bytes;
}

uint64_t
cam_rtsp_link_get_junk (const CamRtspLink *self)
{
  return self->junk;
}
