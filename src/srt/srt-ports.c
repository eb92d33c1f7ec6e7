#include "srt/srt-ports.h"

#include <glib.h>
#include <srt/srt.h>

#include "srt/srt-address.h"

/* The kernel's buffer is the port's, so that some share the burst of many cameras. */
enum { PORTS_A_FAMILY = 4, FAMILIES = 2 };

/* A socket that does nothing but keep its port. */
typedef struct {
  SRTSOCKET keeper; /* owned; SRT_INVALID_SOCK until it is needed */
  CamSrtAddress address;
} Port;

struct CamSrtPorts {
  Port ports[FAMILIES][PORTS_A_FAMILY];
  unsigned next;
};

CamSrtPorts *
cam_srt_ports_new (void)
{
  CamSrtPorts *self = g_new0 (CamSrtPorts, 1);
  for (unsigned i = 0; i < FAMILIES; i++)
    for (unsigned j = 0; j < PORTS_A_FAMILY; j++)
      self->ports[i][j].keeper = SRT_INVALID_SOCK;
  return self;
}

void
cam_srt_ports_free (CamSrtPorts *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < FAMILIES; i++)
    for (unsigned j = 0; j < PORTS_A_FAMILY; j++)
      if (self->ports[i][j].keeper != SRT_INVALID_SOCK)
        srt_close (self->ports[i][j].keeper);
  g_free (self);
}

/* Sockets share a port only with the same settings of it. */
static bool
bind_to (SRTSOCKET socket, const CamSrtAddress *address)
{
  const int takes_ipv6_only = 1;
  if (address->storage.ss_family == AF_INET6)
    srt_setsockflag (socket, SRTO_IPV6ONLY, &takes_ipv6_only, sizeof takes_ipv6_only);
  return srt_bind (socket, (const struct sockaddr *) &address->storage, (int) address->size) != SRT_ERROR;
}

static void
open_port (Port *self, int family)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (family == AF_INET6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4);
  const CamSrtAddress wanted = cam_srt_address_new (any, 0);
  int size = sizeof self->address.storage;
  self->keeper = srt_create_socket ();
  if (bind_to (self->keeper, &wanted) && srt_getsockname (self->keeper, (struct sockaddr *) &self->address.storage, &size) != SRT_ERROR) {
    self->address.size = (socklen_t) size;
    return;
  }
  srt_close (self->keeper);
  self->keeper = SRT_INVALID_SOCK;
}

void
cam_srt_ports_bind (CamSrtPorts *self, int socket, int family)
{
  Port *port = &self->ports[family == AF_INET6][self->next++ % PORTS_A_FAMILY];
  if (port->keeper == SRT_INVALID_SOCK)
    open_port (port, family);
  if (port->keeper != SRT_INVALID_SOCK)
    bind_to (socket, &port->address);
}
