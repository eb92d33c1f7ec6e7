#include "ingest/ts-tracks.h"

#include "ts-sender.h"

#define MS INT64_C (1000)
#define START (5000 * 1000 * MS)

/* The tracks with a sink that remembers; time goes on with each picture. */
typedef struct {
  CamIngestSink sink; /* first */
  CamTsTracks *tracks;
  TsSender sender;
  int64_t now_us;
  int64_t floor_ns;                  /* what describe and sounds answer */
  CamStreamDescription *description; /* ref; the newest */
  unsigned n_descriptions;
  unsigned n_sounds; /* said */
  unsigned n_units[CAM_N_TRACKS];
  unsigned n_keys;
  int64_t first_ns[CAM_N_TRACKS];
  int64_t last_ns[CAM_N_TRACKS];
  CamTrackKind first_kind; /* since the last description or sounds */
  bool is_first_key;
  bool has_first;
} Fixture;

static int64_t
on_describe (CamIngestSink *sink, CamStreamDescription *description)
{
  Fixture *self = (Fixture *) sink;
  cam_stream_description_unref (self->description);
  self->description = cam_stream_description_ref (description);
  self->n_descriptions++;
  return self->floor_ns;
}

static int64_t
on_sounds (CamIngestSink *sink)
{
  Fixture *self = (Fixture *) sink;
  self->n_sounds++;
  self->has_first = false;
  return self->floor_ns;
}

static bool
on_unit (CamIngestSink *sink,
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
  g_assert_cmpuint (self->n_descriptions, >, 0);
  g_assert_cmpuint (size, >, 0);
  g_assert_cmpint (arrived_us, <=, self->now_us);
  g_assert_cmpint (dts_ns, >, self->last_ns[track]);
  g_assert_cmpint (pts_ns, >=, dts_ns);
  if (!self->has_first) {
    self->first_kind = track;
    self->is_first_key = is_key;
    self->has_first = true;
  }
  if (self->n_units[track]++ == 0)
    self->first_ns[track] = pts_ns;
  self->n_keys += is_key && track == CAM_TRACK_VIDEO;
  self->last_ns[track] = dts_ns;
  return true;
}

static const CamIngestSink sink = {.describe = on_describe, .sounds = on_sounds, .unit = on_unit};

typedef struct {
  bool has_video;
  CamCodec audio;
  bool is_deaf;
  CamStreamDescription *known; /* borrowed */
} Shape;

static void
set_up (Fixture *self, const Shape *shape)
{
  *self = (Fixture){.sink = sink, .now_us = START};
  ts_sender_open (&self->sender, shape->has_video, shape->audio);
  self->tracks = cam_ts_tracks_new (
      &(CamTsTracksSetup){
          .sink = &self->sink,
          .known = shape->known,
          .wants_audio = !shape->is_deaf,
          .stall_timeout_us = 5000 * MS,
      },
      START);
}

static void
tear_down (Fixture *self)
{
  cam_ts_tracks_free (self->tracks);
  ts_sender_close (&self->sender);
  cam_stream_description_unref (self->description);
}

static void
carry (Fixture *self)
{
  for (GBytes *message = ts_take_message (&self->sender); message != NULL; message = ts_take_message (&self->sender)) {
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data (message, &size);
    cam_ts_tracks_take (self->tracks, data, size, self->now_us);
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
test_both (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_OPUS});
  play (&fixture, 100);
  cam_ts_tracks_rest (fixture.tracks, fixture.now_us);
  g_assert_cmpuint (fixture.n_descriptions, ==, 1);
  g_assert_cmpint (fixture.description->tracks[CAM_TRACK_VIDEO]->codec, ==, CAM_CODEC_H264);
  g_assert_cmpuint (fixture.description->tracks[CAM_TRACK_VIDEO]->parameter_sets->len, ==, 2);
  g_assert_cmpint (fixture.description->tracks[CAM_TRACK_AUDIO]->codec, ==, CAM_CODEC_OPUS);
  g_assert_cmpint (fixture.first_kind, ==, CAM_TRACK_VIDEO);
  g_assert_true (fixture.is_first_key);
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_VIDEO], ==, 100);
  g_assert_cmpuint (fixture.n_keys, ==, 4);
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_AUDIO], >=, 198);
  g_assert_cmpint (ABS (fixture.first_ns[CAM_TRACK_AUDIO] - fixture.first_ns[CAM_TRACK_VIDEO]), <=,
                   41 * 1000000); /* sound is there before the picture's end */
  g_assert_cmpuint (cam_ts_tracks_get_lost (fixture.tracks), ==, 0);
  g_assert_cmpuint (cam_ts_tracks_get_malformed (fixture.tracks), ==, 0);
  tear_down (&fixture);
}

static void
test_one_kind (void)
{
  static const Shape shapes[] = {{.has_video = true, .audio = CAM_CODEC_NONE},
                                 {.has_video = false, .audio = CAM_CODEC_OPUS},
                                 {.has_video = true, .audio = CAM_CODEC_OPUS, .is_deaf = true}};
  for (unsigned i = 0; i < G_N_ELEMENTS (shapes); i++) {
    Fixture fixture;
    bool has_audio = shapes[i].audio != CAM_CODEC_NONE && !shapes[i].is_deaf;
    set_up (&fixture, &shapes[i]);
    play (&fixture, 50);
    g_assert_cmpuint (fixture.n_descriptions, ==, 1);
    g_assert_true ((fixture.description->tracks[CAM_TRACK_AUDIO] != NULL) == has_audio);
    g_assert_true ((fixture.n_units[CAM_TRACK_VIDEO] >= 49) == shapes[i].has_video);
    g_assert_true ((fixture.n_units[CAM_TRACK_AUDIO] >= 98) == has_audio);
    tear_down (&fixture);
  }
}

/* Pictures are not kept away for ever by sound that was announced and does not come; what came meanwhile is not lost. */
static void
test_missing_sound (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_AAC});
  for (unsigned i = 0; i < 100; i++) {
    ts_send_picture (&fixture.sender, i == 0, 500);
    carry (&fixture);
    g_assert_cmpuint (fixture.n_descriptions, ==, i > 75 ? 1 : 0);
    fixture.now_us += 40 * MS;
  }
  g_assert_null (fixture.description->tracks[CAM_TRACK_AUDIO]);
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_VIDEO], >=, 99);
  for (unsigned i = 0; i < 4; i++)
    ts_send_sound (&fixture.sender);
  carry (&fixture);
  g_assert_cmpuint (fixture.n_descriptions, ==, 2);
  g_assert_nonnull (fixture.description->tracks[CAM_TRACK_AUDIO]);
  tear_down (&fixture);
}

/* Of a stream that was known before, sound need not be waited for. */
static void
test_known_sound (void)
{
  Fixture fixture;
  g_autoptr (CamStreamDescription) known = ts_describe (true, CAM_CODEC_AAC);
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_AAC, .known = known});
  for (unsigned i = 0; i < 3; i++) {
    ts_send_picture (&fixture.sender, i == 0, 500);
    carry (&fixture);
  }
  g_assert_cmpuint (fixture.n_descriptions, ==, 1);
  g_assert_true (cam_stream_description_same_enough (fixture.description, known));
  tear_down (&fixture);
}

static void
test_begins_at_a_key (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_OPUS});
  fixture.sender.n_pictures = fixture.sender.n_sounds / 2 + 5; /* in the middle of a group */
  play (&fixture, 10);
  g_assert_cmpuint (fixture.n_descriptions, ==, 0);
  play (&fixture, 30);
  g_assert_cmpuint (fixture.n_descriptions, ==, 1);
  g_assert_true (fixture.is_first_key);
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_VIDEO], >=, 18);
  tear_down (&fixture);
}

/* After a rest it goes on with a key picture, above the floor. */
static void
test_rest (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_OPUS});
  play (&fixture, 30);
  cam_ts_tracks_rest (fixture.tracks, fixture.now_us);
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_VIDEO], ==, 30);
  fixture.now_us += 60 * 1000 * MS;
  g_autofree char *detail = NULL;
  g_assert_cmpint (cam_ts_tracks_check (fixture.tracks, fixture.now_us, &detail), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_ts_tracks_get_due_us (fixture.tracks), ==, INT64_MAX);
  fixture.floor_ns = fixture.now_us * 1000 + 500;
  fixture.last_ns[CAM_TRACK_VIDEO] = fixture.floor_ns;
  play (&fixture, 15);
  g_assert_cmpuint (fixture.n_sounds, ==, 0); /* no key picture yet */
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_VIDEO], ==, 30);
  play (&fixture, 15);
  g_assert_cmpuint (fixture.n_sounds, ==, 1);
  g_assert_true (fixture.is_first_key);
  g_assert_cmpint (fixture.first_kind, ==, CAM_TRACK_VIDEO);
  g_assert_cmpuint (fixture.n_units[CAM_TRACK_VIDEO], >, 35);
  g_assert_cmpuint (fixture.n_descriptions, ==, 1);
  g_assert_cmpint (cam_ts_tracks_check (fixture.tracks, fixture.now_us, &detail), ==, CAM_REASON_NONE);
  tear_down (&fixture);
}

static void
assert_over (Fixture *self, CamReason reason, const char *what)
{
  g_autofree char *detail = NULL;
  const int64_t due_us = cam_ts_tracks_get_due_us (self->tracks);
  g_assert_cmpint (cam_ts_tracks_check (self->tracks, due_us - 1, &detail), ==, CAM_REASON_NONE);
  g_assert_cmpint (cam_ts_tracks_check (self->tracks, due_us, &detail), ==, reason);
  g_assert_nonnull (strstr (detail, what));
}

static void
test_ends (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_OPUS});
  assert_over (&fixture, CAM_REASON_STALL, "no picture or sound in it");
  play (&fixture, 30);
  assert_over (&fixture, CAM_REASON_STALL, "no complete picture");
  for (unsigned i = 0; i < 25 * 31; i++) {
    ts_send_picture (&fixture.sender, false, 100);
    carry (&fixture);
    fixture.now_us += 40 * MS;
  }
  g_autofree char *detail = NULL;
  g_assert_cmpint (cam_ts_tracks_check (fixture.tracks, fixture.now_us, &detail), ==, CAM_REASON_NO_KEY);
  g_assert_nonnull (strstr (detail, "no key picture"));
  tear_down (&fixture);
}

/* A message that never came is a hole, and the picture around it is damaged. */
static void
test_loss (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_NONE});
  play (&fixture, 10);
  ts_send_next (&fixture.sender);
  g_bytes_unref (ts_take_message (&fixture.sender));
  carry (&fixture);
  play (&fixture, 10);
  g_assert_cmpuint (cam_ts_tracks_get_lost (fixture.tracks), >, 0);
  tear_down (&fixture);
}

static void
test_rubbish (void)
{
  Fixture fixture;
  set_up (&fixture, &(Shape){.has_video = true, .audio = CAM_CODEC_OPUS});
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  for (unsigned i = 0; i < 2000; i++) {
    uint8_t message[TS_MESSAGE_BYTES];
    for (size_t k = 0; k < sizeof message; k++)
      message[k] = k % CAM_TS_PACKET_BYTES == 0 ? CAM_TS_SYNC : (uint8_t) g_rand_int (random);
    cam_ts_tracks_take (fixture.tracks, message, (size_t) g_rand_int_range (random, 1, sizeof message), fixture.now_us++);
  }
  play (&fixture, 60);
  g_assert_cmpuint (fixture.n_descriptions, ==, 1);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts-tracks/both", test_both);
  g_test_add_func ("/ts-tracks/one-kind", test_one_kind);
  g_test_add_func ("/ts-tracks/missing-sound", test_missing_sound);
  g_test_add_func ("/ts-tracks/known-sound", test_known_sound);
  g_test_add_func ("/ts-tracks/begins-at-a-key", test_begins_at_a_key);
  g_test_add_func ("/ts-tracks/rest", test_rest);
  g_test_add_func ("/ts-tracks/ends", test_ends);
  g_test_add_func ("/ts-tracks/loss", test_loss);
  g_test_add_func ("/ts-tracks/rubbish", test_rubbish);
  return g_test_run ();
}
