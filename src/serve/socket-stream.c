#include "serve/socket-stream.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/tls-record.h"

/* Past FULL_BYTES what is gathered leaves; the room holds one more record and what TLS says by itself. */
enum { FULL_BYTES = 64 * 1024, ROOM_BYTES = 96 * 1024 };

struct _CamSocketStream {
  GIOStream parent;
  GInputStream *input;   /* owned */
  GOutputStream *output; /* owned */
  int fd;                /* owned */
  int64_t patient_until_us;
  atomic_bool is_settled;
  size_t allowance;
  CamTlsRecords records; /* what was read since it is settled */
  uint8_t *gathered;     /* owned; ROOM_BYTES, or NULL when nothing is gathered */
  size_t gathered_bytes;
  size_t sent_bytes; /* of them */
};

/* ---- the socket; −1 with errno ---- */

static gssize
read_now (CamSocketStream *self, void *buffer, gsize count)
{
  gsize room = self->is_settled ? MIN (count, self->allowance) : count;
  errno = EAGAIN;
  ssize_t got = room > 0 ? recv (self->fd, buffer, room, MSG_DONTWAIT) : -1;
  if (got < 0 && errno == EINTR)
    errno = EAGAIN;
  if (got < 0 || !self->is_settled)
    return got;
  self->allowance -= (size_t) got;
  if (cam_tls_records_pass (&self->records, buffer, (size_t) got))
    return got;
  errno = EPROTO;
  return -1;
}

static gssize
send_now (CamSocketStream *self, const void *buffer, gsize count)
{
  ssize_t sent = send (self->fd, buffer, count, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno == EINTR)
    errno = EAGAIN;
  return sent;
}

static gssize
gather (CamSocketStream *self, const void *buffer, gsize count)
{
  errno = EAGAIN;
  if (count > ROOM_BYTES - self->gathered_bytes)
    return -1;
  if (self->gathered == NULL)
    self->gathered = g_malloc (ROOM_BYTES);
  memcpy (self->gathered + self->gathered_bytes, buffer, count);
  self->gathered_bytes += count;
  return (gssize) count;
}

static gssize
write_now (CamSocketStream *self, const void *buffer, gsize count)
{
  return self->is_settled ? gather (self, buffer, count) : send_now (self, buffer, count);
}

/* After a call that failed: whether to try again, once the socket is ready for @events. */
static bool
await_socket (const CamSocketStream *self, short events)
{
  struct pollfd watched = {.fd = self->fd, .events = events};
  if (errno != EAGAIN || self->is_settled)
    return false;
  int ready = 0;
  while (ready == 0 || (ready < 0 && errno == EINTR)) {
    int64_t left_us = self->patient_until_us - g_get_monotonic_time ();
    errno = ETIMEDOUT;
    if (left_us <= 0)
      return false;
    ready = poll (&watched, 1, (int) MIN (left_us / 1000 + 1, (int64_t) G_MAXINT));
  }
  return ready > 0;
}

/* The @result of a call as GIO tells it. */
static gssize
tell (gssize result, GError **error)
{
  if (result < 0)
    g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errno), g_strerror (errno));
  return result;
}

/* ---- its two halves ---- */

#define CAM_TYPE_SOCKET_INPUT (cam_socket_input_get_type ())
G_DECLARE_FINAL_TYPE (CamSocketInput, cam_socket_input, CAM, SOCKET_INPUT, GInputStream)
#define CAM_TYPE_SOCKET_OUTPUT (cam_socket_output_get_type ())
G_DECLARE_FINAL_TYPE (CamSocketOutput, cam_socket_output, CAM, SOCKET_OUTPUT, GOutputStream)

struct _CamSocketInput {
  GInputStream parent;
  CamSocketStream *whole; /* no-ref: owns this half */
};

struct _CamSocketOutput {
  GOutputStream parent;
  CamSocketStream *whole; /* no-ref: owns this half */
};

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  return tell (read_now (CAM_SOCKET_INPUT (stream)->whole, buffer, count), error);
}

static gssize
input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  CamSocketStream *whole = CAM_SOCKET_INPUT (stream)->whole;
  gssize got = read_now (whole, buffer, count);
  while (got < 0 && await_socket (whole, POLLIN))
    got = read_now (whole, buffer, count);
  return tell (got, error);
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  struct pollfd watched = {.fd = CAM_SOCKET_INPUT (stream)->whole->fd, .events = POLLIN};
  return poll (&watched, 1, 0) > 0;
}

static GSource *
new_source (GObject *stream, int fd, GIOCondition condition, GCancellable *cancellable)
{
  g_autoptr (GSource) source = g_unix_fd_source_new (fd, condition);
  return g_pollable_source_new_full (stream, source, cancellable);
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  return new_source (G_OBJECT (stream), CAM_SOCKET_INPUT (stream)->whole->fd, G_IO_IN, cancellable);
}

static void
input_pollable_init (GPollableInputStreamInterface *interface)
{
  interface->is_readable = input_is_readable;
  interface->create_source = input_create_source;
  interface->read_nonblocking = input_read_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CamSocketInput, cam_socket_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, input_pollable_init))

static void
cam_socket_input_class_init (CamSocketInputClass *class)
{
  G_INPUT_STREAM_CLASS (class)->read_fn = input_read;
}

static void
cam_socket_input_init (CamSocketInput *self)
{
}

static gssize
output_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count, GError **error)
{
  return tell (write_now (CAM_SOCKET_OUTPUT (stream)->whole, buffer, count), error);
}

static gssize
output_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  CamSocketStream *whole = CAM_SOCKET_OUTPUT (stream)->whole;
  gssize written = write_now (whole, buffer, count);
  while (written < 0 && await_socket (whole, POLLOUT))
    written = write_now (whole, buffer, count);
  return tell (written, error);
}

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  struct pollfd watched = {.fd = CAM_SOCKET_OUTPUT (stream)->whole->fd, .events = POLLOUT};
  return poll (&watched, 1, 0) > 0;
}

static GSource *
output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return new_source (G_OBJECT (stream), CAM_SOCKET_OUTPUT (stream)->whole->fd, G_IO_OUT, cancellable);
}

static void
output_pollable_init (GPollableOutputStreamInterface *interface)
{
  interface->is_writable = output_is_writable;
  interface->create_source = output_create_source;
  interface->write_nonblocking = output_write_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CamSocketOutput, cam_socket_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable_init))

static void
cam_socket_output_class_init (CamSocketOutputClass *class)
{
  G_OUTPUT_STREAM_CLASS (class)->write_fn = output_write;
}

static void
cam_socket_output_init (CamSocketOutput *self)
{
}

/* ---- the whole ---- */

G_DEFINE_FINAL_TYPE (CamSocketStream, cam_socket_stream, G_TYPE_IO_STREAM)

static GInputStream *
get_input_stream (GIOStream *stream)
{
  return CAM_SOCKET_STREAM (stream)->input;
}

static GOutputStream *
get_output_stream (GIOStream *stream)
{
  return CAM_SOCKET_STREAM (stream)->output;
}

static void
finalize (GObject *object)
{
  CamSocketStream *self = CAM_SOCKET_STREAM (object);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_free (self->gathered);
  close (self->fd);
  G_OBJECT_CLASS (cam_socket_stream_parent_class)->finalize (object);
}

static void
cam_socket_stream_class_init (CamSocketStreamClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  G_IO_STREAM_CLASS (class)->get_input_stream = get_input_stream;
  G_IO_STREAM_CLASS (class)->get_output_stream = get_output_stream;
}

static void
cam_socket_stream_init (CamSocketStream *self)
{
}

CamSocketStream *
cam_socket_stream_new (int fd, int64_t patient_until_us)
{
  CamSocketStream *self = g_object_new (CAM_TYPE_SOCKET_STREAM, NULL);
  CamSocketInput *input = g_object_new (CAM_TYPE_SOCKET_INPUT, NULL);
  CamSocketOutput *output = g_object_new (CAM_TYPE_SOCKET_OUTPUT, NULL);
  input->whole = output->whole = self;
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
  self->fd = fd;
  self->patient_until_us = patient_until_us;
  return self;
}

int
cam_socket_stream_get_fd (const CamSocketStream *self)
{
  return self->fd;
}

void
cam_socket_stream_settle (CamSocketStream *self)
{
  self->is_settled = true;
}

void
cam_socket_stream_allow (CamSocketStream *self, size_t bytes)
{
  self->allowance = bytes;
}

bool
cam_socket_stream_is_full (const CamSocketStream *self)
{
  return self->gathered_bytes >= FULL_BYTES;
}

size_t
cam_socket_stream_get_pending (const CamSocketStream *self)
{
  return self->gathered_bytes - self->sent_bytes;
}

bool
cam_socket_stream_flush (CamSocketStream *self)
{
  while (self->sent_bytes < self->gathered_bytes) {
    gssize sent = send_now (self, self->gathered + self->sent_bytes, cam_socket_stream_get_pending (self));
    if (sent < 0)
      return false;
    self->sent_bytes += (size_t) sent;
  }
  g_clear_pointer (&self->gathered, g_free);
  self->gathered_bytes = self->sent_bytes = 0;
  return true;
}
