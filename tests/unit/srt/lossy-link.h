/* A UDP relay on loopback that loses some of the data packets of an SRT caller, or all packets of both while it is cut.
 * Thread: its own. Owner: the test. */
#pragma once

#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int fd; /* owned */
  unsigned port;
  struct sockaddr_in caller; /* who sent first */
  struct sockaddr_in called;
  unsigned every; /* which data packet is lost */
  atomic_bool is_cut;
  unsigned n_data;
  atomic_uint n_lost;
  atomic_bool is_over;
  GThread *thread; /* owned */
} LossyLink;

/* draft-sharabayko-srt, 3: the first bit of a data packet is 0. */
static inline bool
lossy_link_is_lost (LossyLink *self, const uint8_t *packet)
{
  if (packet[0] & 0x80)
    return false;
  bool is_lost = ++self->n_data % self->every == 0;
  self->n_lost += is_lost;
  return is_lost;
}

static inline void
lossy_link_relay (LossyLink *self)
{
  uint8_t packet[2048];
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  ssize_t length = recvfrom (self->fd, packet, sizeof packet, 0, (struct sockaddr *) &from, &size);
  if (length <= 0 || atomic_load (&self->is_cut))
    return;
  bool is_called = from.sin_port == self->called.sin_port;
  if (!is_called)
    self->caller = from;
  const struct sockaddr_in *to = is_called ? &self->caller : &self->called;
  if (is_called || !lossy_link_is_lost (self, packet))
    (void) sendto (self->fd, packet, (size_t) length, 0, (const struct sockaddr *) to, sizeof *to);
}

static inline gpointer
lossy_link_run (gpointer data)
{
  LossyLink *self = data;
  while (!atomic_load (&self->is_over)) {
    struct pollfd ready = {.fd = self->fd, .events = POLLIN};
    if (poll (&ready, 1, 20) > 0)
      lossy_link_relay (self);
  }
  return NULL;
}

/* To @port of loopback; loses each @every-th data packet of the caller. */
static inline LossyLink *
lossy_link_new (unsigned port, unsigned every)
{
  LossyLink *self = g_new0 (LossyLink, 1);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t size = sizeof any;
  self->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->fd, (struct sockaddr *) &any, sizeof any), ==, 0);
  g_assert_cmpint (getsockname (self->fd, (struct sockaddr *) &any, &size), ==, 0);
  self->port = ntohs (any.sin_port);
  self->called = any;
  self->called.sin_port = htons ((uint16_t) port);
  self->every = every;
  self->thread = g_thread_new ("link", lossy_link_run, self);
  return self;
}

static inline void
lossy_link_free (LossyLink *self)
{
  atomic_store (&self->is_over, true);
  g_thread_join (self->thread);
  close (self->fd);
  g_free (self);
}
