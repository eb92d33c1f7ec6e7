#include "serve/client-link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "serve/client-socket.h"

/* Requests are small; a body takes several reads. TLS hands out what a whole record held, lest some of it stays in its memory. */
enum { PLAIN_READ_BYTES = 4096, RECORD_BYTES = 16384 };

/* Less than that is worth a copy to share a record with others. */
enum { SMALL_BYTES = 4096 };

/* What one read may take from the socket: more than any record, but a client that sends records of nothing keeps nobody waiting. */
enum { READ_ALLOWANCE_BYTES = 2 * RECORD_BYTES };

struct CamClientLink {
  int fd;                  /* owned, unless sealed: then the stream's */
  GTlsConnection *tls;     /* ref; NULL when plain */
  CamSocketStream *socket; /* ref; below it */
  bool is_shut;
};

CamClientLink *
cam_client_link_new (int fd)
{
  CamClientLink *self = g_new0 (CamClientLink, 1);
  self->fd = fd;
  return self;
}

CamClientLink *
cam_client_link_new_sealed (GTlsConnection *tls, CamSocketStream *socket)
{
  CamClientLink *self = cam_client_link_new (cam_socket_stream_get_fd (socket));
  cam_socket_stream_settle (socket);
  self->tls = tls;
  self->socket = socket;
  return self;
}

void
cam_client_link_free (CamClientLink *self, bool resets)
{
  if (self == NULL)
    return;
  if (self->tls == NULL) {
    cam_client_socket_close (self->fd, resets);
  } else {
    if (!resets)
      cam_client_link_shut (self);
    cam_client_socket_end (self->fd, resets); /* closed with the stream, which GIO may hold a moment longer */
  }
  g_clear_object (&self->tls);
  g_clear_object (&self->socket);
  g_free (self);
}

bool
cam_client_link_is_sealed (const CamClientLink *self)
{
  return self->tls != NULL;
}

void
cam_client_link_tune (CamClientLink *self, int64_t patience_us)
{
  cam_client_socket_tune (self->fd, patience_us);
}

int
cam_client_link_get_fd (const CamClientLink *self)
{
  return self->fd;
}

size_t
cam_client_link_get_read_bytes (const CamClientLink *self)
{
  return self->tls != NULL ? RECORD_BYTES : PLAIN_READ_BYTES;
}

/* The @result of a call to TLS as the system's calls tell it. */
static ssize_t
tell (gssize result, const GError *error)
{
  if (result < 0)
    errno = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? EAGAIN : ECONNRESET;
  return result;
}

static ssize_t
read_sealed (CamClientLink *self, uint8_t *into, size_t room)
{
  g_autoptr (GError) error = NULL;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (self->tls));
  cam_socket_stream_allow (self->socket, READ_ALLOWANCE_BYTES);
  gssize got = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), into, room, NULL, &error);
  return tell (got, error);
}

ssize_t
cam_client_link_read (CamClientLink *self, uint8_t *into, size_t room)
{
  return self->tls != NULL ? read_sealed (self, into, room) : recv (self->fd, into, room, MSG_DONTWAIT);
}

/* Bytes of @vector that are sealed now, or −1. The stream has room for each record, so TLS is never left with one that it could not write. */
static ssize_t
seal (CamClientLink *self, const struct iovec *vector)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (self->tls)));
  size_t sealed = 0;
  while (sealed < vector->iov_len && !cam_socket_stream_is_full (self->socket)) {
    const uint8_t *rest = (const uint8_t *) vector->iov_base + sealed;
    gssize taken = g_pollable_output_stream_write_nonblocking (output, rest, vector->iov_len - sealed, NULL, NULL);
    if (taken < 0)
      return -1;
    sealed += (size_t) taken;
  }
  return (ssize_t) sealed;
}

/* What goes into the next record: one large piece as it is, or as many as fit of small ones, put together in @record. Each record costs both
 * ends some µs, and pieces may be a few bytes. Moves @next behind what is in it. */
static struct iovec
fill_record (const struct iovec *vectors, size_t n_vectors, size_t *next, uint8_t record[RECORD_BYTES])
{
  if (vectors[*next].iov_len >= SMALL_BYTES)
    return vectors[(*next)++];
  size_t size = 0;
  while (*next < n_vectors && vectors[*next].iov_len < SMALL_BYTES && vectors[*next].iov_len <= RECORD_BYTES - size) {
    const struct iovec *piece = &vectors[(*next)++];
    if (piece->iov_len > 0)
      memcpy (record + size, piece->iov_base, piece->iov_len);
    size += piece->iov_len;
  }
  return (struct iovec){.iov_base = record, .iov_len = size};
}

static ssize_t
write_sealed (CamClientLink *self, const struct iovec *vectors, size_t n_vectors)
{
  if (!cam_socket_stream_flush (self->socket))
    return -1;
  ssize_t taken = 0;
  uint8_t record[RECORD_BYTES];
  size_t next = 0;
  while (next < n_vectors && !cam_socket_stream_is_full (self->socket)) {
    struct iovec piece = fill_record (vectors, n_vectors, &next, record);
    ssize_t sealed = seal (self, &piece);
    if (sealed < 0) {
      errno = ECONNRESET;
      return -1;
    }
    taken += sealed;
  }
  cam_socket_stream_flush (self->socket); /* what is wrong with the socket, the next write finds */
  return taken;
}

ssize_t
cam_client_link_write (CamClientLink *self, const struct iovec *vectors, size_t n_vectors)
{
  if (self->tls != NULL)
    return write_sealed (self, vectors, n_vectors);
  struct msghdr message = {.msg_iov = (struct iovec *) vectors, .msg_iovlen = n_vectors};
  ssize_t written = -1;
  do
    written = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (written < 0 && errno == EINTR);
  return written;
}

bool
cam_client_link_holds (const CamClientLink *self)
{
  return self->socket != NULL && cam_socket_stream_get_pending (self->socket) > 0;
}

bool
cam_client_link_has_arrived (const CamClientLink *self)
{
  return !cam_client_link_holds (self) && cam_client_socket_has_arrived (self->fd);
}

void
cam_client_link_shut (CamClientLink *self)
{
  if (self->is_shut)
    return;
  self->is_shut = true;
  if (self->tls != NULL) {
    g_output_stream_close (g_io_stream_get_output_stream (G_IO_STREAM (self->tls)), NULL, NULL); /* TLS's good-bye, if there is room for it */
    cam_socket_stream_flush (self->socket);
  }
  shutdown (self->fd, SHUT_WR);
}

bool
cam_client_link_discard (CamClientLink *self)
{
  return cam_client_socket_discard (self->fd);
}
