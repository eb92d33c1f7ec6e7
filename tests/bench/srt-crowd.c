/* Many SRT readers in one process, and what the processes that serve them use meanwhile:
 *   srt-crowd --port PORT… [--stream-id ID] --readers N [--warm S] [--seconds S] [--pid PID…]
 * Reader k calls port k modulo their number of loopback. Prints in JSON: readers that failed, messages that libsrt gave up, holes in the continuity counters of
 * MPEG-TS, bytes in the window, CPU seconds of all PIDs in it, the same per GB, memory and threads.
 * Thread: main; libsrt brings its own. Owner: scripts/bench. */
#include <arpa/inet.h>
#include <glib.h>
#include <srt/srt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "process-gauge.h"
#include "wire/ts-packet.h"
#include "wire/ts-tables.h"

enum { MOST_READERS = 1000, EVENTS = 256, WAIT_MS = 100, PIDS = CAM_TS_NULL_PID + 1, MESSAGE_BYTES = 2048 };
enum { NO_COUNTER = 0xff };

typedef struct {
  SRTSOCKET socket; /* SRT_INVALID_SOCK: it is not there, or not any more */
  uint8_t counters[PIDS];
  uint64_t bytes;
  uint64_t holes;
} Reader;

typedef struct {
  char **ports; /* of digits, as the next; owned */
  char **pids;
  char *stream_id; /* owned; nullable */
  int n_readers;
  double warm_s;
  double window_s;
  Reader *readers; /* owned */
  int epoll;
} Crowd;

typedef struct {
  double cpu_s;
  uint64_t rss_bytes;
  unsigned threads;
} Use;

static void
count_packet (Reader *self, const uint8_t *data)
{
  CamTsPacket packet;
  if (!cam_ts_packet_read (data, &packet)) {
    self->holes++;
    return;
  }
  if (packet.payload == NULL || packet.pid == CAM_TS_NULL_PID)
    return;
  uint8_t *counter = &self->counters[packet.pid];
  if (*counter != NO_COUNTER && !packet.is_discontinuity && packet.counter != ((*counter + 1) & CAM_TS_COUNTER_MASK))
    self->holes++;
  *counter = packet.counter;
}

static void
read_messages (Reader *self)
{
  uint8_t message[MESSAGE_BYTES];
  int size = srt_recvmsg (self->socket, (char *) message, sizeof message);
  for (; size > 0; size = srt_recvmsg (self->socket, (char *) message, sizeof message)) {
    self->bytes += (uint64_t) size;
    for (int at = 0; at + CAM_TS_PACKET_BYTES <= size; at += CAM_TS_PACKET_BYTES)
      count_packet (self, message + at);
  }
}

static void
check_end (Crowd *self, Reader *reader)
{
  if (srt_getsockstate (reader->socket) <= SRTS_CONNECTED)
    return;
  srt_epoll_remove_usock (self->epoll, reader->socket);
  srt_close (reader->socket);
  reader->socket = SRT_INVALID_SOCK;
}

static Reader *
find_reader (Crowd *self, SRTSOCKET socket)
{
  for (int i = 0; i < self->n_readers; i++)
    if (self->readers[i].socket == socket)
      return &self->readers[i];
  return NULL;
}

static void
read_for (Crowd *self, double seconds)
{
  const gint64 until_us = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  while (g_get_monotonic_time () < until_us) {
    SRT_EPOLL_EVENT events[EVENTS];
    int found = MIN (srt_epoll_uwait (self->epoll, events, EVENTS, WAIT_MS), EVENTS);
    for (int i = 0; i < found; i++) {
      Reader *reader = find_reader (self, events[i].fd);
      if (reader == NULL)
        continue;
      read_messages (reader);
      check_end (self, reader);
    }
  }
}

/* Waits for the handshake, then never again. */
static void
call (Crowd *self, Reader *reader, unsigned port)
{
  const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons ((uint16_t) port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  const bool waits = false;
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
  memset (reader->counters, NO_COUNTER, sizeof reader->counters);
  reader->socket = srt_create_socket ();
  if (self->stream_id != NULL)
    srt_setsockflag (reader->socket, SRTO_STREAMID, self->stream_id, (int) strlen (self->stream_id));
  if (srt_connect (reader->socket, (const struct sockaddr *) &address, sizeof address) == SRT_ERROR ||
      srt_setsockflag (reader->socket, SRTO_RCVSYN, &waits, sizeof waits) == SRT_ERROR ||
      srt_epoll_add_usock (self->epoll, reader->socket, &events) == SRT_ERROR) {
    srt_close (reader->socket);
    reader->socket = SRT_INVALID_SOCK;
  }
}

static bool
read_use (const Crowd *self, Use *ret_use)
{
  *ret_use = (Use){0};
  for (char **pid = self->pids; pid != NULL && *pid != NULL; pid++) {
    g_autoptr (GError) error = NULL;
    BenchGauge gauge;
    if (!bench_gauge_read ((pid_t) g_ascii_strtoll (*pid, NULL, 10), &gauge, &error)) {
      g_printerr ("%s\n", error->message);
      return false;
    }
    ret_use->cpu_s += (double) gauge.cpu_us / G_USEC_PER_SEC;
    ret_use->rss_bytes += gauge.rss_bytes;
    ret_use->threads += gauge.threads;
  }
  return true;
}

static void
print_result (const Crowd *self, const Use *before, const Use *after)
{
  uint64_t bytes = 0, holes = 0, dropped = 0;
  unsigned failed = 0;
  for (int i = 0; i < self->n_readers; i++) {
    const Reader *reader = &self->readers[i];
    SRT_TRACEBSTATS told = {0};
    bool is_there = reader->socket != SRT_INVALID_SOCK && srt_bistats (reader->socket, &told, 0, 1) != SRT_ERROR;
    failed += !is_there || reader->bytes == 0;
    dropped += (uint64_t) MAX (told.pktRcvDropTotal, 0);
    bytes += reader->bytes;
    holes += reader->holes;
  }
  double cpu_s = after->cpu_s - before->cpu_s;
  g_print ("{\"failed\": %u, \"dropped\": %" G_GUINT64_FORMAT ", \"holes\": %" G_GUINT64_FORMAT ", \"bytes\": %" G_GUINT64_FORMAT
           ", \"cpu_s\": %.4f, \"cpu_percent\": %.2f, \"s_per_gb\": %.4f, \"rss_bytes\": %" G_GUINT64_FORMAT ", \"threads\": %u}\n",
           failed, dropped, holes, bytes, cpu_s, 100 * cpu_s / self->window_s, bytes > 0 ? cpu_s / ((double) bytes / 1e9) : 0, after->rss_bytes,
           after->threads);
}

/* Bytes are those of the window; whatever is missing counts from the first message on. */
static bool
run (Crowd *self)
{
  Use before, after;
  for (int i = 0; i < self->n_readers; i++)
    call (self, &self->readers[i], (unsigned) g_ascii_strtoull (self->ports[(guint) i % g_strv_length (self->ports)], NULL, 10));
  read_for (self, self->warm_s);
  for (int i = 0; i < self->n_readers; i++)
    self->readers[i].bytes = 0;
  if (!read_use (self, &before))
    return false;
  read_for (self, self->window_s);
  if (!read_use (self, &after))
    return false;
  print_result (self, &before, &after);
  return true;
}

static bool
read_arguments (Crowd *self, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
      {"port", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->ports, "where to call", "PORT"},
      {"stream-id", 0, 0, G_OPTION_ARG_STRING, &self->stream_id, "what to ask for", "ID"},
      {"readers", 0, 0, G_OPTION_ARG_INT, &self->n_readers, "how many", "N"},
      {"warm", 0, 0, G_OPTION_ARG_DOUBLE, &self->warm_s, "before the window", "S"},
      {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &self->window_s, "the window", "S"},
      {"pid", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->pids, "whose use is told", "PID"},
      {0},
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  bool is_read = g_option_context_parse (context, argc, argv, &error);
  bool is_whole = is_read && self->ports != NULL && self->n_readers > 0 && self->n_readers <= MOST_READERS && self->window_s > 0;
  if (!is_whole)
    g_printerr ("srt-crowd: %s\n", is_read ? "--port, --readers or --seconds cannot be used" : error->message);
  return is_whole;
}

int
main (int argc, char **argv)
{
  Crowd crowd = {.n_readers = 1, .warm_s = 1, .window_s = 4};
  bool is_done = false;
  if (read_arguments (&crowd, &argc, &argv) && srt_startup () >= 0) {
    crowd.readers = g_new0 (Reader, (gsize) crowd.n_readers);
    crowd.epoll = srt_epoll_create ();
    is_done = run (&crowd);
    for (int i = 0; i < crowd.n_readers; i++)
      if (crowd.readers[i].socket != SRT_INVALID_SOCK)
        srt_close (crowd.readers[i].socket);
    srt_epoll_release (crowd.epoll);
    srt_cleanup ();
  }
  g_free (crowd.readers);
  g_strfreev (crowd.ports);
  g_strfreev (crowd.pids);
  g_free (crowd.stream_id);
  return is_done ? 0 : 1;
}
