#include "serve/client-socket.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is on its way and not acknowledged yet: 20 Mbit/s over 100 ms, 100 Mbit/s over 20 ms. The system counts twice as much, its own
 * costs. */
enum { SEND_BUFFER_BYTES = 256 * 1024 };

/* What the system may hold without having sent it once. It tells us when half of it is gone; a gigabit takes the other half in 0.25 ms. */
enum { UNSENT_BYTES = 64 * 1024 };

enum { DISCARD_BYTES = 16384 };

/* Two segments of an Ethernet. */
enum { DELAYED_ACKNOWLEDGEMENT_BYTES = 2 * 1460 };

/* While a camera is away there may be nothing to send for hours, so the system asks by itself. */
enum { KEEPALIVE_S = 30 };

void
cam_client_socket_tune (int fd, int64_t patience_us)
{
  const int on = 1;
  const int send_buffer = SEND_BUFFER_BYTES;
  const int unsent = UNSENT_BYTES;
  const int keepalive_s = KEEPALIVE_S;
  const unsigned patience_ms = (unsigned) (patience_us / 1000);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive_s, sizeof keepalive_s);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &keepalive_s, sizeof keepalive_s);
  setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
}

bool
cam_client_socket_has_arrived (int fd)
{
  int bytes = 0;
  return ioctl (fd, SIOCOUTQ, &bytes) == 0 && bytes < DELAYED_ACKNOWLEDGEMENT_BYTES;
}

bool
cam_client_socket_discard (int fd)
{
  uint8_t bytes[DISCARD_BYTES];
  ssize_t got = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
choose_end (int fd, bool resets)
{
  if (resets)
    setsockopt (fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1, .l_linger = 0}, sizeof (struct linger));
}

void
cam_client_socket_close (int fd, bool resets)
{
  choose_end (fd, resets);
  close (fd);
}

void
cam_client_socket_end (int fd, bool resets)
{
  choose_end (fd, resets);
  shutdown (fd, SHUT_RDWR);
}
