#include "paced-gso.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camrelay/limits.h"
#include "wire/packetizer.h"

#define RUN_PACKETS 32
#define MESSAGES 64 /* in one sendmmsg */
#define RATE_FACTOR 8
#define BUCKET_BYTES (RUN_PACKETS * CAM_LIMIT_RTP_PACKET_BYTES)
#define SEND_BUFFER_BYTES (4 * 1024 * 1024)

struct BenchGso {
  int fd;
  const struct sockaddr_in *addresses; /* borrowed */
  unsigned n;
  size_t rate;    /* bytes a second that may leave to one reader */
  int64_t tokens; /* bytes that may leave now */
  int64_t refilled_us;
  const BenchBurst *burst; /* borrowed; NULL: none */
  size_t offset;
};

/* Packets in a row that one message can carry: equal in size, but for a shorter last one. */
typedef struct {
  struct iovec parts[RUN_PACKETS];
  unsigned packets;
} Run;

BenchGso *
bench_gso_new (const struct sockaddr_in *addresses, unsigned n, size_t bytes_per_s, GError **error)
{
  BenchGso *self = g_new0 (BenchGso, 1);
  *self = (BenchGso){.addresses = addresses, .n = n, .rate = bytes_per_s * RATE_FACTOR, .tokens = BUCKET_BYTES};
  self->refilled_us = g_get_monotonic_time ();
  self->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (self->fd >= 0 && setsockopt (self->fd, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BUFFER_BYTES}, sizeof (int)) == 0)
    return self;
  int code = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "UDP socket: %s", g_strerror (code));
  bench_gso_free (self);
  return NULL;
}

void
bench_gso_free (BenchGso *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

void
bench_gso_begin (BenchGso *self, const BenchBurst *burst)
{
  self->burst = burst;
  self->offset = 0;
}

static void
gather_run (BenchGso *self, Run *ret_run)
{
  const BenchBurst *burst = self->burst;
  unsigned most = MIN (RUN_PACKETS, (unsigned) (1 + self->tokens / CAM_LIMIT_RTP_PACKET_BYTES));
  ret_run->packets = 0;
  while (ret_run->packets < most && self->offset < burst->size) {
    const uint8_t *frame = burst->data + self->offset;
    size_t size = (size_t) frame[2] << 8 | frame[3];
    if (ret_run->packets > 0 && size > ret_run->parts[0].iov_len)
      return;
    ret_run->parts[ret_run->packets++] = (struct iovec){.iov_base = (void *) (frame + CAM_INTERLEAVED_HEADER_BYTES), .iov_len = size};
    self->offset += CAM_INTERLEAVED_HEADER_BYTES + size;
    self->tokens -= (int64_t) (CAM_INTERLEAVED_HEADER_BYTES + size);
    if (size < ret_run->parts[0].iov_len)
      return;
  }
}

static void
send_run (BenchGso *self, Run *run)
{
  union {
    struct cmsghdr header;
    uint8_t room[CMSG_SPACE (sizeof (uint16_t))];
  } control = {.header = {.cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN (sizeof (uint16_t))}};
  uint16_t segment = (uint16_t) run->parts[0].iov_len;
  memcpy (CMSG_DATA (&control.header), &segment, sizeof segment);
  for (unsigned first = 0; first < self->n; first += MESSAGES) {
    struct mmsghdr messages[MESSAGES];
    unsigned count = MIN (MESSAGES, self->n - first);
    for (unsigned i = 0; i < count; i++)
      messages[i].msg_hdr = (struct msghdr){
          .msg_name = (void *) &self->addresses[first + i],
          .msg_namelen = sizeof self->addresses[0],
          .msg_iov = run->parts,
          .msg_iovlen = run->packets,
          .msg_control = run->packets > 1 ? &control : NULL,
          .msg_controllen = run->packets > 1 ? sizeof control.room : 0,
      };
    if (sendmmsg (self->fd, messages, count, 0) != (int) count)
      g_error ("sendmmsg: %s", g_strerror (errno));
  }
}

bool
bench_gso_turn (BenchGso *self, int64_t now_us)
{
  self->tokens += (now_us - self->refilled_us) * (int64_t) self->rate / G_USEC_PER_SEC;
  self->tokens = MIN (self->tokens, BUCKET_BYTES);
  self->refilled_us = now_us;
  while (self->offset < self->burst->size && self->tokens > 0) {
    Run run;
    gather_run (self, &run);
    send_run (self, &run);
  }
  return self->offset == self->burst->size;
}
