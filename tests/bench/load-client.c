/* K readers of RTSP streams in one process and one loop: who gets what, how late, and what that costs the relay.
 * Prints one JSON object; exit status 1 only when nothing could be measured. SIGTERM and SIGINT end the window before its time. */
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "load-stall.h"

#define MAX_READERS 5000
#define JOIN_SLACK_US (30 * G_USEC_PER_SEC) /* for all readers to be there, beyond the stagger */
#define JSON_PLAIN " !#$%&'()*+,-./:;<=>?@[]^_`{|}~" G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS
#define END_WITHIN_US (10 * G_USEC_PER_SEC)

typedef struct {
  char **urls; /* owned */
  int readers;
  double seconds;
  double warm;
  double stagger_ms;
  int pid;
  gboolean is_udp;
  gboolean is_plain;
  gboolean one_by_one;
  int at_once;
  gboolean is_mixed;
  gboolean is_rude;
  int stalled;
  double stall_s;
} Options;

/* What readers may have in common. */
enum { HOUSE_TCP, HOUSE_UDP, HOUSE_STALLED, N_HOUSES };

typedef struct {
  const Options *options; /* borrowed */
  CamLoopThread *loop;    /* owned */
  BenchReaderHouse houses[N_HOUSES];
  BenchTally tally;
  BenchTally stalled_tally;
  BenchStall *stall; /* owned; NULL: nobody stalls */
  int64_t newest_key_us;
  GPtrArray *readers;        /* of BenchReader, owned; freed on the loop */
  CamLoopTimer *next_timer;  /* owned; the next reader's start */
  CamLoopTimer *phase_timer; /* owned; the end of joining, warming, measuring */
  int end_fd;                /* a signalfd: the window ends now */
  CamLoopWatch *end_watch;   /* owned */
  unsigned joined;
  unsigned left;
  unsigned failed;
  char *first_error; /* owned; NULL: none */
  bool is_warming;
  bool is_done;
  int64_t began_us; /* the window */
  int64_t ended_us;
  BenchGauge before;
  BenchGauge after;
  GError *error; /* owned; of the gauge */
} Load;

static void
read_gauge (Load *self, BenchGauge *ret_gauge)
{
  if (self->options->pid > 0 && self->error == NULL)
    bench_gauge_read (self->options->pid, ret_gauge, &self->error);
}

static void
begin_window (Load *self)
{
  self->tally.is_measuring = true;
  self->stalled_tally.is_measuring = true;
  self->began_us = g_get_monotonic_time ();
  read_gauge (self, &self->before);
  if (self->stall != NULL)
    bench_stall_begin (self->stall);
}

/* The readers end where they lived. */
static void
stop_on_loop (gpointer data)
{
  Load *self = data;
  bench_stall_end (self->stall);
  g_ptr_array_set_size (self->readers, 0);
  cam_loop_timer_free (self->next_timer);
  cam_loop_timer_free (self->phase_timer);
  cam_loop_watch_free (self->end_watch);
}

static void
end_window (Load *self)
{
  if (self->is_done)
    return;
  self->is_done = true;
  read_gauge (self, &self->after);
  self->tally.is_measuring = false;
  self->stalled_tally.is_measuring = false;
  self->ended_us = g_get_monotonic_time ();
  cam_loop_thread_post (self->loop, stop_on_loop, self, NULL);
  cam_loop_thread_quit (self->loop);
}

static int64_t
in_seconds (double seconds)
{
  return g_get_monotonic_time () + (int64_t) (seconds * G_USEC_PER_SEC);
}

static void
on_phase_over (gpointer data)
{
  Load *self = data;
  if (self->tally.is_measuring) {
    end_window (self);
    return;
  }
  begin_window (self);
  cam_loop_timer_arm (self->phase_timer, in_seconds (self->options->seconds));
}

static void
on_signal (gpointer data, uint32_t events)
{
  Load *self = data;
  if (self->is_done)
    return;
  if (!self->tally.is_measuring)
    begin_window (self);
  end_window (self);
}

/* All have joined or failed: the window begins after the warm-up, or is over when they came one by one. */
static void
look_whether_all_are_there (Load *self)
{
  unsigned wanted = (unsigned) self->options->readers;
  if (self->options->one_by_one) {
    if (self->left + self->failed >= wanted)
      end_window (self);
  } else if (!self->is_warming && self->joined + self->failed >= wanted) {
    self->is_warming = true;
    cam_loop_timer_arm (self->phase_timer, in_seconds (self->options->warm));
  }
}

/* The first key picture was what it came for. Two of four are rude: one over TCP, one over UDP. */
static void
part_from (Load *self, BenchReader *reader)
{
  if (self->options->is_rude && (self->joined & 2) != 0)
    bench_reader_vanish (reader);
  else
    bench_reader_leave (reader);
}

static void
on_news (BenchReader *reader, BenchReaderNews news, gpointer data)
{
  Load *self = data;
  bool is_gone = true;
  switch (news) {
  case BENCH_READER_JOINED:
    self->joined++;
    is_gone = false;
    if (self->options->one_by_one)
      part_from (self, reader);
    break;
  case BENCH_READER_LEFT:
    self->left++;
    break;
  case BENCH_READER_FAILED:
    self->failed++;
    if (self->first_error == NULL)
      self->first_error = g_strdup (bench_reader_get_error (reader));
    break;
  }
  if (is_gone && self->options->one_by_one)
    cam_loop_timer_arm (self->next_timer, in_seconds (self->options->stagger_ms / 1000));
  look_whether_all_are_there (self);
}

static bool
has_room_for_next (const Load *self)
{
  unsigned started = self->readers->len;
  if (self->is_done || started >= (unsigned) self->options->readers)
    return false;
  return !self->options->one_by_one || started - self->left - self->failed < (unsigned) self->options->at_once;
}

static const BenchReaderHouse *
choose_house (const Load *self, unsigned number)
{
  const Options *options = self->options;
  if (number >= (unsigned) (options->readers - options->stalled))
    return &self->houses[HOUSE_STALLED];
  bool is_udp = options->is_mixed ? number % 2 == 1 : options->is_udp;
  return &self->houses[is_udp ? HOUSE_UDP : HOUSE_TCP];
}

static void
on_next_reader (gpointer data)
{
  Load *self = data;
  if (!has_room_for_next (self))
    return;
  unsigned number = self->readers->len;
  const char *url = self->options->urls[number % g_strv_length (self->options->urls)];
  const BenchReaderHouse *house = choose_house (self, number);
  BenchReader *reader = bench_reader_new (house, url);
  g_ptr_array_add (self->readers, reader);
  if (house == &self->houses[HOUSE_STALLED])
    bench_stall_add (self->stall, reader);
  if (has_room_for_next (self))
    cam_loop_timer_arm (self->next_timer, in_seconds (self->options->stagger_ms / 1000));
}

static void
start_on_loop (gpointer data)
{
  Load *self = data;
  self->next_timer = cam_loop_timer_new (self->loop, on_next_reader, self);
  self->phase_timer = cam_loop_timer_new (self->loop, on_phase_over, self);
  if (self->options->stalled > 0)
    self->stall = bench_stall_new (self->loop, self->options->pid, (int64_t) (self->options->stall_s * G_USEC_PER_SEC));
  self->end_watch = cam_loop_watch_new (self->loop, self->end_fd, EPOLLIN, on_signal, self);
  if (self->options->one_by_one)
    begin_window (self);
  else
    cam_loop_timer_arm (self->phase_timer, in_seconds (self->options->readers * self->options->stagger_ms / 1000) + JOIN_SLACK_US);
  on_next_reader (self);
}

static double
own_cpu_s (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
append_relay (const Load *self, GString *json, double window_s)
{
  double cpu_s = (double) (self->after.cpu_us - self->before.cpu_us) / 1e6;
  g_string_append_printf (json,
                          ",\"relay\":{\"cpu_s\":%.4f,\"cpu_percent\":%.2f,\"rss_bytes\":%" G_GUINT64_FORMAT ",\"threads\":%u,\"fds\":%u",
                          cpu_s, 100 * cpu_s / window_s, self->after.rss_bytes, self->after.threads, self->after.fds);
  if (self->tally.rtp_bytes > 0)
    g_string_append_printf (json, ",\"s_per_gb\":%.4f", cpu_s / ((double) self->tally.rtp_bytes / 1e9));
  g_string_append_c (json, '}');
}

static const char *
name_transport (const Options *options)
{
  if (options->is_mixed)
    return "mixed";
  return options->is_udp ? "udp" : "tcp";
}

static void
print_result (Load *self)
{
  double window_s = (double) (self->ended_us - self->began_us) / 1e6;
  g_autoptr (GString) json = g_string_new (NULL);
  g_string_append_printf (json, "{\"readers\":%d,\"transport\":\"%s\",\"joined\":%u,\"failed\":%u,\"window_s\":%.3f",
                          self->options->readers, name_transport (self->options), self->joined, self->failed, window_s);
  if (self->first_error != NULL) {
    g_autofree char *text = g_strdup (self->first_error);
    g_strcanon (text, JSON_PLAIN, '?'); /* a relay's words may hold anything */
    g_string_append_printf (json, ",\"first_error\":\"%s\"", text);
  }
  const BenchTally *tally = &self->tally;
  g_string_append_printf (json, ",\"rtp_bytes\":%" G_GUINT64_FORMAT ",\"rtp_packets\":%" G_GUINT64_FORMAT, tally->rtp_bytes,
                          tally->rtp_packets);
  g_string_append_printf (json, ",\"pictures\":%" G_GUINT64_FORMAT ",\"longest_silence_ms\":%.1f", tally->pictures,
                          (double) tally->longest_silence_us / 1000);
  g_string_append_printf (
      json, ",\"packets_missing\":%" G_GUINT64_FORMAT ",\"pictures_lost\":%" G_GUINT64_FORMAT ",\"pictures_cut\":%" G_GUINT64_FORMAT,
      tally->packets_missing, tally->pictures_lost, tally->pictures_cut);
  g_string_append_printf (json, ",\"pictures_orphaned\":%" G_GUINT64_FORMAT, tally->pictures_orphaned);
  bench_json_add_times (json, "described_ms", tally->described_us);
  bench_json_add_times (json, "play_to_answer_ms", tally->answer_us);
  bench_json_add_times (json, "play_to_first_ms", tally->first_us);
  bench_json_add_times (json, "play_to_key_ms", tally->key_us);
  bench_json_add_times (json, "key_late_ms", tally->key_late_us);
  bench_json_add_times (json, "latency_ms", tally->latency_us);
  if (self->stall != NULL)
    bench_stall_describe (self->stall, &self->stalled_tally, json);
  if (self->options->pid > 0)
    append_relay (self, json, window_s);
  g_string_append_printf (json, ",\"client_cpu_s\":%.3f}", own_cpu_s ());
  puts (json->str);
}

static int64_t
longest_run_us (const Options *options)
{
  int64_t joins_us = (int64_t) (options->readers * options->stagger_ms * 1000) + JOIN_SLACK_US;
  int64_t each_us = options->one_by_one ? options->readers * (int64_t) G_USEC_PER_SEC : 0;
  return joins_us + each_us + (int64_t) ((options->warm + options->seconds) * G_USEC_PER_SEC) + END_WITHIN_US;
}

/* The signals that end the window, as a descriptor; all threads made from now on leave them alone. */
static int
catch_signals (void)
{
  sigset_t ends;
  sigemptyset (&ends);
  sigaddset (&ends, SIGTERM);
  sigaddset (&ends, SIGINT);
  sigprocmask (SIG_BLOCK, &ends, NULL);
  return signalfd (-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool
run (const Options *options, GError **error)
{
  Load self = {.options = options, .end_fd = catch_signals ()};
  self.loop = cam_loop_thread_new ("load", error);
  if (self.loop == NULL)
    return false;
  bench_tally_init (&self.tally);
  bench_tally_init (&self.stalled_tally);
  self.readers = g_ptr_array_new_with_free_func ((GDestroyNotify) bench_reader_free);
  for (unsigned i = 0; i < N_HOUSES; i++)
    self.houses[i] = (BenchReaderHouse){
        .loop = self.loop,
        .tally = i == HOUSE_STALLED ? &self.stalled_tally : &self.tally,
        .newest_key_us = &self.newest_key_us,
        .is_udp = i == HOUSE_UDP,
        .is_plain = options->is_plain,
        .on_news = on_news,
        .data = &self,
    };
  cam_loop_thread_post (self.loop, start_on_loop, &self, NULL);
  if (!cam_loop_thread_join (self.loop, longest_run_us (options)))
    g_error ("the readers' loop did not end in time");
  bool is_measured = self.error == NULL;
  if (is_measured)
    print_result (&self);
  else
    g_propagate_error (error, g_steal_pointer (&self.error));
  bench_tally_clear (&self.tally);
  bench_tally_clear (&self.stalled_tally);
  bench_stall_free (self.stall);
  g_ptr_array_unref (self.readers);
  close (self.end_fd);
  g_free (self.first_error);
  return is_measured;
}

static bool
parse_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"url", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->urls, "what to read; several: one reader each, round and round", "URL"},
      {"readers", 0, 0, G_OPTION_ARG_INT, &options->readers, "how many readers (1)", "K"},
      {"udp", 0, 0, G_OPTION_ARG_NONE, &options->is_udp, "over UDP, with the default socket buffers", NULL},
      {"plain", 0, 0, G_OPTION_ARG_NONE, &options->is_plain, "streams without stamps: pictures are counted, not checked", NULL},
      {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &options->seconds, "how long to measure (5)", "S"},
      {"warm", 0, 0, G_OPTION_ARG_DOUBLE, &options->warm, "between the last join and that (2)", "S"},
      {"stagger", 0, 0, G_OPTION_ARG_DOUBLE, &options->stagger_ms, "between two joins (5)", "MS"},
      {"one-by-one", 0, 0, G_OPTION_ARG_NONE, &options->one_by_one, "each leaves with its first key picture, then the next one joins",
       NULL},
      {"at-once", 0, 0, G_OPTION_ARG_INT, &options->at_once, "with --one-by-one: so many are there at a time (1)", "K"},
      {"mixed", 0, 0, G_OPTION_ARG_NONE, &options->is_mixed, "every second one over UDP", NULL},
      {"rude", 0, 0, G_OPTION_ARG_NONE, &options->is_rude, "with --one-by-one: half of them leave without TEARDOWN", NULL},
      {"stalled", 0, 0, G_OPTION_ARG_INT, &options->stalled, "so many of the readers, over TCP, stop reading when the window begins (0)",
       "K"},
      {"stall-seconds", 0, 0, G_OPTION_ARG_DOUBLE, &options->stall_s, "for so long, within the window (20)", "S"},
      {"pid", 0, 0, G_OPTION_ARG_INT, &options->pid, "the relay, to measure what it uses", "PID"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return false;
  bool has_readers = options->urls != NULL && options->readers >= 1 && options->readers <= MAX_READERS && options->at_once >= 1;
  bool can_stall = options->stalled >= 0 && options->stalled <= options->readers && options->stall_s > 0 && !options->one_by_one;
  if (has_readers && options->seconds > 0 && options->warm >= 0 && options->stagger_ms >= 0 && (options->stalled == 0 || can_stall))
    return true;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "expected --url URL, 1 to %d readers, times above 0; some can stall, who come one by one cannot", MAX_READERS);
  return false;
}

int
main (int argc, char **argv)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  Options options = {.readers = 1, .seconds = 5, .warm = 2, .stagger_ms = 5, .at_once = 1, .stall_s = 20};
  g_autoptr (GError) error = NULL;
  bool is_done = parse_options (&argc, &argv, &options, &error) && run (&options, &error);
  if (!is_done)
    fprintf (stderr, "load-client: %s\n", error->message);
  g_strfreev (options.urls);
  return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
