/* The physical limit that a relay is held against: nothing but the system calls that deliver the same bytes at the same pace.
 *   --mode tcp    one send a unit a reader, of one camera
 *   --mode udp    UDP_SEGMENT messages a unit a reader, of one camera, paced
 *   --mode relay  one recv and one send a unit, one reader for each of N cameras
 * Prints one JSON object with this process's own CPU time. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "limit-bursts.h"
#include "limit-peer.h"
#include "paced-gso.h"

#define MAX_READERS 5000
#define TICK_US 1000
#define RELAY_READ_BYTES (256 * 1024)
#define EVENTS_A_TURN 64

typedef struct {
  char *clip; /* owned */
  char *mode; /* owned */
  int readers;
  int fps;
  double seconds;
  double warm;
} Options;

typedef struct {
  const Options *options; /* borrowed */
  GArray *bursts;         /* of BenchBurst, owned */
  int timer_fd;
  int64_t began_us; /* the window */
  int64_t ends_us;
  bool is_measuring;
  int64_t cpu_before_us;
  uint64_t rtp_bytes;
} Limit;

static int64_t
own_cpu_us (void)
{
  struct timespec used;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* Once the peers are there. */
static void
begin (Limit *self)
{
  self->began_us = g_get_monotonic_time () + (int64_t) (self->options->warm * G_USEC_PER_SEC);
  self->ends_us = self->began_us + (int64_t) (self->options->seconds * G_USEC_PER_SEC);
}

/* False: the window is over. */
static bool
goes_on (Limit *self, int64_t now_us)
{
  if (!self->is_measuring && now_us >= self->began_us) {
    self->is_measuring = true;
    self->cpu_before_us = own_cpu_us ();
  }
  return now_us < self->ends_us;
}

static void
count (Limit *self, uint64_t rtp_bytes)
{
  if (self->is_measuring)
    self->rtp_bytes += rtp_bytes;
}

static int64_t
burst_due_us (const Limit *self, int64_t first_us, uint64_t number)
{
  return first_us + (int64_t) (number * G_USEC_PER_SEC / (unsigned) self->options->fps) + 1;
}

static bool
run_tcp (Limit *self, GError **error)
{
  BenchPeer sinks = {0};
  if (!bench_peer_start_tcp_sinks (&sinks, (unsigned) self->options->readers, error))
    return false;
  begin (self);
  int64_t first_us = g_get_monotonic_time ();
  for (uint64_t number = 0; goes_on (self, g_get_monotonic_time ()); number++) {
    bench_wait_until (self->timer_fd, burst_due_us (self, first_us, number));
    const BenchBurst *burst = bench_bursts_get (self->bursts, number);
    for (unsigned i = 0; i < sinks.n; i++)
      if (send (sinks.fds[i], burst->data, burst->size, MSG_NOSIGNAL) < 0)
        g_error ("send: %s", g_strerror (errno));
    count (self, bench_burst_rtp_bytes (burst) * sinks.n);
  }
  bench_peer_stop (&sinks);
  return true;
}

static size_t
bytes_per_s (const Limit *self)
{
  size_t bytes = 0;
  for (unsigned i = 0; i < self->bursts->len; i++)
    bytes += bench_bursts_get (self->bursts, i)->size;
  return bytes * (unsigned) self->options->fps / self->bursts->len;
}

static bool
run_udp (Limit *self, GError **error)
{
  BenchPeer sinks = {0};
  BenchGso *gso = NULL;
  if (bench_peer_start_udp_sinks (&sinks, (unsigned) self->options->readers, error))
    gso = bench_gso_new (sinks.addresses, sinks.n, bytes_per_s (self), error);
  if (gso != NULL) {
    begin (self);
    int64_t now_us = g_get_monotonic_time (), first_us = now_us;
    for (uint64_t number = 0; goes_on (self, now_us); number++) {
      const BenchBurst *burst = bench_bursts_get (self->bursts, number);
      bench_wait_until (self->timer_fd, burst_due_us (self, first_us, number));
      bench_gso_begin (gso, burst);
      for (now_us = g_get_monotonic_time (); !bench_gso_turn (gso, now_us); now_us = g_get_monotonic_time ())
        bench_wait_until (self->timer_fd, now_us + TICK_US);
      count (self, bench_burst_rtp_bytes (burst) * sinks.n);
    }
  }
  bench_gso_free (gso);
  bench_peer_stop (&sinks);
  return gso != NULL;
}

/* What came from one camera goes to its reader. */
static void
pass_on (Limit *self, int from, int to, uint8_t *bytes)
{
  ssize_t got = recv (from, bytes, RELAY_READ_BYTES, MSG_DONTWAIT);
  if (got <= 0)
    return;
  if (send (to, bytes, (size_t) got, MSG_NOSIGNAL) != got)
    g_error ("send: %s", g_strerror (errno));
  count (self, (uint64_t) got);
}

static void
relay (Limit *self, const BenchPeer *cameras, const BenchPeer *sinks)
{
  g_autofree uint8_t *bytes = g_malloc (RELAY_READ_BYTES);
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  for (unsigned i = 0; i < cameras->n; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl (epoll_fd, EPOLL_CTL_ADD, cameras->fds[i], &event);
  }
  begin (self);
  while (goes_on (self, g_get_monotonic_time ())) {
    struct epoll_event events[EVENTS_A_TURN];
    int ready = epoll_wait (epoll_fd, events, EVENTS_A_TURN, -1);
    for (int i = 0; i < ready; i++)
      pass_on (self, cameras->fds[events[i].data.u32], sinks->fds[events[i].data.u32], bytes);
  }
  close (epoll_fd);
}

static bool
run_relay (Limit *self, GError **error)
{
  BenchPeer cameras = {0}, sinks = {0};
  unsigned n = (unsigned) self->options->readers;
  bool is_started = bench_peer_start_tcp_sinks (&sinks, n, error) &&
                    bench_peer_start_feed (&cameras, n, self->bursts, (unsigned) self->options->fps, error);
  if (is_started)
    relay (self, &cameras, &sinks);
  bench_peer_stop (&cameras);
  bench_peer_stop (&sinks);
  return is_started;
}

static bool
run_mode (Limit *self, GError **error)
{
  static const struct {
    const char *name;
    bool (*run) (Limit *, GError **);
  } modes[] = {{"tcp", run_tcp}, {"udp", run_udp}, {"relay", run_relay}};
  for (unsigned i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (self->options->mode, modes[i].name))
      return modes[i].run (self, error);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--mode '%s': expected tcp, udp or relay", self->options->mode);
  return false;
}

static bool
run (const Options *options, GError **error)
{
  g_autoptr (BenchClip) clip = bench_clip_read (options->clip, error);
  if (clip == NULL)
    return false;
  Limit self = {.options = options, .bursts = bench_bursts_new (clip, (unsigned) options->fps)};
  self.timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC);
  bool is_done = run_mode (&self, error);
  double cpu_s = (double) (own_cpu_us () - self.cpu_before_us) / 1e6;
  if (is_done)
    printf ("{\"mode\":\"%s\",\"readers\":%d,\"cpu_s\":%.4f,\"cpu_percent\":%.2f,\"rtp_bytes\":%" G_GUINT64_FORMAT ",\"s_per_gb\":%.4f}\n",
            options->mode, options->readers, cpu_s, 100 * cpu_s / options->seconds, self.rtp_bytes,
            cpu_s / ((double) self.rtp_bytes / 1e9));
  close (self.timer_fd);
  g_array_unref (self.bursts);
  return is_done;
}

static bool
parse_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"clip", 0, 0, G_OPTION_ARG_FILENAME, &options->clip, "H.264 in annex B form", "FILE"},
      {"mode", 0, 0, G_OPTION_ARG_STRING, &options->mode, "tcp, udp or relay", "MODE"},
      {"readers", 0, 0, G_OPTION_ARG_INT, &options->readers, "how many readers; relay: and cameras (1)", "K"},
      {"fps", 0, 0, G_OPTION_ARG_INT, &options->fps, "pictures a second (25)", "N"},
      {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &options->seconds, "how long to measure (5)", "S"},
      {"warm", 0, 0, G_OPTION_ARG_DOUBLE, &options->warm, "before that (1)", "S"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return false;
  if (options->clip != NULL && options->mode != NULL && options->readers >= 1 && options->readers <= MAX_READERS && options->fps >= 1 &&
      options->seconds > 0 && options->warm >= 0)
    return true;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "expected --clip FILE --mode MODE, 1 to %d readers, times above 0",
               MAX_READERS);
  return false;
}

int
main (int argc, char **argv)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  Options options = {.readers = 1, .fps = 25, .seconds = 5, .warm = 1};
  g_autoptr (GError) error = NULL;
  bool is_done = parse_options (&argc, &argv, &options, &error) && run (&options, &error);
  if (!is_done)
    fprintf (stderr, "limit-send: %s\n", error->message);
  g_free (options.clip);
  g_free (options.mode);
  return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
