#include "ingest/srt-media.h"

#include <string.h>

#include "ts-sender.h"

#define MS INT64_C (1000)
#define START (5000 * 1000 * MS)

/* MPEG-TS only: sound alone needs a loop, and is tested with the source. */
typedef struct {
  CamIngestSink sink; /* first */
  CamStreamHub *hub;
  CamCameraConfig *camera;
  CamSrtUrl *url;
  CamIngestSetup setup;
  CamSrtMedia *media;
  TsSender sender;
  int64_t now_us;
  unsigned n_descriptions;
  unsigned n_units;
  unsigned n_quiets;
  unsigned n_sounds;
} Fixture;

static int64_t
on_describe (CamIngestSink *sink, CamStreamDescription *description G_GNUC_UNUSED)
{
  ((Fixture *) sink)->n_descriptions++;
  return 0;
}

static bool
on_unit (CamIngestSink *sink,
         CamTrackKind track G_GNUC_UNUSED,
         const uint8_t *data G_GNUC_UNUSED,
         size_t size G_GNUC_UNUSED,
         bool is_key G_GNUC_UNUSED,
         bool is_damaged G_GNUC_UNUSED,
         int64_t pts_ns G_GNUC_UNUSED,
         int64_t dts_ns G_GNUC_UNUSED,
         int64_t arrived_us G_GNUC_UNUSED)
{
  ((Fixture *) sink)->n_units++;
  return true;
}

static void
on_quiet (CamIngestSink *sink)
{
  ((Fixture *) sink)->n_quiets++;
}

static int64_t
on_sounds (CamIngestSink *sink)
{
  ((Fixture *) sink)->n_sounds++;
  return 0;
}

static const CamIngestSink sink = {.describe = on_describe, .unit = on_unit, .quiet = on_quiet, .sounds = on_sounds};

static void
set_up (Fixture *self, gconstpointer data)
{
  self->sink = sink;
  self->now_us = START;
  self->hub = cam_stream_hub_new ("cam", "main");
  self->camera = cam_camera_config_new ("cam");
  self->url = cam_srt_url_new ();
  self->url->payload = GPOINTER_TO_INT (data);
  self->setup = (CamIngestSetup){.camera = self->camera, .hub = self->hub};
  self->media = cam_srt_media_new (&self->setup, &self->camera->streams[CAM_STREAM_MAIN], self->url, &self->sink, START);
  ts_sender_open (&self->sender, true, CAM_CODEC_OPUS);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_srt_media_free (self->media);
  ts_sender_close (&self->sender);
  cam_srt_url_free (self->url);
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
}

static void
carry (Fixture *self)
{
  for (GBytes *message = ts_take_message (&self->sender); message != NULL; message = ts_take_message (&self->sender)) {
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data (message, &size);
    cam_srt_media_take (self->media, data, size, self->now_us);
    g_bytes_unref (message);
  }
}

static void
play (Fixture *self, unsigned n_pictures)
{
  for (unsigned i = 0; i < n_pictures; i++) {
    ts_send_next (&self->sender);
    carry (self);
    self->now_us += 40 * MS;
  }
}

static void
assert_check (Fixture *self, int64_t now_us, CamReason reason, const char *what)
{
  g_autofree char *detail = NULL;
  g_assert_cmpint (cam_srt_media_check (self->media, now_us, &detail), ==, reason);
  g_assert_true (what == NULL ? detail == NULL : strstr (detail, what) != NULL);
}

static void
test_flow (Fixture *self, gconstpointer data)
{
  play (self, 50);
  g_assert_cmpuint (self->n_descriptions, ==, 1);
  g_assert_cmpuint (self->n_units, >, 140);
  const CamSrtMediaCounters counters = cam_srt_media_get_counters (self->media);
  g_assert_cmpuint (counters.bytes, >, 50 * 3000);
  g_assert_cmpuint (counters.lost + counters.malformed, ==, 0);
}

/* From the last message on half a second, to the microsecond. */
static void
test_silence (Fixture *self, gconstpointer data)
{
  play (self, 30);
  int64_t last_us = self->now_us - 40 * MS;
  g_assert_cmpint (cam_srt_media_get_due_us (self->media), ==, last_us + 500 * MS);
  assert_check (self, last_us + 500 * MS - 1, CAM_REASON_NONE, NULL);
  g_assert_cmpuint (self->n_quiets, ==, 0);
  assert_check (self, last_us + 500 * MS, CAM_REASON_NONE, NULL);
  g_assert_cmpuint (self->n_quiets, ==, 1);
  g_assert_cmpint (cam_srt_media_get_due_us (self->media), ==, INT64_MAX);
  assert_check (self, last_us + 3600 * 1000 * MS, CAM_REASON_NONE, NULL); /* whether the connection stands, SRT says */
  g_assert_cmpuint (self->n_quiets, ==, 1);
  self->now_us += 3600 * 1000 * MS;
  play (self, 30);
  g_assert_cmpuint (self->n_sounds, ==, 1);
  assert_check (self, self->now_us, CAM_REASON_NONE, NULL);
}

/* Messages come, but nothing in them: that is no silence, and has an end. */
static void
test_stall (Fixture *self, gconstpointer data)
{
  const uint8_t filler[CAM_TS_PACKET_BYTES] = {CAM_TS_SYNC, 0x1f, 0xff, 0x10};
  play (self, 30);
  const int64_t last_us = self->now_us;
  for (; self->now_us < last_us + self->camera->streams[CAM_STREAM_MAIN].stall_timeout - 200 * MS; self->now_us += 100 * MS) {
    cam_srt_media_take (self->media, filler, sizeof filler, self->now_us);
    assert_check (self, self->now_us, CAM_REASON_NONE, NULL);
  }
  for (; self->now_us < last_us + self->camera->streams[CAM_STREAM_MAIN].stall_timeout; self->now_us += 100 * MS)
    cam_srt_media_take (self->media, filler, sizeof filler, self->now_us);
  assert_check (self, self->now_us, CAM_REASON_STALL, "no complete picture");
  g_assert_cmpuint (self->n_quiets, ==, 0);
}

/* Sound that was known before is not waited for, unless that proved wrong. */
static void
test_known_sound (Fixture *self, gconstpointer data)
{
  g_autoptr (CamStreamDescription) known = ts_describe (true, CAM_CODEC_AAC);
  cam_stream_hub_set_description (self->hub, known);
  ts_sender_close (&self->sender);
  ts_sender_open (&self->sender, true, CAM_CODEC_AAC);
  self->setup.was_other = data != NULL;
  for (unsigned i = 0; i < 3; i++)
    ts_send_picture (&self->sender, i == 0, 3000);
  carry (self);
  g_assert_cmpuint (self->n_descriptions, ==, self->setup.was_other ? 0 : 1);
  play (self, 10);
  g_assert_cmpuint (self->n_descriptions, >=, 1);
}

/* A connection on which nothing ever came ends; it is not silent before it is described. */
static void
test_mute (Fixture *self, gconstpointer data)
{
  const bool is_known_kind = GPOINTER_TO_INT (data) == CAM_SRT_PAYLOAD_TS;
  const int64_t due_us = START + 10 * 1000 * MS;
  g_assert_cmpint (cam_srt_media_get_due_us (self->media), ==, due_us);
  assert_check (self, due_us - 1, CAM_REASON_NONE, NULL);
  assert_check (self, due_us, CAM_REASON_STALL, is_known_kind ? "no picture or sound" : "not a byte");
  g_assert_cmpuint (self->n_quiets, ==, 0);
}

/* What is not MPEG-TS in front, of a stream that is joined anywhere, is passed over. */
static void
test_late_sync (Fixture *self, gconstpointer data)
{
  cam_srt_media_take (self->media, (const uint8_t *) "not yet", 7, self->now_us);
  play (self, 40);
  g_assert_cmpuint (self->n_descriptions, ==, 1);
}

static void
test_bit_rate (Fixture *self, gconstpointer data)
{
  self->camera->streams[CAM_STREAM_MAIN].max_bitrate = 64000;
  cam_srt_media_free (self->media);
  self->media = cam_srt_media_new (&self->setup, &self->camera->streams[CAM_STREAM_MAIN], self->url, &self->sink, START);
  play (self, 25);
  const CamSrtMediaCounters counters = cam_srt_media_get_counters (self->media);
  g_assert_cmpuint (counters.bytes, >, 25 * 3000);
  g_assert_cmpuint (counters.lost, >, 40);
}

#define ADD(path, payload, func) g_test_add ("/srt-media/" path, Fixture, GINT_TO_POINTER (payload), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("flow/auto", CAM_SRT_PAYLOAD_AUTO, test_flow);
  ADD ("flow/ts", CAM_SRT_PAYLOAD_TS, test_flow);
  ADD ("silence", CAM_SRT_PAYLOAD_AUTO, test_silence);
  ADD ("stall", CAM_SRT_PAYLOAD_AUTO, test_stall);
  ADD ("known-sound/right", CAM_SRT_PAYLOAD_AUTO, test_known_sound);
  ADD ("known-sound/wrong", CAM_SRT_PAYLOAD_TS, test_known_sound);
  ADD ("mute/auto", CAM_SRT_PAYLOAD_AUTO, test_mute);
  ADD ("mute/ts", CAM_SRT_PAYLOAD_TS, test_mute);
  ADD ("late-sync", CAM_SRT_PAYLOAD_AUTO, test_late_sync);
  ADD ("bit-rate", CAM_SRT_PAYLOAD_AUTO, test_bit_rate);
  return g_test_run ();
}
