#include "ingest/framed-sound.h"

#include <string.h>

#include "sound/sound-choice.h"
#include "sound/sound-encoder.h"
#include "wire/framed-audio.h"

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))
#define FLOOR_NS INT64_C (77000000)

enum { RATE = 48000, CHANNELS = 2, PIECE = CAM_FRAMED_MESSAGE_BYTES - CAM_FRAMED_HEADER_BYTES };

/* A sink that keeps what it is told; everything on the loop, looked at after the loop came to what is waited for. */
typedef struct {
  CamIngestSink sink;    /* first */
  CamLoopThread *loop;   /* owned */
  CamFramedSound *sound; /* owned; on the loop */
  CamSrtUrl *url;        /* owned */
  GMutex lock;
  GCond changed;
  bool is_done; /* what was posted has run */
  unsigned descriptions;
  uint32_t rate;
  uint8_t channels;
  GByteArray *heard; /* owned; payloads of all units */
  GArray *pts_ns;    /* of int64_t, owned */
  GArray *sizes;     /* of size_t, owned */
  GBytes *metadata;  /* ref */
  CamFramedSoundCounters counters;
  int64_t now_us; /* as messages are told to have arrived */
} Fixture;

typedef void (*Act) (Fixture *self);
typedef struct {
  Fixture *fixture;
  Act act;
} Order;

static int64_t
take_description (CamIngestSink *sink, CamStreamDescription *description)
{
  Fixture *self = (Fixture *) sink;
  const CamTrack *audio = description->tracks[CAM_TRACK_AUDIO];
  g_assert_null (description->tracks[CAM_TRACK_VIDEO]);
  g_assert_cmpint (audio->codec, ==, CAM_CODEC_L16);
  g_assert_cmpuint (audio->clock_rate, ==, audio->sample_rate);
  self->descriptions++;
  self->rate = audio->sample_rate;
  self->channels = audio->channels;
  return FLOOR_NS;
}

static bool
take_unit (CamIngestSink *sink,
           CamTrackKind track,
           const uint8_t *data,
           size_t size,
           bool is_key,
           bool is_damaged,
           int64_t pts_ns,
           int64_t dts_ns,
           int64_t arrived_us)
{
  Fixture *self = (Fixture *) sink;
  g_assert_cmpint (track, ==, CAM_TRACK_AUDIO);
  g_assert_true (is_key && !is_damaged);
  g_assert_cmpint (pts_ns, ==, dts_ns);
  g_assert_cmpint (pts_ns, >, self->pts_ns->len > 0 ? g_array_index (self->pts_ns, int64_t, self->pts_ns->len - 1) : FLOOR_NS);
  g_mutex_lock (&self->lock);
  g_byte_array_append (self->heard, data, (guint) size);
  g_array_append_val (self->pts_ns, pts_ns);
  g_array_append_val (self->sizes, size);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return true;
}

static void
take_metadata (CamIngestSink *sink, GBytes *json)
{
  Fixture *self = (Fixture *) sink;
  g_clear_pointer (&self->metadata, g_bytes_unref);
  self->metadata = g_bytes_ref (json);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->sink = (CamIngestSink){.describe = take_description, .unit = take_unit, .metadata = take_metadata};
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->url = cam_srt_url_new ();
  self->url->payload = CAM_SRT_PAYLOAD_FRAMED;
  self->heard = g_byte_array_new ();
  self->pts_ns = g_array_new (FALSE, FALSE, sizeof (int64_t));
  self->sizes = g_array_new (FALSE, FALSE, sizeof (size_t));
  self->now_us = 1000 * G_USEC_PER_SEC;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

static void
on_order (gpointer data)
{
  Order *order = data;
  Fixture *self = order->fixture;
  order->act (self);
  g_mutex_lock (&self->lock);
  self->is_done = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Runs @act on the loop and waits for its end. */
static void
run (Fixture *self, Act act)
{
  Order order = {self, act};
  self->is_done = false;
  g_assert_true (cam_loop_thread_post (self->loop, on_order, &order, NULL));
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while (!self->is_done && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_true (self->is_done);
  g_mutex_unlock (&self->lock);
}

/* Until so many bytes were heard. */
static void
await_bytes (Fixture *self, size_t size)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while (self->heard->len < size && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_cmpuint (self->heard->len, >=, size);
  g_mutex_unlock (&self->lock);
}

static void
free_sound (Fixture *self)
{
  g_clear_pointer (&self->sound, cam_framed_sound_free);
}

static void
make_sound (Fixture *self)
{
  self->sound = cam_framed_sound_new (&self->sink, self->loop, self->url);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  run (self, free_sound);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_srt_url_free (self->url);
  g_byte_array_unref (self->heard);
  g_array_unref (self->pts_ns);
  g_array_unref (self->sizes);
  g_clear_pointer (&self->metadata, g_bytes_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
send_payload (Fixture *self, CamFramedType type, CamFramedFormat format, const void *payload, size_t size)
{
  for (size_t at = 0; at < size; at += PIECE) {
    uint8_t message[CAM_FRAMED_MESSAGE_BYTES];
    size_t here = MIN (PIECE, size - at);
    cam_framed_write_header (message, type, format, size, here, at > 0);
    memcpy (message + CAM_FRAMED_HEADER_BYTES, (const uint8_t *) payload + at, here);
    cam_framed_sound_take (self->sound, message, CAM_FRAMED_HEADER_BYTES + here, self->now_us);
  }
}

static int16_t
get_sample (unsigned i)
{
  return (int16_t) (i * 7919);
}

/* What was heard is the counted samples from the first one on. */
static void
check_heard (Fixture *self, size_t samples)
{
  g_assert_cmpuint (self->heard->len, ==, 2 * samples);
  for (unsigned i = 0; i < samples; i++)
    g_assert_cmpint ((int16_t) (self->heard->data[2 * i] << 8 | self->heard->data[2 * i + 1]), ==, get_sample (i));
}

/* @frames of stereo from sample @from on, little-endian, in messages of @piece frames, in real time. */
static void
send_samples (Fixture *self, unsigned from, unsigned frames, unsigned piece)
{
  uint8_t payload[4000 * 2 * CHANNELS];
  for (unsigned at = 0; at < frames; at += piece) {
    unsigned here = MIN (piece, frames - at) * CHANNELS;
    for (unsigned i = 0; i < here; i++) {
      uint16_t sample = (uint16_t) get_sample ((from + at) * CHANNELS + i);
      payload[2 * i] = (uint8_t) sample;
      payload[2 * i + 1] = (uint8_t) (sample >> 8);
    }
    send_payload (self, CAM_FRAMED_AUDIO, CAM_FRAMED_L16, payload, here * 2);
    self->now_us += (int64_t) here / CHANNELS * G_USEC_PER_SEC / RATE;
  }
}

static void
act_samples (Fixture *self)
{
  static const unsigned pieces[] = {240, 960, 48, 1152, 4000, 333};
  make_sound (self);
  for (unsigned i = 0; i < G_N_ELEMENTS (pieces); i++)
    send_samples (self, i * 4800, 4800, pieces[i]);
  CamFramedSoundCounters counters = cam_framed_sound_get_counters (self->sound);
  g_assert_cmpuint (counters.malformed, ==, 0);
  g_assert_cmpuint (counters.overrun, ==, 0);
  g_assert_cmpuint (counters.epochs, ==, 1);
}

/* Samples arrive bit for bit, described once, in units of 5 to 20 ms whose times advance as the samples do. */
static void
test_samples (Fixture *self, gconstpointer data)
{
  run (self, act_samples);
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_cmpuint (self->rate, ==, RATE);
  g_assert_cmpuint (self->channels, ==, CHANNELS);
  size_t samples = 6 * 4800 * CHANNELS;
  size_t waiting = samples - self->heard->len / 2; /* the splice's 5 ms, and less than a unit */
  g_assert_cmpuint (waiting, >=, 240 * CHANNELS);
  g_assert_cmpuint (waiting, <, 480 * CHANNELS);
  check_heard (self, samples - waiting);
  int64_t due_ns = g_array_index (self->pts_ns, int64_t, 0);
  for (unsigned i = 0; i < self->pts_ns->len; i++) {
    size_t frames = g_array_index (self->sizes, size_t, i) / 4;
    g_assert_cmpuint (frames, >=, 240);
    g_assert_cmpuint (frames, <=, 960);
    g_assert_cmpint (ABS (g_array_index (self->pts_ns, int64_t, i) - due_ns), <, 1000000);
    due_ns += (int64_t) frames * 1000000000 / RATE;
  }
}

static void
act_raw (Fixture *self)
{
  self->url->payload = CAM_SRT_PAYLOAD_RAW;
  self->url->rate = 44100;
  self->url->channels = 3;
  make_sound (self);
  uint8_t bytes[44100 * 3 * 2 / 10];
  for (unsigned i = 0; i < sizeof bytes / 2; i++) {
    bytes[2 * i] = (uint8_t) get_sample (i);
    bytes[2 * i + 1] = (uint8_t) ((uint16_t) get_sample (i) >> 8);
  }
  /* Frames lie across messages. */
  for (size_t at = 0; at < sizeof bytes; at += 1316)
    cam_framed_sound_take (self->sound, bytes + at, MIN (1316, sizeof bytes - at), self->now_us);
  cam_framed_sound_take (self->sound, bytes, 1, self->now_us);
}

static void
test_raw (Fixture *self, gconstpointer data)
{
  run (self, act_raw);
  g_assert_cmpuint (self->rate, ==, 44100);
  g_assert_cmpuint (self->channels, ==, 3);
  g_assert_cmpuint (self->heard->len, >, 4410 * 6 - 221 * 6);
  check_heard (self, self->heard->len / 2);
}

static void
send_unit (const uint8_t *unit, size_t size, gpointer data)
{
  Fixture *self = data;
  bool is_flac = size > 2 && unit[0] == 0xff && unit[1] >= 0xf8;
  send_payload (self, CAM_FRAMED_AUDIO, is_flac ? CAM_FRAMED_FLAC : CAM_FRAMED_OPUS, unit, size);
  self->now_us += 20000;
}

/* Counted samples in FLAC, @blocks of them. */
static void
send_encoded (Fixture *self, CamCodec codec, uint32_t rate, unsigned blocks)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  track->sample_rate = rate;
  track->channels = CHANNELS;
  CamSoundEncoder *encoder = cam_sound_encoder_new (track, &(CamSoundSettings){0}, NULL);
  unsigned samples = cam_sound_encoder_get_frame (encoder) * CHANNELS;
  g_autofree int16_t *frame = g_new (int16_t, samples);
  for (unsigned block = 0; block < blocks; block++) {
    for (unsigned i = 0; i < samples; i++)
      frame[i] = get_sample (block * samples + i);
    g_assert_true (cam_sound_encoder_take (encoder, frame, send_unit, self));
  }
  cam_sound_encoder_free (encoder);
}

static void
act_flac (Fixture *self)
{
  make_sound (self);
  send_encoded (self, CAM_CODEC_FLAC, 44100, 11);
}

/* The first format is the stream's: FLAC of 44.1 kHz leaves at 44.1 kHz, bit for bit. */
static void
test_flac (Fixture *self, gconstpointer data)
{
  run (self, act_flac);
  size_t samples = (10 * 1152 - 220) * CHANNELS;
  await_bytes (self, 2 * (samples - 220 * CHANNELS));
  g_assert_cmpuint (self->rate, ==, 44100);
  g_assert_cmpuint (self->descriptions, ==, 1);
  check_heard (self, self->heard->len / 2);
}

static void
act_changing (Fixture *self)
{
  make_sound (self);
  for (unsigned i = 0; i < 10; i++) {
    send_samples (self, 0, 2400, 240);
    send_encoded (self, CAM_CODEC_OPUS, 48000, 3);
    send_encoded (self, CAM_CODEC_FLAC, 44100, 3);
  }
}

static void
note_counters (Fixture *self)
{
  self->counters = cam_framed_sound_get_counters (self->sound);
}

/* Until the decoders' thread has come so far. */
static void
await_counters (Fixture *self, uint64_t epochs, uint64_t undecoded)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  do
    run (self, note_counters);
  while ((self->counters.epochs < epochs || self->counters.undecoded < undecoded) && g_get_monotonic_time () < deadline_us);
  g_assert_cmpuint (self->counters.epochs, ==, epochs);
  g_assert_cmpuint (self->counters.undecoded, ==, undecoded);
}

/* Ten rounds of three codecs: an epoch each, one description, and what leaves is as long as what came but for the cuts. */
static void
test_changing_codecs (Fixture *self, gconstpointer data)
{
  run (self, act_changing);
  size_t frames = 10 * (2400 + 3 * 960 - 312 + 2 * 1152 * 48000 / 44100);
  await_counters (self, 30, 0);
  await_bytes (self, (frames - 30 * 480 - 480) * 4);
  g_assert_cmpuint (self->counters.malformed + self->counters.overrun, ==, 0);
  g_assert_cmpuint (self->heard->len, <=, frames * 4);
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_cmpuint (self->rate, ==, RATE);
}

static void
act_freed_at_work (Fixture *self)
{
  make_sound (self);
  send_encoded (self, CAM_CODEC_OPUS, 48000, 200);
  free_sound (self);
}

/* Freed while its thread has work: nothing is said any more. */
static void
test_freed_at_work (Fixture *self, gconstpointer data)
{
  for (unsigned i = 0; i < 20; i++)
    run (self, act_freed_at_work);
  g_assert_cmpuint (self->heard->len, ==, 0);
  g_assert_cmpuint (self->descriptions, ==, 0);
}

static void
act_metadata (Fixture *self)
{
  make_sound (self);
  g_assert_null (cam_framed_sound_ref_metadata (self->sound));
  send_payload (self, CAM_FRAMED_METADATA, CAM_FRAMED_L16, "{\"on\":\"air\"}", 12);
  g_autofree char *large = g_strnfill (3000, 'x');
  send_payload (self, CAM_FRAMED_METADATA, CAM_FRAMED_L16, large, 3000);
  send_payload (self, CAM_FRAMED_METADATA, CAM_FRAMED_L16, "\xff\xfe", 2);
  send_payload (self, CAM_FRAMED_METADATA, CAM_FRAMED_L16, "a\0b", 3);
  g_autofree char *too_large = g_strnfill (4097, 'y');
  send_payload (self, CAM_FRAMED_METADATA, CAM_FRAMED_L16, too_large, 4097);
  g_autoptr (GBytes) newest = cam_framed_sound_ref_metadata (self->sound);
  g_assert_cmpmem (g_bytes_get_data (newest, NULL), g_bytes_get_size (newest), large, 3000);
  CamFramedSoundCounters counters = cam_framed_sound_get_counters (self->sound);
  g_assert_cmpuint (counters.oversize, ==, 1);
  g_assert_cmpuint (counters.malformed, ==, 3);
}

static void
test_metadata (Fixture *self, gconstpointer data)
{
  run (self, act_metadata);
  g_assert_cmpuint (g_bytes_get_size (self->metadata), ==, 3000);
  g_assert_cmpuint (self->descriptions, ==, 0);
}

static void
act_nonsense (Fixture *self)
{
  static const uint8_t noise[700] = {0x55, 0xaa, 3};
  make_sound (self);
  send_payload (self, CAM_FRAMED_AUDIO, CAM_FRAMED_L16, noise, 3);              /* no whole frame */
  send_payload (self, CAM_FRAMED_AUDIO, CAM_FRAMED_MP2, noise, 700);            /* no header */
  send_payload (self, CAM_FRAMED_AUDIO, CAM_FRAMED_MP2, "\xff\xfd\xa4\x00", 4); /* the beginning of a frame */
  g_assert_cmpuint (cam_framed_sound_get_counters (self->sound).undecoded, ==, 3);
  send_payload (self, CAM_FRAMED_AUDIO, CAM_FRAMED_FLAC, noise, 700);
  send_payload (self, CAM_FRAMED_AUDIO, CAM_FRAMED_OPUS, "\xff", 1);
  send_encoded (self, CAM_CODEC_FLAC, 48000, 12);
}

/* What no decoder takes is counted, and what follows is heard. */
static void
test_nonsense (Fixture *self, gconstpointer data)
{
  run (self, act_nonsense);
  await_bytes (self, 10 * 1152 * 4);
  await_counters (self, 4, 5);
  g_assert_cmpuint (self->counters.malformed, ==, 5);
  check_heard (self, self->heard->len / 2);
}

static void
act_slow (Fixture *self)
{
  make_sound (self);
  send_encoded (self, CAM_CODEC_FLAC, 20, 4);
  send_encoded (self, CAM_CODEC_FLAC, RATE, 12);
  send_encoded (self, CAM_CODEC_FLAC, 1, 4);
}

/* Frames that say that they last for minutes are none, neither as the first nor behind others: what comes of them would have no end. */
static void
test_slow (Fixture *self, gconstpointer data)
{
  run (self, act_slow);
  await_counters (self, 1, 6);
  g_assert_cmpuint (self->rate, ==, RATE);
  g_assert_cmpuint (self->heard->len, <=, 11 * 1152 * 4);
  check_heard (self, self->heard->len / 2);
}

static void
act_flood (Fixture *self)
{
  make_sound (self);
  send_samples (self, 0, 60 * RATE, 4000);
  CamFramedSoundCounters counters = cam_framed_sound_get_counters (self->sound);
  g_assert_cmpuint (counters.overrun, >, 300);
  g_assert_cmpuint (self->heard->len, <=, 17 * RATE * 4);
}

/* A minute of sound within a moment is more than anybody held back. */
static void
test_flood (Fixture *self, gconstpointer data)
{
  run (self, act_flood);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  static const struct {
    const char *path;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
      {"/framed-sound/samples", test_samples},
      {"/framed-sound/raw", test_raw},
      {"/framed-sound/flac", test_flac},
      {"/framed-sound/changing-codecs", test_changing_codecs},
      {"/framed-sound/freed-at-work", test_freed_at_work},
      {"/framed-sound/metadata", test_metadata},
      {"/framed-sound/nonsense", test_nonsense},
      {"/framed-sound/slow", test_slow},
      {"/framed-sound/flood", test_flood},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
