#include "serve/rtsp-connection.h"

#include <errno.h>
#include <sys/epoll.h>

#include "camrelay/limits.h"
#include "serve/client-link.h"
#include "serve/connection-deadlines.h"
#include "serve/rtsp-dialogue.h"
#include "serve/rtsp-exchange.h"
#include "serve/tcp-outlet.h"
#include "wire/rtsp-framing.h"

/* After our last word the client may take its time to read it before a reset could take it away. */
#define LINGER_US (G_USEC_PER_SEC)

/* After BYE a client takes its leave by itself: GStreamer's rtspsrc sends PAUSE and TEARDOWN, and calls it an error when the connection is closed
 * before they are answered. Others are closed after this. */
#define PARTING_US (G_USEC_PER_SEC * 3 / 4)

/* And after this if it is still there. */
#define UNWELCOME_US (4 * G_USEC_PER_SEC)

/* What each picture looks at for each reader comes first and lies together. */
struct CamRtspConnection {
  CamTcpOutlet out;    /* first: what readers send to over TCP */
  CamServeLoop *home;  /* borrowed: loops outlive connections */
  CamClientLink *link; /* owned; the outlet's, too */
  CamLoopWatch *watch; /* owned; NULL on the way between loops */
  bool is_held;        /* the dialogue waits: nothing is read */
  bool is_closing;     /* when the queue is drained, shut down */
  bool is_shut;        /* our last word is out: what still comes is thrown away */
  bool is_doomed;      /* to be freed at the end of this turn */
  bool resets;         /* with a reset rather than a FIN */
  CamConnectionTimes times;
  CamConnectionLimits limits;
  CamLoopTimer *timer;       /* owned; as the watch */
  int64_t armed_us;          /* when the timer is due */
  CamRtspFraming *framing;   /* owned */
  CamRtspDialogue *dialogue; /* owned */
  CamRtspPeer peer;
  CamServeGuest guest;
};

static void keep_house (CamRtspConnection *self);

static CamLoopThread *
thread_of (const CamRtspConnection *self)
{
  return cam_serve_loop_get_thread (self->home);
}

static int64_t
now_us (const CamRtspConnection *self)
{
  return cam_loop_thread_now_us (thread_of (self));
}

/* ---- the end ---- */

static void
free_connection (CamRtspConnection *self)
{
  cam_rtsp_dialogue_free (self->dialogue);
  cam_loop_watch_free (self->watch);
  cam_loop_timer_free (self->timer);
  cam_tcp_outlet_clear (&self->out);
  cam_client_link_free (self->link, self->resets);
  cam_client_registry_dismiss (cam_serve_loop_get_context (self->home)->registry, self->peer.address);
  cam_rtsp_peer_clear (&self->peer);
  cam_rtsp_framing_free (self->framing);
  g_free (self);
}

static void
on_doomed (gpointer data)
{
  CamRtspConnection *self = data;
  CamServeLoop *home = self->home;
  CAM_ASSERT_ON (cam_serve_loop_get_thread (home));
  /* Freed first, its lane with it: a loop that closes lets go of its sender when the last connection is off its list. */
  free_connection (self);
  cam_serve_loop_remove (home, &self->guest);
}

/* Whoever finds the end only says so: freeing waits for the end of the turn, since a stream-task may be walking over its readers. */
static void
doom (CamRtspConnection *self, bool resets)
{
  if (self->is_doomed)
    return;
  self->is_doomed = true;
  self->resets = resets;
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  cam_loop_thread_defer (thread_of (self), on_doomed, self);
}

/* ---- out ---- */

/* The queue is drained and nothing may follow. */
static void
shut_down (CamRtspConnection *self)
{
  if (self->is_shut)
    return;
  self->is_shut = true;
  cam_client_link_shut (self->link);
  int64_t gone_by_us = now_us (self) + LINGER_US;
  self->times.gone_by_us = self->times.gone_by_us != 0 ? MIN (self->times.gone_by_us, gone_by_us) : gone_by_us;
}

/* Writes what the link takes now. True when there is house to keep: after a write that took everything, as after one before, there is none,
 * and what that would look at is not touched for each reader of each picture. */
static bool
push_out (CamRtspConnection *self)
{
  if (self->is_doomed || self->is_shut || self->watch == NULL)
    return false;
  int64_t blocked_since_us = self->out.blocked_since_us;
  size_t written = 0;
  CamSendResult result = cam_tcp_outlet_write (&self->out, now_us (self), &written);
  if (written > 0) {
    self->times.alive_us = now_us (self);
    cam_client_registry_add (cam_serve_loop_get_context (self->home)->registry, CAM_CLIENT_COUNT_BYTES_OUT, written);
  }
  switch (result) {
  case CAM_SEND_DRAINED:
    if (self->is_closing)
      shut_down (self);
    break;
  case CAM_SEND_BLOCKED:
    break;
  case CAM_SEND_BROKEN:
    doom (self, false);
    break;
  }
  if (cam_send_queue_get_answer_bytes (&self->out.queue) > CAM_LIMIT_REPLY_BACKLOG_BYTES)
    doom (self, true);
  return self->is_closing || self->out.blocked_since_us != blocked_since_us;
}

void
cam_rtsp_connection_queue_answer (CamRtspConnection *self, GBytes *answer)
{
  cam_send_queue_add_answer (&self->out.queue, answer);
}

void
cam_rtsp_connection_flush (CamRtspConnection *self)
{
  push_out (self);
  keep_house (self);
}

/* The outlet's. */
static void
flush (CamOutlet *outlet)
{
  CamRtspConnection *self = (CamRtspConnection *) outlet;
  if (self->out.blocked_since_us == 0 && push_out (self))
    keep_house (self);
}

/* ---- in ---- */

static void on_move (gpointer data);

static void
obey (CamRtspConnection *self, CamDialogueVerdict verdict)
{
  self->times.held_until_us = 0;
  self->is_held = false;
  switch (verdict) {
  case CAM_DIALOGUE_GO_ON:
    break;
  case CAM_DIALOGUE_HOLD:
    self->is_held = true;
    self->times.held_until_us = cam_rtsp_dialogue_get_hold_us (self->dialogue);
    break;
  case CAM_DIALOGUE_MOVE:
    self->is_held = true;
    cam_loop_thread_defer (thread_of (self), on_move, self);
    break;
  case CAM_DIALOGUE_CLOSE:
    self->is_closing = true;
    break;
  }
}

static bool
may_handle (const CamRtspConnection *self)
{
  return !self->is_doomed && !self->is_closing && !self->is_held;
}

static void
refuse_bytes (CamRtspConnection *self, int status)
{
  g_autoptr (CamRtspMessage) answer = cam_rtsp_answer_new (status, -1);
  cam_rtsp_connection_queue_answer (self, cam_rtsp_message_serialise (answer));
  self->is_closing = true;
}

/* Takes one whole thing out of what was read; false when there is none. */
static bool
handle_next (CamRtspConnection *self)
{
  CamFrame frame = {0};
  switch (cam_rtsp_framing_next (self->framing, &frame)) {
  case CAM_FRAME_NONE:
    return false;
  case CAM_FRAME_MESSAGE:
    self->times.has_spoken = true;
    self->times.alive_us = now_us (self);
    obey (self, cam_rtsp_dialogue_handle (self->dialogue, self->home, frame.message));
    break;
  case CAM_FRAME_DATA: /* a receiver report: life, if there is a session; else it keeps nobody here */
    if (cam_rtsp_dialogue_get_session (self->dialogue) == NULL)
      return true;
    self->times.alive_us = now_us (self);
    break;
  case CAM_FRAME_ERROR:
    refuse_bytes (self, frame.status);
    break;
  }
  self->times.partial_since_us = 0;
  if (self->times.part_by_us != 0 && cam_rtsp_dialogue_get_session (self->dialogue) == NULL)
    self->is_closing = true; /* it has taken its leave */
  return true;
}

static void
handle_all (CamRtspConnection *self)
{
  while (may_handle (self) && handle_next (self))
    continue;
  if (self->is_doomed || self->watch == NULL)
    return;
  bool is_partial = may_handle (self) && cam_rtsp_framing_get_pending (self->framing) > 0;
  if (!is_partial)
    self->times.partial_since_us = 0;
  else if (self->times.partial_since_us == 0)
    self->times.partial_since_us = now_us (self);
  cam_rtsp_connection_flush (self);
}

static void
read_in (CamRtspConnection *self)
{
  size_t room = 0;
  uint8_t *into = cam_rtsp_framing_get_room (self->framing, cam_client_link_get_read_bytes (self->link), &room);
  ssize_t got = cam_client_link_read (self->link, into, room);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    doom (self, false);
    return;
  }
  if (!self->times.has_spoken)
    cam_rtsp_dialogue_note_first_bytes (self->dialogue, into, (size_t) got);
  cam_rtsp_framing_commit (self->framing, (size_t) got);
  handle_all (self);
}

static void
on_socket (gpointer data, uint32_t events)
{
  CamRtspConnection *self = data;
  CAM_ASSERT_ON (thread_of (self));
  if (events & EPOLLOUT) {
    cam_tcp_outlet_note_writable (&self->out);
    cam_rtsp_connection_flush (self);
  }
  if (self->is_doomed || (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0)
    return;
  if (self->is_closing) {
    /* Reads on until the client closes too, so that a reset does not overtake our last word. */
    if (!cam_client_link_discard (self->link))
      doom (self, false);
  } else if (!self->is_held) {
    read_in (self);
  } else if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    doom (self, false); /* nobody waits for the answer any more */
  }
}

/* ---- deadlines ---- */

static void
act_on_deadline (CamRtspConnection *self, CamDeadline deadline)
{
  switch (deadline) {
  case CAM_DEADLINE_HELD:
    obey (self, cam_rtsp_dialogue_resume (self->dialogue, self->home));
    handle_all (self);
    break;
  case CAM_DEADLINE_HALF_REQUEST:
    refuse_bytes (self, 408);
    cam_rtsp_connection_flush (self);
    break;
  case CAM_DEADLINE_PART:
    self->times.part_by_us = 0;
    obey (self, CAM_DIALOGUE_CLOSE);
    cam_rtsp_connection_flush (self);
    break;
  case CAM_DEADLINE_SILENT:
  case CAM_DEADLINE_IDLE:
    doom (self, false);
    break;
  case CAM_DEADLINE_BLOCKED:
  case CAM_DEADLINE_GONE:
    doom (self, true);
    break;
  }
}

/* The next deadline as things stand; a UDP client's reports are life too. */
static CamDeadline
find_deadline (CamRtspConnection *self, int64_t *ret_due_us)
{
  const CamRtspSession *session = cam_rtsp_dialogue_get_session (self->dialogue);
  if (session != NULL)
    self->times.alive_us = MAX (self->times.alive_us, cam_rtsp_session_get_alive_us (session, now_us (self)));
  CamConnectionTimes times = self->times;
  times.blocked_since_us = self->out.blocked_since_us;
  return cam_connection_next_deadline (&times, &self->limits, ret_due_us);
}

static void
on_timer (gpointer data)
{
  CamRtspConnection *self = data;
  CAM_ASSERT_ON (thread_of (self));
  int64_t due_us = 0;
  self->armed_us = INT64_MAX;
  CamDeadline deadline = find_deadline (self, &due_us);
  if (now_us (self) >= due_us)
    act_on_deadline (self, deadline);
  if (!self->is_doomed)
    keep_house (self);
}

/* Watches what matters now, and wakes for the next deadline. A deadline that moved away is found out when the timer fires: no system call a
 * burst. */
static void
keep_house (CamRtspConnection *self)
{
  if (self->is_doomed || self->watch == NULL)
    return;
  bool reads = self->is_closing || !self->is_held;
  bool writes = self->out.blocked_since_us != 0 && !self->is_shut;
  cam_loop_watch_set_events (self->watch, (reads ? (uint32_t) EPOLLIN : (uint32_t) EPOLLRDHUP) | (writes ? (uint32_t) EPOLLOUT : 0));
  int64_t due_us = 0;
  find_deadline (self, &due_us);
  if (due_us >= self->armed_us)
    return;
  self->armed_us = due_us;
  cam_loop_timer_arm (self->timer, due_us);
}

/* ---- where it lives ---- */

/* Begins to live on its home. */
static bool
settle (CamRtspConnection *self)
{
  if (!cam_serve_loop_add (self->home, &self->guest))
    return false;
  self->armed_us = INT64_MAX;
  self->timer = cam_loop_timer_new (thread_of (self), on_timer, self);
  self->watch = cam_loop_watch_new (thread_of (self), cam_client_link_get_fd (self->link), EPOLLIN, on_socket, self);
  if (self->watch == NULL)
    doom (self, false);
  return true;
}

static void
on_arrived (gpointer data)
{
  CamRtspConnection *self = data;
  CAM_ASSERT_ON (thread_of (self));
  if (!settle (self)) {
    free_connection (self);
    return;
  }
  if (self->is_doomed)
    return;
  obey (self, cam_rtsp_dialogue_resume (self->dialogue, self->home));
  handle_all (self);
}

/* At the end of the turn, so that nobody here touches it after the post. The bytes read and not handled, answers not written and the
 * request itself go along; without a session nothing else holds on to a loop. */
static void
on_move (gpointer data)
{
  CamRtspConnection *self = data;
  CamServeLoop *source = self->home;
  CAM_ASSERT_ON (thread_of (self));
  if (self->is_doomed || self->is_closing)
    return;
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  cam_serve_loop_remove (source, &self->guest);
  self->home = cam_rtsp_dialogue_get_target (self->dialogue);
  cam_loop_thread_post (thread_of (self), on_arrived, self, NULL);
}

/* BYE on the tracks that play, some time for the client to take its leave, then close. */
static void
on_end (gpointer data, int64_t grace_us)
{
  CamRtspConnection *self = data;
  if (self->is_doomed || self->is_closing || self->times.part_by_us != 0)
    return;
  CamRtspSession *session = cam_rtsp_dialogue_get_session (self->dialogue);
  bool says_bye = session != NULL && cam_rtsp_session_is_playing (session);
  self->times.gone_by_us = now_us (self) + grace_us;
  if (says_bye)
    cam_rtsp_session_say_bye (session);
  if (says_bye && !self->is_held)
    self->times.part_by_us = now_us (self) + PARTING_US;
  else
    obey (self, CAM_DIALOGUE_CLOSE);
  cam_rtsp_connection_flush (self);
}

/* Other rules hold. */
static void
on_review (gpointer data, const CamServeRules *rules)
{
  CamRtspConnection *self = data;
  if (self->is_doomed || cam_rtsp_dialogue_is_welcome (self->dialogue, rules))
    return;
  cam_rtsp_session_log_unwelcome (cam_rtsp_dialogue_get_session (self->dialogue));
  on_end (self, UNWELCOME_US);
}

void
cam_rtsp_connection_start (CamServeLoop *home, CamClientLink *link, CamRtspPeer *peer, int64_t accepted_us)
{
  g_autoptr (CamServeRules) rules = cam_serve_book_open (cam_serve_loop_get_context (home)->book);
  const CamServerConfig *config = &rules->config->server;
  CamRtspConnection *self = g_new0 (CamRtspConnection, 1);
  self->home = home;
  self->link = link;
  self->guest = (CamServeGuest){.end = on_end, .review = on_review, .data = self};
  self->limits = (CamConnectionLimits){.request_us = config->request_timeout, .reader_us = config->reader_timeout};
  self->framing = cam_rtsp_framing_new (CAM_LIMIT_BODY_BYTES, false);
  cam_tcp_outlet_init (&self->out, link, flush);
  self->peer = *peer;
  *peer = (CamRtspPeer){0};
  self->dialogue = cam_rtsp_dialogue_new (self, &self->peer, &self->out.outlet);
  self->times = (CamConnectionTimes){.opened_us = accepted_us, .alive_us = now_us (self)};
  cam_client_link_tune (link, self->limits.reader_us);
  if (!settle (self))
    free_connection (self);
  else
    keep_house (self);
}

CamServeGuest *
cam_rtsp_connection_get_guest (CamRtspConnection *self)
{
  return &self->guest;
}

void
cam_rtsp_connection_reset (CamRtspConnection *self)
{
  doom (self, true);
}
