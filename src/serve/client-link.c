#include "serve/client-link.h"

#include <errno.h>
#include <glib.h>
#include <sys/socket.h>

#include "serve/client-socket.h"

/* Requests are small; a body takes several reads. */
enum { READ_BYTES = 4096 };

struct CamClientLink {
  int fd; /* owned */
};

CamClientLink *
cam_client_link_new (int fd)
{
  CamClientLink *self = g_new0 (CamClientLink, 1);
  self->fd = fd;
  return self;
}

void
cam_client_link_free (CamClientLink *self, bool resets)
{
  if (self == NULL)
    return;
  cam_client_socket_close (self->fd, resets);
  g_free (self);
}

int
cam_client_link_get_fd (const CamClientLink *self)
{
  return self->fd;
}

size_t
cam_client_link_get_read_bytes (const CamClientLink *self)
{
  return READ_BYTES;
}

ssize_t
cam_client_link_read (CamClientLink *self, uint8_t *into, size_t room)
{
  return recv (self->fd, into, room, MSG_DONTWAIT);
}

ssize_t
cam_client_link_write (CamClientLink *self, const struct iovec *vectors, size_t n_vectors)
{
  struct msghdr message = {.msg_iov = (struct iovec *) vectors, .msg_iovlen = n_vectors};
  ssize_t written = -1;
  do
    written = sendmsg (self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (written < 0 && errno == EINTR);
  return written;
}

bool
cam_client_link_has_arrived (const CamClientLink *self)
{
  return cam_client_socket_has_arrived (self->fd);
}

void
cam_client_link_shut (CamClientLink *self)
{
  shutdown (self->fd, SHUT_WR);
}

bool
cam_client_link_discard (CamClientLink *self)
{
  return cam_client_socket_discard (self->fd);
}
