#include "ingest/l16-units.h"

#define FLOOR_NS INT64_C (77000000)
#define START_US (1000 * (int64_t) G_USEC_PER_SEC)
#define MS INT64_C (1000000)

enum { RATE = 48000, MOST_FRAMES = 9600 };

typedef struct {
  CamIngestSink sink; /* first */
  CamL16Units *units; /* owned */
  unsigned descriptions;
  uint32_t rate;
  uint8_t channels;
  uint64_t bytes;
  GArray *pts_ns; /* of int64_t, owned */
  GArray *sizes;  /* of size_t, owned */
  uint8_t first[2];
  int64_t now_us;
} Fixture;

static int64_t
take_description (CamIngestSink *sink, CamStreamDescription *description)
{
  Fixture *self = (Fixture *) sink;
  self->descriptions++;
  self->rate = description->tracks[CAM_TRACK_AUDIO]->clock_rate;
  self->channels = description->tracks[CAM_TRACK_AUDIO]->channels;
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
  g_assert_cmpint (arrived_us, ==, self->now_us);
  g_assert_cmpint (pts_ns, >, self->pts_ns->len > 0 ? g_array_index (self->pts_ns, int64_t, self->pts_ns->len - 1) : FLOOR_NS);
  if (self->bytes == 0) {
    self->first[0] = data[0];
    self->first[1] = data[1];
  }
  self->bytes += size;
  g_array_append_val (self->pts_ns, pts_ns);
  g_array_append_val (self->sizes, size);
  return true;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->sink = (CamIngestSink){.describe = take_description, .unit = take_unit};
  self->units = cam_l16_units_new (&self->sink);
  self->pts_ns = g_array_new (FALSE, FALSE, sizeof (int64_t));
  self->sizes = g_array_new (FALSE, FALSE, sizeof (size_t));
  self->now_us = START_US;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_l16_units_free (self->units);
  g_array_unref (self->pts_ns);
  g_array_unref (self->sizes);
}

/* @packets of @frames each, as they are played, each @jitter_us late in turns. */
static void
take (Fixture *self, unsigned packets, unsigned frames, unsigned channels, int64_t jitter_us)
{
  static const int16_t samples[MOST_FRAMES * 2] = {0x1234};
  int64_t began_us = self->now_us;
  for (unsigned i = 0; i < packets; i++) {
    self->now_us = began_us + (int64_t) i * frames * G_USEC_PER_SEC / RATE + (i % 2) * jitter_us;
    cam_l16_units_begin (self->units, self->now_us);
    cam_l16_units_take (self->units, &(CamPcm){.samples = samples, .frames = frames, .rate = RATE, .channels = channels});
  }
  self->now_us = began_us + (int64_t) packets * frames * G_USEC_PER_SEC / RATE;
}

static int64_t
get_pts (const Fixture *self, unsigned i)
{
  return g_array_index (self->pts_ns, int64_t, i);
}

static int64_t
get_last_pts (const Fixture *self)
{
  return get_pts (self, self->pts_ns->len - 1);
}

static void
test_description (Fixture *self, gconstpointer data)
{
  cam_l16_units_raise_floor (self->units, INT64_MAX); /* of nothing that began yet */
  take (self, 10, 240, 1, 0);
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_cmpuint (self->rate, ==, RATE);
  g_assert_cmpuint (self->channels, ==, 1);
  g_assert_cmpuint (self->first[0], ==, 0x12); /* big-endian */
  g_assert_cmpuint (self->first[1], ==, 0x34);
}

/* Units of 5 to 20 ms, whatever comes, and nothing gets lost on the way. */
static void
test_sizes (Fixture *self, gconstpointer data)
{
  static const unsigned pieces[] = {1, 48, 239, 240, 441, 960, 961, 1152, 5760, MOST_FRAMES};
  uint64_t frames = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS (pieces); i++) {
    unsigned packets = MAX (4800 / pieces[i], 2);
    take (self, packets, pieces[i], 2, 0);
    frames += (uint64_t) packets * pieces[i];
    g_assert_cmpuint (frames - self->bytes / 4, <, 240);
  }
  for (unsigned i = 0; i < self->sizes->len; i++) {
    g_assert_cmpuint (g_array_index (self->sizes, size_t, i), >=, 240 * 4);
    g_assert_cmpuint (g_array_index (self->sizes, size_t, i), <=, 960 * 4);
  }
}

/* Times advance as the samples do, however these come. */
static void
test_times (Fixture *self, gconstpointer data)
{
  take (self, 500, 1152, 2, 30000);
  int64_t due_ns = get_pts (self, 0);
  int64_t worst_ns = 0;
  for (unsigned i = 0; i < self->pts_ns->len; i++) {
    worst_ns = MAX (worst_ns, ABS (get_pts (self, i) - due_ns));
    due_ns += (int64_t) (g_array_index (self->sizes, size_t, i) / 4) * 1000 * MS / RATE;
  }
  g_test_message ("worst: %.3f ms", worst_ns / 1e6);
  g_assert_cmpint (worst_ns, <, MS);
}

static void
test_gap (Fixture *self, gconstpointer data)
{
  take (self, 20, 240, 2, 0);
  self->now_us += 400000;
  take (self, 20, 240, 2, 0);
  g_assert_cmpint (ABS (get_last_pts (self) - (self->now_us - 5000) * 1000), <, 2 * MS);
}

/* A sender that stood still and then sends all it has: times go on rising and stay near arrival. */
static void
test_burst (Fixture *self, gconstpointer data)
{
  take (self, 20, 240, 2, 0);
  self->now_us += 8 * G_USEC_PER_SEC;
  for (unsigned i = 0; i < 1600; i++) {
    int64_t now_us = self->now_us;
    take (self, 1, 240, 2, 0);
    self->now_us = now_us;
    g_assert_cmpint (get_last_pts (self) - now_us * 1000, <, 2000 * MS);
  }
  take (self, 4000, 240, 2, 0);
  g_test_message ("20 s later: %.1f ms ahead", (get_last_pts (self) - self->now_us * 1000) / 1e6);
  g_assert_cmpint (get_last_pts (self) - self->now_us * 1000, <, 300 * MS);
}

static void
test_floor (Fixture *self, gconstpointer data)
{
  take (self, 20, 240, 2, 0);
  cam_l16_units_raise_floor (self->units, self->now_us * 1000 + 50 * MS);
  take (self, 1, 240, 2, 0);
  g_assert_cmpint (get_last_pts (self), >, (self->now_us - 5000) * 1000 + 50 * MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  static const struct {
    const char *path;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
      {"/l16-units/description", test_description},
      {"/l16-units/sizes", test_sizes},
      {"/l16-units/times", test_times},
      {"/l16-units/gap", test_gap},
      {"/l16-units/burst", test_burst},
      {"/l16-units/floor", test_floor},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
