#include "control/http-connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  READ_BYTES = 16 * 1024,
  MOST_LINGERING = 1024 * 1024, /* bytes that are still taken from a client that was answered */
  USER_TIMEOUT_MS = 20 * 1000,
};

typedef enum
{
  STATE_READING,
  STATE_ASKED,     /* the request is whole */
  STATE_ANSWERING, /* libsoup has the stream */
  STATE_LINGERING  /* answered: a client that is still sending would lose the answer if its bytes met a closed socket */
} State;

struct CamHttpConnection {
  CamLoopThread *loop; /* borrowed */
  CamHttpConnectionEvents events;
  CamRtspPeer peer;
  State state;
  int fd;                     /* owned, unless there is a socket */
  GSocketConnection *socket;  /* ref; NULL while reading; closes fd */
  CamHttpStream *stream;      /* ref; NULL while reading */
  CamLoopWatch *watch;        /* owned; NULL once asked, and while answering */
  CamLoopTimer *deadline;     /* owned */
  int64_t accepted_us;
  GByteArray *bytes;          /* owned; head and body */
  CamHttpHead *head;          /* owned; NULL until it is whole */
  size_t lingering_bytes;
};

static void
end (CamHttpConnection *self)
{
  self->events.gone (self, self->events.data);
}

/* What comes is thrown away until the client closes, too. */
static void
drain (CamHttpConnection *self)
{
  uint8_t *scratch = cam_loop_thread_get_scratch (self->loop);
  ssize_t got = recv (self->fd, scratch, READ_BYTES, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  self->lingering_bytes += got > 0 ? (size_t) got : 0;
  if (got <= 0 || self->lingering_bytes > MOST_LINGERING)
    end (self);
}

static void read_request (CamHttpConnection *self);

static void
on_readable (gpointer data, uint32_t events)
{
  CamHttpConnection *self = data;
  switch (self->state) {
  case STATE_READING:
    read_request (self);
    break;
  case STATE_ASKED:
  case STATE_ANSWERING:
    break;
  case STATE_LINGERING:
    drain (self);
    break;
  }
}

static void
linger (CamHttpConnection *self)
{
  self->state = STATE_LINGERING;
  shutdown (self->fd, SHUT_WR);
  if (self->watch == NULL)
    self->watch = cam_loop_watch_new (self->loop, self->fd, EPOLLIN, on_readable, self);
  /* Without a watch the deadline, which is now, ends it. */
  int64_t patience_us = self->watch != NULL ? CAM_HTTP_LINGER_US : 0;
  cam_loop_timer_arm (self->deadline, cam_loop_thread_now_us (self->loop) + patience_us);
}

static void
on_closed (gpointer data)
{
  linger (data);
}

/* libsoup finds out when it writes, or when what it waits for is given up. */
static void
on_deadline (gpointer data)
{
  CamHttpConnection *self = data;
  switch (self->state) {
  case STATE_READING:
  case STATE_ASKED:
  case STATE_LINGERING:
    end (self);
    break;
  case STATE_ANSWERING:
    shutdown (self->fd, SHUT_RDWR);
    break;
  }
}

void
cam_http_connection_refuse (CamHttpConnection *self, unsigned status, const char *why)
{
  g_assert (self->state == STATE_READING || self->state == STATE_ASKED);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                             "X-Content-Type-Options: nosniff\r\n%sContent-Length: %zu\r\n\r\n%s\n",
                                             status,
                                             cam_http_status_phrase (status),
                                             status == 503 ? "Retry-After: 10\r\n" : "",
                                             strlen (why) + 1,
                                             why);
  (void) send (self->fd, answer, strlen (answer), MSG_DONTWAIT | MSG_NOSIGNAL); /* it is leaving anyhow */
  linger (self);
}

static void
read_head (CamHttpConnection *self)
{
  unsigned status = 0;
  const char *why = NULL;
  switch (cam_http_head_read (self->bytes->data, self->bytes->len, &self->head, &status, &why)) {
  case CAM_HTTP_HEAD_MORE:
    break;
  case CAM_HTTP_HEAD_WHOLE:
    cam_loop_timer_arm (self->deadline, self->accepted_us + CAM_HTTP_REQUEST_US);
    if (self->head->expects_continue && self->bytes->len == self->head->head_bytes && self->head->body_bytes > 0) {
      static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
      (void) send (self->fd, go_on, strlen (go_on), MSG_DONTWAIT | MSG_NOSIGNAL); /* a client whose window is shut at once waits in vain, until its deadline */
    }
    break;
  case CAM_HTTP_HEAD_REFUSED:
    cam_http_connection_refuse (self, status, why);
    break;
  }
}

/* A head is looked at again when a line of it has ended, not for each byte. */
static void
read_request (CamHttpConnection *self)
{
  uint8_t *scratch = cam_loop_thread_get_scratch (self->loop);
  ssize_t got = recv (self->fd, scratch, READ_BYTES, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    end (self);
    return;
  }
  g_byte_array_append (self->bytes, scratch, (guint) got);
  bool is_worth_a_look = memchr (scratch, '\n', (size_t) got) != NULL || self->bytes->len == (guint) got || self->bytes->len >= CAM_HTTP_MAX_HEAD;
  if (self->head == NULL && is_worth_a_look)
    read_head (self);
  if (self->state != STATE_READING || self->head == NULL || self->bytes->len < self->head->head_bytes + self->head->body_bytes)
    return;
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  self->state = STATE_ASKED;
  self->events.asked (self, self->events.data);
}

static void
set_options (int fd)
{
  const int on = 1, timeout_ms = USER_TIMEOUT_MS;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

CamHttpConnection *
cam_http_connection_new (CamLoopThread *loop, int fd, const CamHttpConnectionEvents *events)
{
  CAM_ASSERT_ON (loop);
  CamHttpConnection *self = g_new0 (CamHttpConnection, 1);
  self->loop = loop;
  self->fd = fd;
  self->events = *events;
  self->state = STATE_READING;
  self->bytes = g_byte_array_new ();
  self->accepted_us = cam_loop_thread_now_us (loop);
  bool is_there = cam_rtsp_peer_init (&self->peer, fd);
  if (is_there)
    self->watch = cam_loop_watch_new (loop, fd, EPOLLIN, on_readable, self);
  if (self->watch == NULL) {
    cam_http_connection_free (self);
    return NULL;
  }
  set_options (fd);
  self->deadline = cam_loop_timer_new (loop, on_deadline, self);
  cam_loop_timer_arm (self->deadline, self->accepted_us + CAM_HTTP_HEAD_US);
  return self;
}

void
cam_http_connection_free (CamHttpConnection *self)
{
  if (self == NULL)
    return;
  cam_loop_watch_free (self->watch);
  cam_loop_timer_free (self->deadline);
  if (self->stream != NULL)
    cam_http_stream_forget (self->stream);
  g_clear_object (&self->stream);
  if (self->socket == NULL)
    close (self->fd);
  g_clear_object (&self->socket);
  cam_http_head_free (self->head);
  g_byte_array_unref (self->bytes);
  cam_rtsp_peer_clear (&self->peer);
  g_free (self);
}

const CamRtspPeer *
cam_http_connection_get_peer (const CamHttpConnection *self)
{
  return &self->peer;
}

bool
cam_http_connection_is_loopback (const CamHttpConnection *self)
{
  return g_inet_address_get_is_loopback (self->peer.address);
}

bool
cam_http_connection_is_waiting (const CamHttpConnection *self)
{
  return self->state == STATE_READING;
}

bool
cam_http_connection_has_asked (const CamHttpConnection *self)
{
  return self->state == STATE_ASKED;
}

const CamHttpHead *
cam_http_connection_get_head (const CamHttpConnection *self)
{
  return self->head;
}

const char *
cam_http_connection_get_body (const CamHttpConnection *self)
{
  return (const char *) self->bytes->data + self->head->head_bytes;
}

CamHttpStream *
cam_http_connection_open_stream (CamHttpConnection *self)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (self->fd, NULL);
  if (socket == NULL) {
    linger (self);
    return NULL;
  }
  self->socket = g_socket_connection_factory_create_connection (socket);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (self->socket));
  self->stream = cam_http_stream_new (g_str_equal (self->head->method, "HEAD"), output, on_closed, self);
  self->state = STATE_ANSWERING;
  cam_loop_timer_arm (self->deadline, cam_loop_thread_now_us (self->loop) + CAM_HTTP_VERB_US);
  return self->stream;
}

void
cam_http_connection_expect_answer (CamHttpConnection *self, size_t bytes)
{
  int64_t patience_us = CAM_HTTP_ANSWER_US + (int64_t) bytes / CAM_HTTP_SLOWEST * G_USEC_PER_SEC;
  cam_loop_timer_arm (self->deadline, cam_loop_thread_now_us (self->loop) + patience_us);
}
