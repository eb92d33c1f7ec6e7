#include "reader-medium.h"

#include <sys/socket.h>
#include <unistd.h>

#include "wire/rtcp.h"

#define PAIR_ATTEMPTS 64
#define VIDEO_RATE 90000
#define AUDIO_RATE 8000

void
bench_medium_init (BenchMedium *self, CamTrackKind track, bool is_plain)
{
  *self = (BenchMedium){
      .track = track,
      .is_plain = is_plain,
      .channel = (uint8_t) (2 * track),
      .fds = {-1, -1},
      .clock_rate = track == CAM_TRACK_VIDEO ? VIDEO_RATE : AUDIO_RATE,
  };
}

void
bench_medium_close (BenchMedium *self)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (self->fds); i++) {
    if (self->fds[i] >= 0)
      close (self->fds[i]);
    self->fds[i] = -1;
  }
}

void
bench_medium_clear (BenchMedium *self)
{
  bench_medium_close (self);
  g_clear_pointer (&self->control, g_free);
}

static int
bind_udp (struct in_addr local, uint16_t port, uint16_t *ret_port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = local, .sin_port = htons (port)};
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, size) == 0 && getsockname (fd, (struct sockaddr *) &address, &size) == 0) {
    *ret_port = ntohs (address.sin_port);
    return fd;
  }
  if (fd >= 0)
    close (fd);
  return -1;
}

bool
bench_medium_open_udp (BenchMedium *self, struct in_addr local)
{
  for (unsigned attempt = 0; attempt < PAIR_ATTEMPTS; attempt++) {
    self->fds[0] = bind_udp (local, 0, &self->ports[0]);
    if (self->fds[0] >= 0 && self->ports[0] % 2 == 0)
      self->fds[1] = bind_udp (local, self->ports[0] + 1, &self->ports[1]);
    if (self->fds[1] >= 0)
      return true;
    bench_medium_close (self);
  }
  return false;
}

/* A whole picture is here; true: the reader's first. */
static bool
note_whole (BenchMedium *self, BenchTally *tally, int64_t now_us)
{
  bool is_first = self->last_whole_us == 0;
  if (tally->is_measuring) {
    tally->pictures++;
    if (!is_first)
      tally->longest_silence_us = MAX (tally->longest_silence_us, now_us - self->last_whole_us);
  }
  self->last_whole_us = now_us;
  return is_first;
}

static bool
note_picture (BenchMedium *self, BenchTally *tally, const BenchSeenPicture *picture, int64_t now_us)
{
  if (!picture->is_whole)
    return false;
  if (tally->is_measuring) {
    int64_t latency_us = now_us - picture->stamp.sent_ns / 1000;
    g_array_append_val (tally->latency_us, latency_us);
  }
  /* A stream that does not begin with a key picture has not begun. */
  return (self->last_whole_us != 0 || picture->is_key) && note_whole (self, tally, now_us);
}

BenchArrival
bench_medium_take (BenchMedium *self, BenchTally *tally, const uint8_t *data, size_t size, int64_t now_us)
{
  CamRtpPacket packet;
  if (!cam_rtp_read (data, size, &packet))
    return (BenchArrival){0};
  if (tally->is_measuring) {
    tally->rtp_bytes += size;
    tally->rtp_packets++;
  }
  cam_rtp_sequence_add (&self->sequence, &packet, self->clock_rate, now_us);
  BenchArrival arrival = {.is_rtp = true};
  BenchSeenPicture picture;
  if (self->track != CAM_TRACK_VIDEO)
    return arrival;
  if (self->is_plain)
    arrival.is_first_key = packet.marker && note_whole (self, tally, now_us);
  else if (bench_picture_watch_add (&self->watch, &packet, &picture))
    arrival = (BenchArrival){
        .is_rtp = true,
        .is_first_key = note_picture (self, tally, &picture, now_us),
        .is_picture = picture.is_whole,
        .is_key = picture.is_key,
        .sent_us = picture.stamp.sent_ns / 1000,
    };
  return arrival;
}

size_t
bench_medium_write_report (BenchMedium *self, uint8_t *out, int64_t now_us)
{
  if (!self->sequence.started)
    return 0;
  return cam_rtcp_write_receiver_report (out, ~self->sequence.ssrc, &self->sequence, 0, 0, now_us, "load-client");
}

void
bench_medium_add_losses (const BenchMedium *self, BenchTally *tally)
{
  tally->packets_missing += self->sequence.lost;
  tally->pictures_lost += self->watch.lost;
  tally->pictures_cut += self->watch.cut;
  tally->pictures_orphaned += self->watch.orphans;
}
