#include "source-fixture.h"

#include <string.h>

#include "srt-peer.h"
#include "ts-sender.h"
#include "wire/framed-audio.h"

typedef struct {
  SourceFixture source; /* first */
  SrtPeer peer;
  TsSender sender;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  set_up_source (&self->source, data);
  peer_open (&self->peer, self->source.loop);
  self->source.setup.srt = self->peer.poller;
  ts_sender_open (&self->sender, true, CAM_CODEC_OPUS);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->source.source != NULL)
    stop_source (&self->source);
  ts_sender_close (&self->sender);
  peer_close (&self->peer);
  tear_down_source (&self->source, data);
}

/* @format: with the port. */
static void
start (Fixture *self, const char *format, unsigned port)
{
  g_autofree char *text = g_strdup_printf ("%u", port);
  g_auto (GStrv) parts = g_strsplit (format, "PORT", 2);
  g_autofree char *url = g_strjoinv (text, parts);
  start_source (&self->source, &cam_srt_kind, url);
}

/* @n more pictures with their sound, as fast as they go. */
static void
send_pictures (Fixture *self, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    ts_send_next (&self->sender);
  for (GBytes *message = ts_take_message (&self->sender); message != NULL; message = ts_take_message (&self->sender)) {
    peer_send (&self->peer, message);
    g_bytes_unref (message);
  }
}

static void
assert_flows (Fixture *self)
{
  SourceFixture *source = &self->source;
  send_pictures (self, 30);
  AWAIT (source, source->units_of[CAM_TRACK_VIDEO] >= 25 && source->units_of[CAM_TRACK_AUDIO] >= 50);
  g_assert_true (source->is_established && source->is_playing);
  g_assert_cmpuint (source->descriptions->len, ==, 1);
  const TakenUnit *first = &g_array_index (source->units, TakenUnit, 0);
  g_assert_true (first->track == CAM_TRACK_VIDEO && first->is_key);
  AWAIT (source, source->bytes > 25 * 3000);
}

/* The peer's end. */
static void
assert_closes (Fixture *self)
{
  SourceFixture *source = &self->source;
  peer_hang_up (&self->peer);
  AWAIT (source, source->has_ended);
  g_assert_cmpint (source->reason, ==, CAM_REASON_CLOSED);
  stop_source (source);
  assert_times_rise (source);
}

static void
test_caller (Fixture *self, gconstpointer data)
{
  start (self, "srt://127.0.0.1:PORT?latency=20&streamid=the%20cam", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  g_assert_cmpstr (self->peer.stream_id, ==, "the cam");
  assert_flows (self);
  assert_closes (self);
}

static void
test_passphrase (Fixture *self, gconstpointer data)
{
  self->peer.passphrase = cam_secret_new ("ten or more", -1);
  start (self, "srt://127.0.0.1:PORT?latency=20&passphrase=ten%20or%20more&pbkeylen=32", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  assert_flows (self);
}

static void
test_wrong_passphrase (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  self->peer.passphrase = cam_secret_new ("ten or more", -1);
  start (self, "srt://127.0.0.1:PORT?passphrase=something-else", peer_listen (&self->peer, "127.0.0.1:0"));
  AWAIT (source, source->has_ended);
  g_assert_cmpint (source->reason, ==, CAM_REASON_AUTH);
  g_assert_false (source->is_established);
  g_assert_null (strstr (source->detail, "something-else"));
}

/* A sender that has come by itself. */
static void
test_adopted (Fixture *self, gconstpointer data)
{
  const char *url = data;
  peer_call (&self->peer, peer_listen (&self->peer, "127.0.0.1:0"));
  self->source.sender = peer_take_caller (&self->peer);
  self->source.has_sender = true;
  start (self, url, 9);
  assert_flows (self);
  assert_closes (self);
}

static void
test_nobody (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  const char *url = data;
  start (self, url, 9);
  AWAIT (source, source->has_ended);
  g_assert_cmpint (source->reason, ==, CAM_REASON_CONFIG);
}

static void
test_no_poller (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  source->setup.srt = NULL;
  start (self, "srt://127.0.0.1:PORT", 9);
  AWAIT (source, source->has_ended);
  g_assert_cmpint (source->reason, ==, CAM_REASON_INTERNAL);
}

/* Half a second without a message, and the same connection goes on. */
static void
test_silence (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  send_pictures (self, 30);
  AWAIT (source, source->quiets == 1);
  g_assert_cmpuint (source->units_of[CAM_TRACK_VIDEO], ==, 30);
  send_pictures (self, 10); /* the rest of a group of which the beginning was before */
  g_assert_cmpuint (source->sounds, ==, 0);
  send_pictures (self, 20);
  AWAIT (source, source->sounds == 1 && source->units_of[CAM_TRACK_VIDEO] >= 35);
  AWAIT (source, source->quiets == 2);
  g_assert_false (source->has_ended);
  g_assert_cmpuint (source->descriptions->len, ==, 1);
  assert_closes (self);
}

/* A sender that fell silent is called once more, and what it says on the newer connection counts: another one has taken its place. */
static void
test_successor (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  assert_flows (self);
  peer_answer (&self->peer);
  g_assert_cmpuint (source->quiets, ==, 1);
  unsigned before = source->units_of[CAM_TRACK_VIDEO];
  ts_sender_close (&self->sender);
  ts_sender_open (&self->sender, true, CAM_CODEC_OPUS);
  send_pictures (self, 30);
  AWAIT (source, source->sounds == 1 && source->units_of[CAM_TRACK_VIDEO] >= before + 25);
  PEER_AWAIT (&self->peer, self->peer.has_ended); /* the older connection */
  g_assert_false (source->has_ended);
  assert_closes (self);
}

/* The older connection speaks first: the newer one is given up. */
static void
test_same_again (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  assert_flows (self);
  peer_answer (&self->peer);
  peer_switch (&self->peer);
  send_pictures (self, 50);
  AWAIT (source, source->sounds == 1);
  PEER_AWAIT (&self->peer, self->peer.has_ended);
  g_assert_false (source->has_ended);
}

/* The older one ends while nothing comes on either: the newer one takes its place, silent. */
static void
test_both_silent (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  assert_flows (self);
  peer_answer (&self->peer);
  peer_on_loop (&self->peer, peer_free_older, &self->peer);
  unsigned before = source->units_of[CAM_TRACK_VIDEO];
  send_pictures (self, 50);
  AWAIT (source, source->sounds == 1 && source->units_of[CAM_TRACK_VIDEO] >= before + 20);
  g_assert_false (source->has_ended);
}

static void
test_bit_rate (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  source->camera->streams[CAM_STREAM_MAIN].max_bitrate = 64000;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  send_pictures (self, 30);
  AWAIT (source, source->lost > 20 && source->bytes > 25 * 3000);
}

/* Stopped before anything has happened, while it calls, and while it flows. */
static void
test_stop (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  const bool is_connected = data != NULL;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, is_connected ? "127.0.0.1:0" : "127.0.0.2:0"));
  if (is_connected) {
    peer_answer (&self->peer);
    assert_flows (self);
  }
  stop_source (source);
  g_assert_false (source->has_ended);
  if (is_connected)
    PEER_AWAIT (&self->peer, self->peer.has_ended);
}

/* 5 ms of a stereo tone as messages, framed or not. */
static void
send_samples (Fixture *self, bool is_framed, unsigned n)
{
  for (unsigned i = 0; i < n; i++) {
    uint8_t data[4 + 960];
    cam_framed_write_header (data, CAM_FRAMED_AUDIO, CAM_FRAMED_L16, 960, 960, false);
    for (unsigned k = 0; k < 960; k++)
      data[4 + k] = (uint8_t) (k * 3 + 40);
    g_autoptr (GBytes) message = g_bytes_new (is_framed ? data : data + 4, is_framed ? sizeof data : 960);
    peer_send (&self->peer, message);
  }
}

static void
assert_sounds (Fixture *self, unsigned rate, unsigned channels)
{
  SourceFixture *source = &self->source;
  AWAIT (source, source->units_of[CAM_TRACK_AUDIO] > 5);
  const CamStreamDescription *description = g_ptr_array_index (source->descriptions, 0);
  g_assert_null (description->tracks[CAM_TRACK_VIDEO]);
  g_assert_cmpint (description->tracks[CAM_TRACK_AUDIO]->codec, ==, CAM_CODEC_L16);
  g_assert_cmpuint (description->tracks[CAM_TRACK_AUDIO]->sample_rate, ==, rate);
  g_assert_cmpuint (description->tracks[CAM_TRACK_AUDIO]->channels, ==, channels);
}

static void
test_framed (Fixture *self, gconstpointer data)
{
  start (self, data, peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  send_samples (self, true, 40);
  assert_sounds (self, 48000, 2);
}

static void
test_raw (Fixture *self, gconstpointer data)
{
  start (self, data, peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  send_samples (self, false, 40);
  assert_sounds (self, strstr (data, "rate") != NULL ? 44100 : 48000, strstr (data, "channels") != NULL ? 1 : 2);
}

/* Samples that look like a header once are samples. */
static void
test_raw_by_three (Fixture *self, gconstpointer data)
{
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  send_samples (self, true, 2);
  send_samples (self, false, 1);
  send_samples (self, true, 40);
  assert_sounds (self, 48000, 2);
}

/* Sound alone goes on with the first message. */
static void
test_sound_again (Fixture *self, gconstpointer data)
{
  SourceFixture *source = &self->source;
  start (self, "srt://127.0.0.1:PORT?latency=20", peer_listen (&self->peer, "127.0.0.1:0"));
  peer_answer (&self->peer);
  send_samples (self, true, 40);
  AWAIT (source, source->quiets == 1);
  unsigned before = source->units_of[CAM_TRACK_AUDIO];
  send_samples (self, true, 40);
  AWAIT (source, source->sounds == 1 && source->units_of[CAM_TRACK_AUDIO] > before + 5);
  stop_source (source);
  assert_times_rise (source);
}

#define ADD(path, data, func) g_test_add ("/srt-source/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("caller", NULL, test_caller);
  ADD ("passphrase", NULL, test_passphrase);
  ADD ("wrong-passphrase", NULL, test_wrong_passphrase);
  ADD ("listener", "srt://:PORT", test_adopted);
  ADD ("published", "srt:?framing=ts", test_adopted);
  ADD ("nobody/listener", "srt://:PORT", test_nobody);
  ADD ("nobody/published", "srt:", test_nobody);
  ADD ("no-poller", NULL, test_no_poller);
  ADD ("silence", NULL, test_silence);
  ADD ("successor", NULL, test_successor);
  ADD ("same-again", NULL, test_same_again);
  ADD ("both-silent", NULL, test_both_silent);
  ADD ("bit-rate", NULL, test_bit_rate);
  ADD ("framed/auto", "srt://127.0.0.1:PORT?latency=20", test_framed);
  ADD ("framed/said", "srt://127.0.0.1:PORT?latency=20&framing=framed", test_framed);
  ADD ("raw/auto", "srt://127.0.0.1:PORT?latency=20", test_raw);
  ADD ("raw/said", "srt://127.0.0.1:PORT?latency=20&framing=raw&rate=44100&channels=1", test_raw);
  ADD ("raw/by-three", NULL, test_raw_by_three);
  ADD ("sound-again", NULL, test_sound_again);
  ADD ("stop/dialling", NULL, test_stop);
  ADD ("stop/connected", GINT_TO_POINTER (1), test_stop);
  return g_test_run ();
}
