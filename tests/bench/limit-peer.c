#include "limit-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limit-bursts.h"

#define READ_BYTES (128 * 1024)
#define EVENTS_A_TURN 64
#define SOUND_BEHIND_US 3000
#define FEED_OFFSET_STEP 7 /* so that the cameras' key pictures do not come together */

typedef struct {
  const GArray *bursts; /* NULL: a sink */
  unsigned fps;
} Part;

static bool
fail (const char *what, GError **error)
{
  int code = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return false;
}

void
bench_wait_until (int timer_fd, int64_t due_us)
{
  struct itimerspec due = {.it_value = {.tv_sec = due_us / G_USEC_PER_SEC, .tv_nsec = due_us % G_USEC_PER_SEC * 1000}};
  uint64_t turns;
  timerfd_settime (timer_fd, TFD_TIMER_ABSTIME, &due, NULL);
  if (read (timer_fd, &turns, sizeof turns) != sizeof turns)
    g_error ("timerfd: %s", g_strerror (errno));
}

G_GNUC_NORETURN static void
drain_for_ever (const int *fds, unsigned n)
{
  uint8_t *bytes = g_malloc (READ_BYTES);
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  for (unsigned i = 0; i < n; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
    epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fds[i], &event);
  }
  for (;;) {
    struct epoll_event events[EVENTS_A_TURN];
    int ready = epoll_wait (epoll_fd, events, EVENTS_A_TURN, -1);
    for (int i = 0; i < ready; i++)
      if (recv (events[i].data.fd, bytes, READ_BYTES, MSG_DONTWAIT) == 0)
        _exit (EXIT_SUCCESS);
  }
}

/* When the @turn-th picture of all cameras is due; they take turns. */
static int64_t
picture_due_us (int64_t first_us, uint64_t turn, unsigned pictures_per_s)
{
  return first_us + (int64_t) (turn * G_USEC_PER_SEC / pictures_per_s) + 1;
}

G_GNUC_NORETURN static void
feed_for_ever (const int *fds, unsigned n, const Part *part)
{
  int timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC);
  int64_t first_us = g_get_monotonic_time ();
  uint64_t pictures = 0, sounds = 0; /* turns so far */
  for (;;) {
    int64_t picture_us = picture_due_us (first_us, pictures, part->fps * n);
    int64_t sound_us = picture_due_us (first_us, sounds, part->fps * n) + SOUND_BEHIND_US;
    bool is_picture = picture_us <= sound_us;
    uint64_t turn = is_picture ? pictures++ : sounds++;
    unsigned camera = (unsigned) (turn % n);
    const BenchBurst *burst = bench_bursts_get (part->bursts, turn / n + FEED_OFFSET_STEP * camera);
    bench_wait_until (timer_fd, is_picture ? picture_us : sound_us);
    ssize_t sent = is_picture ? send (fds[camera], burst->data, burst->video_size, MSG_NOSIGNAL)
                              : send (fds[camera], burst->data + burst->video_size, burst->size - burst->video_size, MSG_NOSIGNAL);
    if (sent < 0)
      _exit (EXIT_SUCCESS);
  }
}

static int
open_socket (int type, struct sockaddr_in *ret_address)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, size) < 0 || getsockname (fd, (struct sockaddr *) &address, &size) < 0)
    return -1;
  *ret_address = address;
  return fd;
}

G_GNUC_NORETURN static void
connect_and_play (const struct sockaddr_in *address, unsigned n, const Part *part)
{
  int *fds = g_new (int, n);
  for (unsigned i = 0; i < n; i++) {
    fds[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect (fds[i], (const struct sockaddr *) address, sizeof *address) < 0)
      _exit (EXIT_FAILURE);
    setsockopt (fds[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof (int));
  }
  if (part->bursts == NULL)
    drain_for_ever (fds, n);
  feed_for_ever (fds, n, part);
}

static bool
start_tcp (BenchPeer *self, unsigned n, const Part *part, GError **error)
{
  struct sockaddr_in address;
  int listener = open_socket (SOCK_STREAM, &address);
  if (listener < 0 || listen (listener, (int) n) < 0)
    return fail ("listen", error);
  *self = (BenchPeer){.n = n, .pid = fork ()};
  if (self->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    connect_and_play (&address, n, part);
  }
  self->fds = g_new (int, n);
  for (unsigned i = 0; i < n && self->pid > 0; i++) {
    self->fds[i] = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
    setsockopt (self->fds[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof (int));
  }
  close (listener);
  return self->pid > 0 || fail ("fork", error);
}

bool
bench_peer_start_tcp_sinks (BenchPeer *self, unsigned n, GError **error)
{
  return start_tcp (self, n, &(Part){0}, error);
}

bool
bench_peer_start_feed (BenchPeer *self, unsigned n, const GArray *bursts, unsigned fps, GError **error)
{
  return start_tcp (self, n, &(Part){.bursts = bursts, .fps = fps}, error);
}

bool
bench_peer_start_udp_sinks (BenchPeer *self, unsigned n, GError **error)
{
  *self = (BenchPeer){.n = n, .addresses = g_new0 (struct sockaddr_in, n)};
  g_autofree int *fds = g_new (int, n);
  for (unsigned i = 0; i < n; i++) {
    fds[i] = open_socket (SOCK_DGRAM, &self->addresses[i]);
    if (fds[i] < 0)
      return fail ("UDP socket", error);
  }
  self->pid = fork ();
  if (self->pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    drain_for_ever (fds, n);
  }
  for (unsigned i = 0; i < n; i++)
    close (fds[i]);
  return self->pid > 0 || fail ("fork", error);
}

void
bench_peer_stop (BenchPeer *self)
{
  if (self->pid > 0) {
    kill (self->pid, SIGKILL);
    waitpid (self->pid, NULL, 0);
  }
  for (unsigned i = 0; i < self->n && self->fds != NULL; i++)
    close (self->fds[i]);
  g_free (self->fds);
  g_free (self->addresses);
  *self = (BenchPeer){0};
}
