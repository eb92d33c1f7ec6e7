#include "serve/rtsp-peer.h"

#include "core/address-text.h"
#include "serve/udp-ports.h"

static GInetAddress *
make_address (struct sockaddr_storage *storage, guint16 *ret_port)
{
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native (storage, sizeof *storage);
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  *ret_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

bool
cam_rtsp_peer_init (CamRtspPeer *self, int fd)
{
  *self = (CamRtspPeer){0};
  struct sockaddr_storage remote = {0};
  struct sockaddr_storage local = {0};
  socklen_t remote_size = sizeof remote;
  socklen_t local_size = sizeof local;
  if (getpeername (fd, (struct sockaddr *) &remote, &remote_size) != 0 || getsockname (fd, (struct sockaddr *) &local, &local_size) != 0)
    return false;
  cam_udp_plain_address ((struct sockaddr *) &remote, &self->remote);
  cam_udp_plain_address ((struct sockaddr *) &local, &self->local);

  guint16 port = 0;
  guint16 local_port = 0;
  self->address = make_address (&self->remote, &port);
  self->local_address = make_address (&self->local, &local_port);
  if (self->address == NULL || self->local_address == NULL) {
    cam_rtsp_peer_clear (self);
    return false;
  }
  self->text = cam_address_text (self->address, port);
  return true;
}

void
cam_rtsp_peer_clear (CamRtspPeer *self)
{
  g_clear_object (&self->address);
  g_clear_object (&self->local_address);
  g_clear_pointer (&self->text, g_free);
}
