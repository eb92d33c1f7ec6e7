/* A contribution encoder that is not ours: sends a tone, or counted samples that tell each frame's number, over SRT in the 4-byte framing
 * or raw, in real time, and does what it is told on standard input, a line each: codec l16|opus|mp2|flac    from the next packet on
 *   metadata TEXT              one message
 *   noise N                    N messages that make no sense: random, cut short, with bits turned
 *   quit
 * Says on standard output, a line each: "connected", "lost", "refused REASON", "codec NAME".
 * Thread: one. Owner: a test. */
#include <arpa/inet.h>
#include <gst/gst.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <srt/srt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sound/sound-element.h"
#include "sound/sound-encoder.h"
#include "wire/framed-audio.h"

enum { RATE = 48000, CHANNELS = 2, L16_FRAME = 240, MPEG_FRAME = 1152, PIECE = CAM_FRAMED_MESSAGE_BYTES - CAM_FRAMED_HEADER_BYTES };

typedef struct {
  /* As asked for. */
  char *mode;       /* caller, listener, rendezvous */
  char *address;    /* IP:port of the peer; of a listener its own */
  char *own;        /* IP of a rendezvous, whose port is the peer's */
  char *stream_id;  /* nullable */
  char *passphrase; /* nullable */
  char *codec;
  int latency_ms;
  double hz; /* 0: counted samples */
  gboolean is_raw;
  gboolean retries; /* dials again, for ever, whatever happens */

  SRTSOCKET socket;
  CamFramedFormat format;
  CamSoundEncoder *encoder;      /* owned; Opus, FLAC */
  CamSoundElement *mpeg_encoder; /* owned */
  uint64_t next;                 /* frame of the source */
  int64_t began_us;              /* when the connection was */
  uint64_t sent;                 /* frames since then */
  bool is_lost;
  GString *input; /* owned; of standard input, up to the end of a line */
  GRand *random;
} Sender;

static void
say (const char *line)
{
  printf ("%s\n", line);
  fflush (stdout);
}

static void
send_message (Sender *self, const void *data, size_t size)
{
  if (!self->is_lost && srt_sendmsg (self->socket, data, (int) size, -1, 1) == SRT_ERROR)
    self->is_lost = true;
}

static void
send_payload (Sender *self, CamFramedType type, const uint8_t *payload, size_t size)
{
  for (size_t at = 0; at < size; at += PIECE) {
    uint8_t message[CAM_FRAMED_MESSAGE_BYTES];
    size_t here = MIN (PIECE, size - at);
    cam_framed_write_header (message, type, self->format, size, here, at > 0);
    memcpy (message + CAM_FRAMED_HEADER_BYTES, payload + at, here);
    send_message (self, message, CAM_FRAMED_HEADER_BYTES + here);
  }
}

static void
send_unit (const uint8_t *unit, size_t size, gpointer data)
{
  send_payload (data, CAM_FRAMED_AUDIO, unit, size);
}

static void
send_mpeg_frame (GstCaps *caps, GstBuffer *buffer, gpointer data)
{
  GstMapInfo map;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  send_payload (data, CAM_FRAMED_AUDIO, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

/* Left holds the lower and right the upper sixteen bits of the frame's number; or both a tone of -12 dBFS. */
static void
make_samples (Sender *self, int16_t *out, unsigned frames)
{
  for (unsigned i = 0; i < frames; i++, self->next++) {
    double tone = 8230.0 * sin (2 * G_PI * self->hz * (double) (self->next % RATE) / RATE);
    out[2 * i] = (int16_t) (self->hz > 0 ? lrint (tone) : (long) (self->next & 0xffff));
    out[2 * i + 1] = (int16_t) (self->hz > 0 ? lrint (tone) : (long) (self->next >> 16 & 0xffff));
  }
}

static void
drop_encoders (Sender *self)
{
  /* Ours keeps the last frame of FLAC to itself: it is sent again in the next codec. */
  if (self->format == CAM_FRAMED_FLAC && self->encoder != NULL)
    self->next -= MPEG_FRAME;
  g_clear_pointer (&self->encoder, cam_sound_encoder_free);
  g_clear_pointer (&self->mpeg_encoder, cam_sound_element_free);
}

static void
make_encoder (Sender *self, CamCodec codec)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  track->sample_rate = RATE;
  track->channels = CHANNELS;
  self->encoder = cam_sound_encoder_new (track, &(CamSoundSettings){.complexity = 5}, NULL);
  g_assert_nonnull (self->encoder);
}

static void
make_mpeg_encoder (Sender *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) input = gst_caps_from_string ("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2");
  g_autoptr (GstCaps) output = gst_caps_from_string ("audio/mpeg");
  const CamSoundFactory factory = {"avenc_mp2", "gstreamer1.0-libav"};
  self->mpeg_encoder = cam_sound_element_new (&factory, input, output, send_mpeg_frame, self, &error);
  g_assert_no_error (error);
  cam_sound_element_set (self->mpeg_encoder, "bitrate", "256000");
  g_assert_true (cam_sound_element_start (self->mpeg_encoder, &error));
}

static void
choose_codec (Sender *self, const char *name)
{
  static const char *const names[] = {"l16", "opus", "mp2", "flac", NULL};
  drop_encoders (self);
  for (unsigned i = 0; names[i] != NULL; i++)
    if (strcmp (name, names[i]) == 0)
      self->format = (CamFramedFormat) i;
  switch (self->format) {
  case CAM_FRAMED_L16:
    break;
  case CAM_FRAMED_OPUS:
    make_encoder (self, CAM_CODEC_OPUS);
    break;
  case CAM_FRAMED_MP2:
    make_mpeg_encoder (self);
    break;
  case CAM_FRAMED_FLAC:
    make_encoder (self, CAM_CODEC_FLAC);
    break;
  }
  printf ("codec %s\n", names[self->format]);
  fflush (stdout);
}

static unsigned
get_frame (const Sender *self)
{
  if (self->encoder != NULL)
    return cam_sound_encoder_get_frame (self->encoder);
  return self->mpeg_encoder != NULL ? MPEG_FRAME : L16_FRAME;
}

static void
send_samples (Sender *self, const int16_t *samples, size_t size)
{
  uint8_t payload[L16_FRAME * CHANNELS * 2];
  for (size_t i = 0; i < size / 2; i++) {
    payload[2 * i] = (uint8_t) samples[i];
    payload[2 * i + 1] = (uint8_t) ((uint16_t) samples[i] >> 8);
  }
  if (self->is_raw)
    send_message (self, payload, size);
  else
    send_payload (self, CAM_FRAMED_AUDIO, payload, size);
}

static void
send_packet (Sender *self)
{
  unsigned frame = get_frame (self);
  size_t size = (size_t) frame * CHANNELS * sizeof (int16_t);
  int16_t *samples = g_malloc (size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (samples, size);
  make_samples (self, samples, frame);
  if (self->encoder != NULL)
    g_assert_true (cam_sound_encoder_take (self->encoder, samples, send_unit, self));
  else if (self->mpeg_encoder != NULL)
    g_assert_true (cam_sound_element_push (self->mpeg_encoder, bytes, self->sent * GST_SECOND / RATE));
  else
    send_samples (self, samples, size);
  self->sent += frame;
}

static void
send_noise (Sender *self, unsigned messages)
{
  for (unsigned i = 0; i < messages && !self->is_lost; i++) {
    uint8_t message[CAM_FRAMED_MESSAGE_BYTES];
    size_t size = (size_t) g_rand_int_range (self->random, 1, (int) sizeof message + 1);
    for (size_t at = 0; at < size; at++)
      message[at] = (uint8_t) g_rand_int (self->random);
    bool has_header = size > CAM_FRAMED_HEADER_BYTES && i % 4 != 0;
    size_t whole = size - CAM_FRAMED_HEADER_BYTES + (i % 3 == 0 ? 100 : 0);
    if (has_header)
      cam_framed_write_header (message, i % 7 == 0 ? CAM_FRAMED_METADATA : CAM_FRAMED_AUDIO, (CamFramedFormat) (i % 5 % 4), whole,
                               size - CAM_FRAMED_HEADER_BYTES, i % 11 == 0);
    send_message (self, message, size);
  }
}

static void
obey (Sender *self, const char *line)
{
  if (g_str_has_prefix (line, "codec "))
    choose_codec (self, line + 6);
  else if (g_str_has_prefix (line, "metadata "))
    send_payload (self, CAM_FRAMED_METADATA, (const uint8_t *) line + 9, strlen (line + 9));
  else if (g_str_has_prefix (line, "noise "))
    send_noise (self, (unsigned) g_ascii_strtoull (line + 6, NULL, 10));
}

/* False: it is to end. */
static bool
read_input (Sender *self)
{
  char bytes[4096];
  ssize_t size = read (STDIN_FILENO, bytes, sizeof bytes);
  if (size <= 0)
    return false;
  g_string_append_len (self->input, bytes, size);
  for (char *end = strchr (self->input->str, '\n'); end != NULL; end = strchr (self->input->str, '\n')) {
    g_autofree char *line = g_strndup (self->input->str, (gsize) (end - self->input->str));
    g_string_erase (self->input, 0, (gssize) strlen (line) + 1);
    if (strcmp (line, "quit") == 0)
      return false;
    obey (self, line);
  }
  return true;
}

static struct sockaddr_in
read_address (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons ((uint16_t) g_ascii_strtoull (parts[1], NULL, 10))};
  g_assert_cmpint (inet_pton (AF_INET, parts[0], &address.sin_addr), ==, 1);
  return address;
}

static SRTSOCKET
accept_one (SRTSOCKET door)
{
  SRTSOCKET socket = srt_listen (door, 1) != SRT_ERROR ? srt_accept (door, NULL, NULL) : SRT_INVALID_SOCK;
  srt_close (door);
  return socket;
}

static void
set_options (const Sender *self, SRTSOCKET socket, bool is_rendezvous)
{
  int latency_ms = self->latency_ms;
  bool yes = true;
  srt_setsockflag (socket, SRTO_LATENCY, &latency_ms, sizeof latency_ms);
  if (self->passphrase != NULL)
    srt_setsockflag (socket, SRTO_PASSPHRASE, self->passphrase, (int) strlen (self->passphrase));
  if (self->stream_id != NULL)
    srt_setsockflag (socket, SRTO_STREAMID, self->stream_id, (int) strlen (self->stream_id));
  if (is_rendezvous)
    srt_setsockflag (socket, SRTO_RENDEZVOUS, &yes, sizeof yes);
}

/* One attempt. False: it was refused, which has been said. */
static bool
meet (Sender *self)
{
  bool is_listener = strcmp (self->mode, "listener") == 0;
  bool is_rendezvous = strcmp (self->mode, "rendezvous") == 0;
  struct sockaddr_in peer = read_address (self->address);
  struct sockaddr_in own = peer;
  if (is_rendezvous)
    g_assert_cmpint (inet_pton (AF_INET, self->own, &own.sin_addr), ==, 1);
  SRTSOCKET socket = srt_create_socket ();
  set_options (self, socket, is_rendezvous);
  bool is_met = (!is_listener && !is_rendezvous) || srt_bind (socket, (struct sockaddr *) &own, sizeof own) != SRT_ERROR;
  if (is_met && is_listener)
    is_met = (socket = accept_one (socket)) != SRT_INVALID_SOCK;
  else if (is_met)
    is_met = srt_connect (socket, (struct sockaddr *) &peer, sizeof peer) != SRT_ERROR;
  if (!is_met) {
    printf ("refused %d %s\n", srt_getrejectreason (socket), srt_getlasterror_str ());
    srt_close (socket);
  } else {
    self->socket = socket;
    printf ("connected\n");
  }
  fflush (stdout);
  return is_met;
}

/* Until the connection is lost (true) or it is told to end (false). */
static bool
stream (Sender *self)
{
  self->is_lost = false;
  self->sent = 0;
  self->began_us = g_get_monotonic_time ();
  while (!self->is_lost) {
    int64_t due_us = self->began_us + (int64_t) (self->sent * G_USEC_PER_SEC / RATE);
    int64_t wait_us = MAX (due_us - g_get_monotonic_time (), 0);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    struct timespec wait = {.tv_sec = wait_us / G_USEC_PER_SEC, .tv_nsec = wait_us % G_USEC_PER_SEC * 1000};
    int ready = ppoll (&input, 1, &wait, NULL);
    if (ready > 0 && !read_input (self))
      return false;
    if (ready == 0)
      send_packet (self);
  }
  return true;
}

int
main (int argc, char **argv)
{
  Sender self = {.mode = NULL, .latency_ms = 120};
  const GOptionEntry options[] = {
      {"mode", 0, 0, G_OPTION_ARG_STRING, &self.mode, "caller, listener or rendezvous", NULL},
      {"address", 0, 0, G_OPTION_ARG_STRING, &self.address, "IP:port of the peer; of a listener its own", NULL},
      {"own", 0, 0, G_OPTION_ARG_STRING, &self.own, "IP that a rendezvous is met from", NULL},
      {"streamid", 0, 0, G_OPTION_ARG_STRING, &self.stream_id, "what to say in the handshake", NULL},
      {"passphrase", 0, 0, G_OPTION_ARG_STRING, &self.passphrase, "10 to 79 characters", NULL},
      {"latency", 0, 0, G_OPTION_ARG_INT, &self.latency_ms, "ms", NULL},
      {"codec", 0, 0, G_OPTION_ARG_STRING, &self.codec, "the first one", NULL},
      {"tone", 0, 0, G_OPTION_ARG_DOUBLE, &self.hz, "Hz; counted samples without it", NULL},
      {"raw", 0, 0, G_OPTION_ARG_NONE, &self.is_raw, "L16 without framing", NULL},
      {"retry", 0, 0, G_OPTION_ARG_NONE, &self.retries, "dial again, for ever", NULL},
      {NULL},
  };
  signal (SIGPIPE, SIG_IGN);
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || self.mode == NULL || self.address == NULL)
    return 64;
  gst_init (NULL, NULL);
  srt_startup ();
  self.input = g_string_new (NULL);
  self.random = g_rand_new_with_seed (1);
  choose_codec (&self, self.codec != NULL ? self.codec : "l16");
  bool goes_on = true;
  while (goes_on) {
    bool is_met = meet (&self);
    goes_on = is_met ? stream (&self) : self.retries;
    if (is_met)
      srt_close (self.socket);
    if (is_met && goes_on)
      say ("lost");
    goes_on = goes_on && self.retries;
  }
  return 0;
}
