#include "load-reader.h"

#include "reader-dialogue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camrelay/limits.h"
#include "wire/rtcp.h"
#include "wire/rtsp-framing.h"

#define READ_BYTES (128 * 1024)
#define DATAGRAM_BYTES 2048
#define DATAGRAMS_A_TURN 64
#define REPORT_EVERY_US (5 * G_USEC_PER_SEC)
#define JOIN_WITHIN_US (20 * G_USEC_PER_SEC)
#define LEAVE_WITHIN_US (5 * G_USEC_PER_SEC)
#define INTERLEAVED_HEADER_BYTES 4
#define LIVE_US G_USEC_PER_SEC /* a picture younger than this is live */

/* Where the RTP of one track comes in over UDP. RTCP is not read: what does not fit into its socket is dropped there. */
typedef struct {
  BenchReader *reader; /* borrowed */
  BenchMedium *medium; /* borrowed */
  CamLoopWatch *watch; /* owned */
} Intake;

struct BenchReader {
  const BenchReaderHouse *house; /* borrowed */
  struct sockaddr_in server;
  int fd;
  CamLoopWatch *watch; /* owned */
  CamLoopTimer *timer; /* owned; the join's deadline, then the next report */
  CamRtspFraming *framing;
  BenchDialogue dialogue;
  BenchMedium media[CAM_N_TRACKS];
  Intake intakes[CAM_N_TRACKS];
  int64_t play_sent_us;
  bool has_rtp;
  bool has_joined;
  bool hangs;
  int64_t woken_us;   /* 0: never hung, or still hangs */
  bool has_key_again; /* since then */
  bool is_live_again;
  bool is_over;
  char *error; /* owned; NULL: none */
};

static void
close_socket (BenchReader *self)
{
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    g_clear_pointer (&self->intakes[track].watch, cam_loop_watch_free);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    bench_medium_close (&self->media[track]);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static void
end (BenchReader *self, BenchReaderNews news)
{
  self->is_over = true;
  close_socket (self);
  self->house->on_news (self, news, self->house->data);
}

static void G_GNUC_PRINTF (2, 3) fail (BenchReader *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  self->error = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->house->tally->failed++;
  end (self, BENCH_READER_FAILED);
}

/* @bytes: (transfer full) */
static void
send_request (BenchReader *self, GBytes *bytes)
{
  size_t size;
  const void *data = g_bytes_get_data (bytes, &size);
  if (self->dialogue.step == BENCH_STEP_PLAY)
    self->play_sent_us = g_get_monotonic_time ();
  bool is_sent = send (self->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t) size;
  g_bytes_unref (bytes);
  if (!is_sent)
    fail (self, "step %d: request not sent", self->dialogue.step);
}

/* How soon somebody who reads again is where the others are. */
static void
note_return (BenchReader *self, const BenchArrival *arrival, int64_t now_us)
{
  BenchTally *tally = self->house->tally;
  int64_t took_us = now_us - self->woken_us;
  if (!self->has_key_again && arrival->is_key && arrival->sent_us >= *self->house->newest_key_us) {
    self->has_key_again = true;
    g_array_append_val (tally->key_again_us, took_us);
  }
  if (self->has_key_again && !self->is_live_again && now_us - arrival->sent_us < LIVE_US) {
    self->is_live_again = true;
    g_array_append_val (tally->live_again_us, took_us);
  }
}

static void
note_picture (BenchReader *self, const BenchArrival *arrival, int64_t now_us)
{
  int64_t *newest_key_us = self->house->newest_key_us;
  if (arrival->is_key)
    *newest_key_us = MAX (*newest_key_us, arrival->sent_us);
  if (self->woken_us != 0)
    note_return (self, arrival, now_us);
}

static void
take_packet (BenchReader *self, BenchMedium *medium, const uint8_t *data, size_t size, int64_t now_us)
{
  BenchTally *tally = self->house->tally;
  BenchArrival arrival = bench_medium_take (medium, tally, data, size, now_us);
  int64_t took_us = now_us - self->play_sent_us;
  if (arrival.is_rtp && !self->has_rtp) {
    self->has_rtp = true;
    g_array_append_val (tally->first_us, took_us);
  }
  if (arrival.is_picture)
    note_picture (self, &arrival, now_us);
  if (arrival.is_first_key) {
    self->has_joined = true;
    g_array_append_val (tally->key_us, took_us);
    int64_t late_us = now_us - MAX (self->play_sent_us, arrival.sent_us);
    g_array_append_val (tally->key_late_us, late_us);
    cam_loop_timer_arm (self->timer, now_us + REPORT_EVERY_US);
    self->house->on_news (self, BENCH_READER_JOINED, self->house->data);
  }
}

static void
on_datagrams (gpointer data, uint32_t events)
{
  Intake *intake = data;
  BenchReader *self = intake->reader;
  uint8_t datagram[DATAGRAM_BYTES];
  for (unsigned i = 0; i < DATAGRAMS_A_TURN && !self->is_over; i++) {
    ssize_t size = recv (intake->medium->fds[0], datagram, sizeof datagram, MSG_DONTWAIT);
    if (size < 0)
      return;
    take_packet (self, intake->medium, datagram, (size_t) size, g_get_monotonic_time ());
  }
}

static void
open_intakes (BenchReader *self)
{
  for (unsigned track = 0; track < CAM_N_TRACKS; track++) {
    Intake *intake = &self->intakes[track];
    if (self->media[track].fds[0] < 0 || intake->watch != NULL)
      continue;
    *intake = (Intake){.reader = self, .medium = &self->media[track]};
    intake->watch = cam_loop_watch_new (self->house->loop, self->media[track].fds[0], EPOLLIN, on_datagrams, intake);
  }
}

static void
take_answer (BenchReader *self, const CamRtspMessage *answer, int64_t now_us)
{
  BenchTally *tally = self->house->tally;
  BenchStep step = self->dialogue.step;
  g_autoptr (GError) error = NULL;
  GBytes *request;
  if (!bench_dialogue_take (&self->dialogue, answer, &request, &error)) {
    fail (self, "%s", error->message);
    return;
  }
  if (step == BENCH_STEP_DESCRIBE) {
    int64_t took_us = now_us - tally->born_us;
    g_array_append_val (tally->described_us, took_us);
  }
  if (step == BENCH_STEP_PLAY && self->dialogue.step == BENCH_STEP_PLAYING) {
    int64_t took_us = now_us - self->play_sent_us;
    g_array_append_val (tally->answer_us, took_us);
  }
  if (self->dialogue.step == BENCH_STEP_PLAY)
    open_intakes (self);
  if (request != NULL)
    send_request (self, request);
  else if (self->dialogue.step == BENCH_STEP_OVER)
    end (self, BENCH_READER_LEFT);
}

static void
take_interleaved (BenchReader *self, const CamFrame *frame, int64_t now_us)
{
  for (unsigned track = 0; track < CAM_N_TRACKS; track++) {
    BenchMedium *medium = &self->media[track];
    if (medium->control != NULL && medium->channel == frame->channel)
      take_packet (self, medium, frame->data, frame->size, now_us);
  }
}

static void
take_frames (BenchReader *self, int64_t now_us)
{
  CamFrame frame;
  while (!self->is_over && cam_rtsp_framing_next (self->framing, &frame) != CAM_FRAME_NONE) {
    if (frame.kind == CAM_FRAME_DATA) {
      take_interleaved (self, &frame, now_us);
    } else if (frame.kind == CAM_FRAME_MESSAGE) {
      g_autoptr (CamRtspMessage) message = frame.message;
      take_answer (self, message, now_us);
    } else {
      fail (self, "no RTSP: %s", frame.error);
    }
  }
}

static void
receive (BenchReader *self)
{
  size_t room;
  uint8_t *into = cam_rtsp_framing_get_room (self->framing, READ_BYTES, &room);
  ssize_t got = recv (self->fd, into, room, MSG_DONTWAIT);
  if (got > 0) {
    cam_rtsp_framing_commit (self->framing, (size_t) got);
    take_frames (self, g_get_monotonic_time ());
  } else if (got == 0) {
    fail (self, "step %d: closed by the server", self->dialogue.step);
  } else if (errno != EAGAIN && errno != EINTR) {
    fail (self, "step %d: %s", self->dialogue.step, g_strerror (errno));
  }
}

static void
finish_connect (BenchReader *self)
{
  int code = 0;
  socklen_t size = sizeof code;
  getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &code, &size);
  if (code != 0) {
    fail (self, "connect: %s", g_strerror (code));
    return;
  }
  cam_loop_watch_set_events (self->watch, EPOLLIN);
  send_request (self, bench_dialogue_begin (&self->dialogue));
}

static void
on_event (gpointer data, uint32_t events)
{
  BenchReader *self = data;
  if (self->dialogue.step == BENCH_STEP_CONNECT)
    finish_connect (self);
  else
    receive (self);
}

static bool
send_report (BenchReader *self, BenchMedium *medium, int64_t now_us)
{
  uint8_t frame[INTERLEAVED_HEADER_BYTES + CAM_RTCP_MAX_BYTES];
  uint8_t *report = frame + INTERLEAVED_HEADER_BYTES;
  size_t size = bench_medium_write_report (medium, report, now_us);
  if (size == 0)
    return true;
  if (self->house->is_udp) {
    struct sockaddr_in to = self->server;
    to.sin_port = htons (medium->report_port);
    return sendto (medium->fds[1], report, size, MSG_DONTWAIT, (struct sockaddr *) &to, sizeof to) == (ssize_t) size;
  }
  frame[0] = '$';
  frame[1] = medium->channel + 1;
  frame[2] = 0;
  frame[3] = (uint8_t) size;
  size += INTERLEAVED_HEADER_BYTES;
  return send (self->fd, frame, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t) size;
}

static void
on_timer (gpointer data)
{
  BenchReader *self = data;
  if (!self->has_joined) {
    fail (self, "no key picture in %d s, step %d", (int) (JOIN_WITHIN_US / G_USEC_PER_SEC), self->dialogue.step);
    return;
  }
  if (self->dialogue.step == BENCH_STEP_TEARDOWN) {
    fail (self, "no answer to TEARDOWN in %d s", (int) (LEAVE_WITHIN_US / G_USEC_PER_SEC));
    return;
  }
  int64_t now_us = g_get_monotonic_time ();
  cam_loop_timer_arm (self->timer, now_us + REPORT_EVERY_US);
  if (self->hangs)
    return;
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    if (!send_report (self, &self->media[track], now_us)) {
      fail (self, "receiver report not sent");
      return;
    }
}

static bool
read_address (const char *url, struct sockaddr_in *ret_address)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  *ret_address = (struct sockaddr_in){.sin_family = AF_INET};
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_port (uri) <= 0)
    return false;
  ret_address->sin_port = htons ((uint16_t) g_uri_get_port (uri));
  return inet_pton (AF_INET, g_uri_get_host (uri), &ret_address->sin_addr) == 1;
}

static void
start_connect (BenchReader *self)
{
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || (connect (self->fd, (struct sockaddr *) &self->server, sizeof self->server) < 0 && errno != EINPROGRESS)) {
    fail (self, "connect: %s", g_strerror (errno));
    return;
  }
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof (int));
  self->watch = cam_loop_watch_new (self->house->loop, self->fd, EPOLLOUT, on_event, self);
  self->timer = cam_loop_timer_new (self->house->loop, on_timer, self);
  cam_loop_timer_arm (self->timer, g_get_monotonic_time () + JOIN_WITHIN_US);
}

BenchReader *
bench_reader_new (const BenchReaderHouse *house, const char *url)
{
  BenchReader *self = g_new0 (BenchReader, 1);
  self->house = house;
  self->fd = -1;
  self->framing = cam_rtsp_framing_new (CAM_LIMIT_BODY_BYTES, true);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++)
    bench_medium_init (&self->media[track], track, house->is_plain);
  bool is_understood = read_address (url, &self->server);
  self->dialogue = (BenchDialogue){.url = url, .is_udp = house->is_udp, .local = self->server.sin_addr, .media = self->media};
  if (is_understood)
    start_connect (self);
  else
    fail (self, "'%s': expected rtsp://IPv4:PORT/…", url);
  return self;
}

void
bench_reader_leave (BenchReader *self)
{
  if (self->is_over)
    return;
  cam_loop_timer_arm (self->timer, g_get_monotonic_time () + LEAVE_WITHIN_US);
  send_request (self, bench_dialogue_leave (&self->dialogue));
}

void
bench_reader_vanish (BenchReader *self)
{
  if (!self->is_over)
    end (self, BENCH_READER_LEFT);
}

void
bench_reader_hang (BenchReader *self)
{
  if (self->is_over)
    return;
  self->hangs = true;
  cam_loop_watch_set_events (self->watch, 0);
}

void
bench_reader_wake (BenchReader *self)
{
  if (self->is_over || !self->hangs)
    return;
  self->hangs = false;
  self->woken_us = g_get_monotonic_time ();
  cam_loop_watch_set_events (self->watch, EPOLLIN);
}

void
bench_reader_free (BenchReader *self)
{
  close_socket (self);
  for (unsigned track = 0; track < CAM_N_TRACKS; track++) {
    bench_medium_add_losses (&self->media[track], self->house->tally);
    bench_medium_clear (&self->media[track]);
  }
  bench_dialogue_clear (&self->dialogue);
  cam_rtsp_framing_free (self->framing);
  g_free (self->error);
  g_free (self);
}

const char *
bench_reader_get_error (const BenchReader *self)
{
  return self->error;
}
