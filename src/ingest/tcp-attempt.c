#include "ingest/tcp-attempt.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

int
cam_tcp_attempt_begin (GInetAddress *address, unsigned port, int *ret_fd)
{
  g_autoptr (GSocketAddress) target = g_inet_socket_address_new (address, (guint16) port);
  struct sockaddr_storage native;
  gssize size = g_socket_address_get_native_size (target);
  if (size < 0 || (size_t) size > sizeof native || !g_socket_address_to_native (target, &native, sizeof native, NULL))
    return EAFNOSUPPORT;
  int fd = socket (native.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0)
    return errno;
  int one = 1;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* best effort: costs delay only */
  /* An immediate success shows as writable too. */
  if (connect (fd, (const struct sockaddr *) &native, (socklen_t) size) < 0 && errno != EINPROGRESS) {
    int error_number = errno;
    close (fd);
    return error_number;
  }
  *ret_fd = fd;
  return 0;
}

int
cam_tcp_attempt_outcome (int fd)
{
  int error_number = 0;
  socklen_t length = sizeof error_number;
  return getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0 ? errno : error_number;
}
