/* The other ends of a limit program, in child processes so that their CPU time is not its own: sinks that read and throw away, and
 * a feed that plays cameras. The children end with their parent.
 * Thread: main. Owner: the limit program. */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
  pid_t pid;
  int *fds;                      /* owned; @n connected sockets, blocking; NULL for UDP */
  struct sockaddr_in *addresses; /* owned; UDP: where @n sinks listen; NULL for TCP */
  unsigned n;
} BenchPeer;

/* Errors: G_FILE_ERROR. */
bool bench_peer_start_tcp_sinks (BenchPeer *self, unsigned n, GError **error);
bool bench_peer_start_udp_sinks (BenchPeer *self, unsigned n, GError **error);

/* @bursts: of BenchBurst; each of the @n cameras sends one every interval, the picture in one send, the sound in another 3 ms later; the
 * cameras are spread over the interval. */
bool bench_peer_start_feed (BenchPeer *self, unsigned n, const GArray *bursts, unsigned fps, GError **error);

/* Ends the child. From all zero, and twice, is fine. */
void bench_peer_stop (BenchPeer *self);

/* Waits until CLOCK_MONOTONIC is @due_us, by a timerfd. */
void bench_wait_until (int timer_fd, int64_t due_us);
