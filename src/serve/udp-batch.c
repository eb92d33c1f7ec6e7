#include "serve/udp-batch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#define MESSAGES 64
#define INTERLEAVED_BYTES 4

#define CONTROL_BYTES (CMSG_SPACE (sizeof (struct in6_pktinfo)) + CMSG_SPACE (sizeof (uint16_t)))

typedef struct {
  struct sockaddr_storage to;
  _Alignas (struct cmsghdr) char control[CONTROL_BYTES];
  struct iovec parts[CAM_UDP_RUN_PACKETS * CAM_BURST_PACKET_PARTS];
  size_t parts_per_packet; /* the same for all packets of a burst */
  size_t n_packets;
  CamBurst *burst; /* ref */
} Message;

struct CamUdpBatch {
  CamUdpPorts *ports; /* borrowed */
  int fd;             /* borrowed from ports; -1 where the family is not there */
  unsigned n;
  unsigned sent; /* of n, by the flush under way */
  uint64_t refused;
  Message messages[MESSAGES];
  struct mmsghdr headers[MESSAGES];
};

CamUdpBatch *
cam_udp_batch_new (CamUdpPorts *ports, sa_family_t family, int which)
{
  CamUdpBatch *self = g_new0 (CamUdpBatch, 1);
  self->ports = ports;
  self->fd = cam_udp_ports_get_socket (ports, family, which);
  return self;
}

static void
forget_sent (CamUdpBatch *self)
{
  for (unsigned i = 0; i < self->sent; i++)
    g_clear_pointer (&self->messages[i].burst, cam_burst_unref);
  unsigned rest = self->n - self->sent;
  /* Headers point into their messages: what is kept is built again from its parts. */
  for (unsigned i = 0; i < rest && self->sent > 0; i++) {
    Message *to = &self->messages[i];
    size_t controllen = self->headers[self->sent + i].msg_hdr.msg_controllen;
    *to = self->messages[self->sent + i];
    self->messages[self->sent + i].burst = NULL;
    struct msghdr *header = &self->headers[i].msg_hdr;
    *header = self->headers[self->sent + i].msg_hdr;
    header->msg_name = &to->to;
    header->msg_iov = to->parts;
    header->msg_control = controllen > 0 ? to->control : NULL;
  }
  self->n = rest;
  self->sent = 0;
}

void
cam_udp_batch_free (CamUdpBatch *self)
{
  if (self == NULL)
    return;
  self->sent = self->n;
  forget_sent (self);
  g_free (self);
}

bool
cam_udp_batch_is_full (const CamUdpBatch *self)
{
  return self->n == MESSAGES;
}

uint64_t
cam_udp_batch_get_refused (const CamUdpBatch *self)
{
  return self->refused;
}

/* The size is that of the first packet, and of all but the last. */
static size_t
gather (Message *message, const CamBurst *burst, size_t offset, unsigned max_packets, size_t *ret_size)
{
  size_t first = 0;
  message->n_packets = 0;
  while (offset < burst->size && message->n_packets < max_packets) {
    struct iovec *parts = message->parts + message->n_packets * message->parts_per_packet;
    struct iovec found[CAM_BURST_PACKET_PARTS];
    size_t n = cam_burst_get_packet (burst, offset, found);
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
      size += found[i].iov_len;
    if (first == 0)
      *ret_size = first = size;
    if (size > first)
      break;
    message->parts_per_packet = n;
    memcpy (parts, found, n * sizeof *parts);
    message->n_packets++;
    offset += INTERLEAVED_BYTES + size;
    if (size < first)
      break;
  }
  return offset;
}

static struct cmsghdr *
next_control (struct msghdr *header, size_t *used, int level, int type, const void *value, size_t size)
{
  struct cmsghdr *control = (struct cmsghdr *) (void *) ((char *) header->msg_control + *used);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN (size);
  memcpy (CMSG_DATA (control), value, size);
  *used += CMSG_SPACE (size);
  return control;
}

static void
write_control (Message *message, struct msghdr *header, const struct sockaddr_storage *local, uint16_t segment)
{
  size_t used = 0;
  memset (message->control, 0, sizeof message->control);
  header->msg_control = message->control;
  if (local->ss_family == AF_INET) {
    struct in_pktinfo info = { .ipi_spec_dst = ((const struct sockaddr_in *) local)->sin_addr };
    next_control (header, &used, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
  } else if (local->ss_family == AF_INET6) {
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) local;
    struct in6_pktinfo info = { .ipi6_addr = six->sin6_addr, .ipi6_ifindex = six->sin6_scope_id };
    next_control (header, &used, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
  }
  if (segment > 0)
    next_control (header, &used, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment);
  header->msg_controllen = used;
  if (used == 0)
    header->msg_control = NULL;
}

size_t
cam_udp_batch_add (CamUdpBatch *self, const CamUdpRoute *route, CamBurst *burst, size_t offset, unsigned max_packets)
{
  g_assert (!cam_udp_batch_is_full (self) && max_packets > 0 && offset + INTERLEAVED_BYTES < burst->size);
  bool segments = cam_udp_ports_has_segmentation (self->ports);
  Message *message = &self->messages[self->n];
  size_t size = 0;
  message->parts_per_packet = 1;
  size_t end = gather (message, burst, offset, segments ? MIN (max_packets, CAM_UDP_RUN_PACKETS) : 1, &size);
  message->to = route->to;
  message->burst = cam_burst_ref (burst);
  struct msghdr *header = &self->headers[self->n].msg_hdr;
  *header = (struct msghdr){
    .msg_name = &message->to,
    .msg_namelen = route->to.ss_family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in),
    .msg_iov = message->parts,
    .msg_iovlen = message->n_packets * message->parts_per_packet,
  };
  write_control (message, header, &route->local, message->n_packets > 1 ? (uint16_t) size : 0);
  self->n++;
  return end;
}

/* A device that cannot segment: the packets of message @index one by one, and no more runs from now on. */
static void
send_one_by_one (CamUdpBatch *self, unsigned index)
{
  cam_udp_ports_clear_segmentation (self->ports);
  struct msghdr header = self->headers[index].msg_hdr;
  header.msg_controllen -= CMSG_SPACE (sizeof (uint16_t)); /* UDP_SEGMENT is the last one */
  if (header.msg_controllen == 0)
    header.msg_control = NULL;
  Message *message = &self->messages[index];
  for (size_t i = 0; i < message->n_packets; i++) {
    header.msg_iov = &message->parts[i * message->parts_per_packet];
    header.msg_iovlen = message->parts_per_packet;
    if (sendmsg (self->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
      self->refused++;
  }
}

bool
cam_udp_batch_flush (CamUdpBatch *self)
{
  bool room = true;
  while (room && self->sent < self->n) {
    int count = sendmmsg (self->fd, self->headers + self->sent, self->n - self->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      self->sent += (unsigned) count;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      room = false;
    } else if ((errno == EINVAL || errno == EIO || errno == EMSGSIZE) && self->messages[self->sent].n_packets > 1) {
      send_one_by_one (self, self->sent++);
    } else if (errno != EINTR) {
      self->refused++;
      self->sent++;
    }
  }
  forget_sent (self);
  return room;
}
