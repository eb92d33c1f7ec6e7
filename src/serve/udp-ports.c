#include "serve/udp-ports.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "serve/random-bytes.h"
#include "serve/serve-error.h"
#include "wire/rtcp.h"

#define FAMILIES 2 /* 0 IPv4, 1 IPv6 */
#define SEND_BUFFER_BYTES (4 * 1024 * 1024)
#define REPORTS_A_TURN 64
#define REPORT_BYTES 1500
#define PORT_TRIES 64

typedef struct {
  uint8_t bytes[16];
} Address;

struct CamUdpPorts {
  int sockets[FAMILIES][CAM_N_UDP_SOCKETS]; /* owned; -1 where the family is not there */
  CamPortPair ports;
  int no_segmentation; /* atomic */
  CamLoopThread *loop; /* borrowed; NULL while not started */
  CamLoopWatch *watches[FAMILIES]; /* owned, on loop 0 */
  GMutex lock;
  GHashTable *peers; /* Address (owned) to GPtrArray of CamUdpPeer, borrowed; under lock */
};

struct CamUdpPeer {
  CamUdpPorts *ports; /* borrowed: outlives its peers */
  Address address;
  bool has_track[CAM_N_TRACKS];      /* under the ports' lock, as the next two */
  uint16_t rtcp_ports[CAM_N_TRACKS];
  uint32_t ssrcs[CAM_N_TRACKS];
  int64_t alive_us; /* atomic */
};

static guint
address_hash (gconstpointer key)
{
  uint32_t words[4];
  memcpy (words, key, sizeof words);
  return words[0] ^ words[1] * 31u ^ words[2] * 961u ^ words[3] * 29791u;
}

static gboolean
address_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Address)) == 0;
}

static Address
address_of (const struct sockaddr_storage *from)
{
  Address address = { { 0 } };
  if (from->ss_family == AF_INET)
    memcpy (address.bytes + 12, &((const struct sockaddr_in *) from)->sin_addr, 4);
  else if (from->ss_family == AF_INET6)
    memcpy (address.bytes, &((const struct sockaddr_in6 *) from)->sin6_addr, 16);
  return address;
}

static uint16_t
port_of (const struct sockaddr_storage *from)
{
  return ntohs (from->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *) from)->sin6_port : ((const struct sockaddr_in *) from)->sin_port);
}

void
cam_udp_plain_address (const struct sockaddr *address, struct sockaddr_storage *ret_address)
{
  memset (ret_address, 0, sizeof *ret_address);
  if (address->sa_family != AF_INET6) {
    memcpy (ret_address, address, sizeof (struct sockaddr_in));
    return;
  }
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) (const void *) address;
  if (!IN6_IS_ADDR_V4MAPPED (&six->sin6_addr)) {
    memcpy (ret_address, six, sizeof *six);
    return;
  }
  struct sockaddr_in *four = (struct sockaddr_in *) ret_address;
  four->sin_family = AF_INET;
  four->sin_port = six->sin6_port;
  memcpy (&four->sin_addr, six->sin6_addr.s6_addr + 12, 4);
}

static int
open_socket (int family, unsigned port)
{
  int fd = socket (family == 1 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  struct sockaddr_storage any = { 0 };
  socklen_t size = sizeof (struct sockaddr_in);
  if (family == 1) {
    *(struct sockaddr_in6 *) &any = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons ((uint16_t) port) };
    size = sizeof (struct sockaddr_in6);
    int yes = 1;
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  } else {
    *(struct sockaddr_in *) &any = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
  }
  /* The forced size needs a capability; without it the kernel's limit holds, and a full buffer makes the senders wait. */
  int bytes = SEND_BUFFER_BYTES;
  if (setsockopt (fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (bind (fd, (struct sockaddr *) &any, size) == 0)
    return fd;
  int saved = errno;
  close (fd);
  errno = saved;
  return -1;
}

static void
close_sockets (CamUdpPorts *self)
{
  for (int family = 0; family < FAMILIES; family++)
    for (int which = 0; which < CAM_N_UDP_SOCKETS; which++) {
      if (self->sockets[family][which] >= 0)
        close (self->sockets[family][which]);
      self->sockets[family][which] = -1;
    }
}

/* A box without IPv6 does without; anything else that keeps a port from being bound fails the pair. */
static bool
bind_pair (CamUdpPorts *self, CamPortPair pair)
{
  for (int family = 0; family < FAMILIES; family++)
    for (int which = 0; which < CAM_N_UDP_SOCKETS; which++) {
      self->sockets[family][which] = open_socket (family, which == CAM_UDP_RTP ? pair.rtp : pair.rtcp);
      if (self->sockets[family][which] >= 0)
        continue;
      if (family == 1 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
        return true;
      int saved = errno;
      close_sockets (self);
      errno = saved;
      return false;
    }
  return true;
}

static CamPortPair
random_pair (void)
{
  uint16_t random = 0;
  cam_random_fill (&random, sizeof random);
  unsigned rtp = 16384 + (random % 8192) * 2; /* below the kernel's own range, mostly */
  return (CamPortPair){ .rtp = rtp, .rtcp = rtp + 1 };
}

CamUdpPorts *
cam_udp_ports_new (CamPortPair wanted, GError **error)
{
  CamUdpPorts *self = g_new0 (CamUdpPorts, 1);
  g_mutex_init (&self->lock);
  self->peers = g_hash_table_new_full (address_hash, address_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  for (int family = 0; family < FAMILIES; family++)
    for (int which = 0; which < CAM_N_UDP_SOCKETS; which++)
      self->sockets[family][which] = -1;
  bool any = wanted.rtp == 0;
  for (int tries = any ? PORT_TRIES : 1; tries > 0; tries--) {
    self->ports = any ? random_pair () : wanted;
    if (bind_pair (self, self->ports))
      return self;
  }
  g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "UDPPorts=%u-%u: %s", self->ports.rtp, self->ports.rtcp, g_strerror (errno));
  cam_udp_ports_free (self);
  return NULL;
}

void
cam_udp_ports_free (CamUdpPorts *self)
{
  if (self == NULL)
    return;
  g_assert (self->loop == NULL && g_hash_table_size (self->peers) == 0);
  close_sockets (self);
  g_hash_table_unref (self->peers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

CamPortPair
cam_udp_ports_get (const CamUdpPorts *self)
{
  return self->ports;
}

int
cam_udp_ports_get_socket (const CamUdpPorts *self, sa_family_t family, int which)
{
  return self->sockets[family == AF_INET6][which];
}

bool
cam_udp_ports_has_segmentation (const CamUdpPorts *self)
{
  return g_atomic_int_get (&self->no_segmentation) == 0;
}

void
cam_udp_ports_clear_segmentation (CamUdpPorts *self)
{
  g_atomic_int_set (&self->no_segmentation, 1);
}

static void
mark_alive (CamUdpPeer *peer, int64_t now_us)
{
  __atomic_store_n (&peer->alive_us, now_us, __ATOMIC_RELAXED);
}

static bool
has_port (const CamUdpPeer *peer, uint16_t port)
{
  for (int track = 0; track < CAM_N_TRACKS; track++)
    if (peer->has_track[track] && peer->rtcp_ports[track] == port)
      return true;
  return false;
}

static bool
is_reported_on (const CamUdpPeer *peer, const CamRtcpReport *report)
{
  for (unsigned block = 0; block < report->n_blocks; block++)
    for (int track = 0; track < CAM_N_TRACKS; track++)
      if (peer->has_track[track] && peer->ssrcs[track] == report->blocks[block].ssrc)
        return true;
  return false;
}

void
cam_udp_ports_take_report (CamUdpPorts *self, const struct sockaddr_storage *from, const uint8_t *data, size_t size, int64_t now_us)
{
  CamRtcpReport report = { 0 };
  if (!cam_rtcp_read (data, size, &report))
    return;
  Address address = address_of (from);
  uint16_t port = port_of (from);
  g_mutex_lock (&self->lock);
  GPtrArray *peers = g_hash_table_lookup (self->peers, &address);
  bool found = false;
  for (unsigned i = 0; peers != NULL && i < peers->len; i++) {
    CamUdpPeer *peer = g_ptr_array_index (peers, i);
    if (!has_port (peer, port))
      continue;
    mark_alive (peer, now_us);
    found = true;
  }
  for (unsigned i = 0; !found && peers != NULL && i < peers->len; i++) {
    CamUdpPeer *peer = g_ptr_array_index (peers, i);
    if (is_reported_on (peer, &report))
      mark_alive (peer, now_us);
  }
  g_mutex_unlock (&self->lock);
}

void
cam_udp_ports_read_reports (CamUdpPorts *self, int fd, int64_t now_us)
{
  uint8_t data[REPORT_BYTES];
  for (int i = 0; i < REPORTS_A_TURN; i++) {
    struct sockaddr_storage from = { 0 };
    socklen_t size = sizeof from;
    ssize_t bytes = recvfrom (fd, data, sizeof data, 0, (struct sockaddr *) &from, &size);
    if (bytes < 0)
      return;
    cam_udp_ports_take_report (self, &from, data, (size_t) bytes, now_us);
  }
}

static void
on_report4 (gpointer data, uint32_t events)
{
  CamUdpPorts *self = data;
  cam_udp_ports_read_reports (self, self->sockets[0][CAM_UDP_RTCP], cam_loop_thread_now_us (self->loop));
}

static void
on_report6 (gpointer data, uint32_t events)
{
  CamUdpPorts *self = data;
  cam_udp_ports_read_reports (self, self->sockets[1][CAM_UDP_RTCP], cam_loop_thread_now_us (self->loop));
}

void
cam_udp_ports_start (CamUdpPorts *self, CamLoopThread *loop0)
{
  CAM_ASSERT_ON (loop0);
  static const CamLoopWatchFunc readers[FAMILIES] = { on_report4, on_report6 };
  self->loop = loop0;
  for (int family = 0; family < FAMILIES; family++)
    if (self->sockets[family][CAM_UDP_RTCP] >= 0)
      self->watches[family] = cam_loop_watch_new (loop0, self->sockets[family][CAM_UDP_RTCP], EPOLLIN, readers[family], self);
}

void
cam_udp_ports_stop (CamUdpPorts *self)
{
  if (self->loop == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  for (int family = 0; family < FAMILIES; family++)
    g_clear_pointer (&self->watches[family], cam_loop_watch_free);
  self->loop = NULL;
}

CamUdpPeer *
cam_udp_peer_new (CamUdpPorts *ports, const struct sockaddr_storage *address)
{
  CamUdpPeer *self = g_new0 (CamUdpPeer, 1);
  self->ports = ports;
  self->address = address_of (address);
  g_mutex_lock (&ports->lock);
  GPtrArray *peers = g_hash_table_lookup (ports->peers, &self->address);
  if (peers == NULL) {
    peers = g_ptr_array_new ();
    g_hash_table_insert (ports->peers, g_memdup2 (&self->address, sizeof self->address), peers);
  }
  g_ptr_array_add (peers, self);
  g_mutex_unlock (&ports->lock);
  return self;
}

void
cam_udp_peer_free (CamUdpPeer *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->ports->lock);
  GPtrArray *peers = g_hash_table_lookup (self->ports->peers, &self->address);
  g_ptr_array_remove_fast (peers, self);
  if (peers->len == 0)
    g_hash_table_remove (self->ports->peers, &self->address);
  g_mutex_unlock (&self->ports->lock);
  g_free (self);
}

void
cam_udp_peer_set_track (CamUdpPeer *self, CamTrackKind track, uint16_t rtcp_port, uint32_t ssrc)
{
  g_mutex_lock (&self->ports->lock);
  self->has_track[track] = true;
  self->rtcp_ports[track] = rtcp_port;
  self->ssrcs[track] = ssrc;
  g_mutex_unlock (&self->ports->lock);
}

int64_t
cam_udp_peer_get_alive_us (const CamUdpPeer *self)
{
  return __atomic_load_n (&self->alive_us, __ATOMIC_RELAXED);
}
