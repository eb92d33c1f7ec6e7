#include "ingest/sample-units.h"

#include <string.h>

#define S ((int64_t) G_USEC_PER_SEC)
#define START_US (1000 * S)
#define H264_CAPS "video/x-h264,width=640,height=480"
#define PCMA_CAPS "audio/x-alaw,rate=8000,channels=1"

typedef struct {
  CamIngestSink sink;    /* first */
  CamSampleUnits *units; /* owned */
  unsigned descriptions;
  bool has_audio;
  guint sets;
  unsigned units_of[CAM_N_TRACKS];
  unsigned keys;
  int64_t last_dts_ns[CAM_N_TRACKS];
  uint8_t first_byte;
  int64_t floor_ns;
  uint64_t bytes;
  uint64_t malformed;
} Fixture;

static int64_t
take_description (CamIngestSink *sink, CamStreamDescription *description)
{
  Fixture *self = (Fixture *) sink;
  const CamTrack *video = description->tracks[CAM_TRACK_VIDEO];
  self->descriptions++;
  self->has_audio = description->tracks[CAM_TRACK_AUDIO] != NULL;
  self->sets = video != NULL ? video->parameter_sets->len : 0;
  return self->floor_ns;
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
  g_assert_cmpuint (self->descriptions, >, 0);
  g_assert_false (is_damaged);
  g_assert_cmpint (dts_ns, >, self->last_dts_ns[track]);
  g_assert_cmpint (pts_ns, >=, dts_ns);
  self->last_dts_ns[track] = dts_ns;
  self->units_of[track]++;
  self->keys += track == CAM_TRACK_VIDEO && is_key;
  self->first_byte = data[0];
  return true;
}

static void
take_count (CamIngestSink *sink, const CamIngestTotals *totals)
{
  ((Fixture *) sink)->malformed = totals->malformed;
  ((Fixture *) sink)->bytes = totals->bytes;
}

static void
begin (Fixture *self, bool has_video, bool has_audio)
{
  self->sink = (CamIngestSink){.describe = take_description, .unit = take_unit, .count = take_count};
  self->units = cam_sample_units_new (&self->sink, has_video, has_audio);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  begin (self, true, true);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_sample_units_free (self->units);
}

static bool
give (Fixture *self, CamTrackKind kind, const char *caps_text, const void *data, size_t size, bool is_key, int64_t now_us)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (data, size);
  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  g_autoptr (GstSample) sample = gst_sample_new (buffer, caps, NULL, NULL);
  return cam_sample_units_take (self->units, kind, sample, now_us * 1000, now_us * 1000, now_us);
}

static bool
give_picture (Fixture *self, bool is_key, int64_t now_us)
{
  static const uint8_t key[] = "\0\0\0\3\x67ss\0\0\0\3\x68pp\0\0\0\2\x65i";
  static const uint8_t other[] = "\0\0\0\2\x41p";
  return give (self, CAM_TRACK_VIDEO, H264_CAPS, is_key ? key : other, is_key ? sizeof key - 1 : sizeof other - 1, is_key, now_us);
}

static bool
give_sound (Fixture *self, size_t size, int64_t now_us)
{
  g_autofree uint8_t *samples = g_malloc0 (size);
  return give (self, CAM_TRACK_AUDIO, PCMA_CAPS, samples, size, true, now_us);
}

/* Nothing is said before both tracks are known, and nothing is lost by it. */
static void
test_early (Fixture *self, gconstpointer data)
{
  g_assert_true (give_picture (self, true, START_US));
  g_assert_true (give_picture (self, false, START_US + 1));
  g_assert_cmpuint (self->descriptions, ==, 0);
  g_assert_true (give_sound (self, 160, START_US + 2));
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_true (self->has_audio);
  g_assert_cmpuint (self->sets, ==, 2);
  g_assert_cmpuint (self->units_of[CAM_TRACK_VIDEO], ==, 2);
  g_assert_cmpuint (self->units_of[CAM_TRACK_AUDIO], ==, 1);
  g_assert_cmpuint (self->keys, ==, 1);
}

/* Sound that does not come is not waited for for ever; when it does come after all it is left out. */
static void
test_no_sound (Fixture *self, gconstpointer data)
{
  g_assert_true (give_picture (self, true, START_US));
  g_assert_true (give_picture (self, false, START_US + 3 * S - 1));
  g_assert_cmpuint (self->descriptions, ==, 0);
  g_assert_true (give_picture (self, false, START_US + 3 * S));
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_false (self->has_audio);
  g_assert_cmpuint (self->units_of[CAM_TRACK_VIDEO], ==, 3);
  g_assert_true (give_sound (self, 160, START_US + 4 * S));
  g_assert_cmpuint (self->units_of[CAM_TRACK_AUDIO], ==, 0);
}

/* Pictures that do not come are waited for; of the sound meanwhile only so much is kept. */
static void
test_no_pictures (Fixture *self, gconstpointer data)
{
  for (int i = 0; i < 2000; i++)
    g_assert_true (give_sound (self, 160, START_US + i * S / 50));
  g_assert_cmpuint (self->descriptions, ==, 0);
  g_assert_true (give_picture (self, true, START_US + 41 * S));
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_cmpuint (self->units_of[CAM_TRACK_AUDIO], <, 160);
}

static void
test_slices (Fixture *self, gconstpointer data)
{
  cam_sample_units_free (self->units);
  begin (self, false, true);
  g_assert_true (give_sound (self, 1000, START_US));
  g_assert_cmpuint (self->units_of[CAM_TRACK_AUDIO], ==, 7); /* six of 20 ms and the rest */
  g_assert_cmpint (self->last_dts_ns[CAM_TRACK_AUDIO], ==, START_US * 1000 + 6 * 20000000);
  g_assert_cmpuint (self->bytes, ==, 1000);
}

static void
test_g726 (Fixture *self, gconstpointer data)
{
  cam_sample_units_free (self->units);
  begin (self, false, true);
  g_assert_true (give (self, CAM_TRACK_AUDIO, "audio/x-adpcm,layout=g726,rate=8000,channels=1", "\x12\x34", 2, true, START_US));
  g_assert_cmpuint (self->first_byte, ==, 0x21);
}

/* New parameter sets in mid-stream are described before the picture that needs them. */
static void
test_new_sets (Fixture *self, gconstpointer data)
{
  static const uint8_t key[] = "\0\0\0\3\x67tt\0\0\0\3\x68pp\0\0\0\3\x68qq\0\0\0\2\x65i";
  cam_sample_units_free (self->units);
  begin (self, true, false);
  g_assert_true (give_picture (self, true, START_US));
  g_assert_true (give_picture (self, true, START_US + S));
  g_assert_cmpuint (self->descriptions, ==, 1);
  g_assert_true (give (self, CAM_TRACK_VIDEO, H264_CAPS, key, sizeof key - 1, true, START_US + 2 * S));
  g_assert_cmpuint (self->descriptions, ==, 2);
  g_assert_cmpuint (self->sets, ==, 3);
}

/* Times that stand still or go back are pushed on. */
static void
test_times (Fixture *self, gconstpointer data)
{
  cam_sample_units_free (self->units);
  begin (self, true, false);
  g_assert_true (give_picture (self, true, START_US));
  g_assert_true (give_picture (self, false, START_US));
  g_assert_true (give_picture (self, false, START_US - S));
  g_assert_cmpint (self->last_dts_ns[CAM_TRACK_VIDEO], ==, START_US * 1000 + 2 * 12000); /* ticks of 90 kHz: RTP tells them apart */
}

/* What was pushed elsewhere reaches further than the first sample: all of ours is later by as much, at the same distances. */
static void
test_floor (Fixture *self, gconstpointer data)
{
  self->floor_ns = (START_US + S / 5) * 1000;
  self->last_dts_ns[CAM_TRACK_VIDEO] = self->last_dts_ns[CAM_TRACK_AUDIO] = self->floor_ns;
  g_assert_true (give_picture (self, true, START_US));
  g_assert_true (give_sound (self, 160, START_US + 1000));
  int64_t first_ns = self->last_dts_ns[CAM_TRACK_VIDEO];
  g_assert_cmpint (first_ns, ==, self->floor_ns + 12000);
  g_assert_cmpint (self->last_dts_ns[CAM_TRACK_AUDIO], ==, first_ns + 1000 * 1000);
  g_assert_true (give_picture (self, false, START_US + S / 25));
  g_assert_cmpint (self->last_dts_ns[CAM_TRACK_VIDEO], ==, first_ns + S / 25 * 1000);
}

/* Baseline pictures are sent, progressive ones counted; a stream that begins with one is none. */
static void
test_jpeg (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "jpeg", "420-quality-85.jpg", NULL);
  g_autofree char *picture = NULL;
  gsize size = 0;
  g_assert_true (g_file_get_contents (path, &picture, &size, NULL));
  g_autofree char *progressive = g_memdup2 (picture, size);
  char *frame = memmem (progressive, size, "\xff\xc0", 2);
  g_assert_nonnull (frame);
  frame[1] = (char) 0xc2;
  cam_sample_units_free (self->units);
  begin (self, true, false);
  g_assert_false (give (self, CAM_TRACK_VIDEO, "image/jpeg", progressive, size, true, START_US));
  g_assert_cmpuint (self->descriptions, ==, 0);
  g_assert_true (give (self, CAM_TRACK_VIDEO, "image/jpeg", picture, size, true, START_US));
  g_assert_true (give (self, CAM_TRACK_VIDEO, "image/jpeg", progressive, size, true, START_US + S));
  g_assert_true (give (self, CAM_TRACK_VIDEO, "image/jpeg", picture, size, true, START_US + 2 * S));
  g_assert_cmpuint (self->units_of[CAM_TRACK_VIDEO], ==, 2);
  g_assert_cmpuint (self->malformed, ==, 1);
}

static void
test_foreign (Fixture *self, gconstpointer data)
{
  g_assert_false (give (self, CAM_TRACK_VIDEO, "video/x-vp8", "x", 1, true, START_US));
  g_assert_cmpuint (self->descriptions, ==, 0);
}

#define ADD(path, func) g_test_add ("/sample-units/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  ADD ("early", test_early);
  ADD ("no-sound", test_no_sound);
  ADD ("no-pictures", test_no_pictures);
  ADD ("slices", test_slices);
  ADD ("g726", test_g726);
  ADD ("new-sets", test_new_sets);
  ADD ("times", test_times);
  ADD ("floor", test_floor);
  ADD ("jpeg", test_jpeg);
  ADD ("foreign", test_foreign);
  return g_test_run ();
}
