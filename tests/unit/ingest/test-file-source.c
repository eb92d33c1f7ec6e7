#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

#include "source-fixture.h"

#define FRAME_NS ((int64_t) (40 * GST_MSECOND))
#define FRAMES 25

/* Writes a recording of one second by the pipeline @text, which lacks only the path. */
static char *
write_file (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *whole = g_strconcat (text, path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (whole, &error);
  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return path;
}

typedef struct {
  const char *name;
  const char *text;
  CamCodec video;
  CamCodec audio;
} Recording;

#define PICTURES "videotestsrc num-buffers=25 ! video/x-raw,format=I420,width=160,height=120,framerate=25/1 ! "
#define SOUND "audiotestsrc num-buffers=50 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! "
#define H264_B "x264enc bframes=2 b-adapt=false key-int-max=25 ! h264parse ! "

static const Recording recordings[] = {
    {"b.mp4", PICTURES H264_B "mux. " SOUND "avenc_aac ! aacparse ! mux. mp4mux name=mux ! filesink location=", CAM_CODEC_H264,
     CAM_CODEC_AAC},
    {"b.mkv", PICTURES H264_B "mux. " SOUND "opusenc ! mux. matroskamux name=mux ! filesink location=", CAM_CODEC_H264, CAM_CODEC_OPUS},
    {"b.ts", PICTURES H264_B "mux. " SOUND "lamemp3enc ! mpegaudioparse ! mux. mpegtsmux name=mux ! filesink location=", CAM_CODEC_H264,
     CAM_CODEC_MPEG_AUDIO},
    {"ac3.ts", PICTURES H264_B "mux. " SOUND "avenc_ac3 ! ac3parse ! mux. mpegtsmux name=mux ! filesink location=", CAM_CODEC_H264,
     CAM_CODEC_AC3},
    {"h265.mp4", PICTURES "x265enc log-level=none key-int-max=25 ! h265parse ! mp4mux ! filesink location=", CAM_CODEC_H265,
     CAM_CODEC_NONE},
    {"jpeg.mkv", PICTURES "jpegenc ! matroskamux ! filesink location=", CAM_CODEC_MJPEG, CAM_CODEC_NONE},
    {"pcm.mkv", SOUND "audioconvert ! audio/x-raw,format=S16LE ! matroskamux ! filesink location=", CAM_CODEC_NONE, CAM_CODEC_L16},
};

/* Pictures come in the file's own order at the file's own pace, over the end and the beginning again. */
static void
assert_video (const SourceFixture *self)
{
  int64_t last_end_ns = 0;
  int64_t lowest_ns = INT64_MAX;
  int64_t highest_ns = 0;
  unsigned pictures = 0;
  for (guint i = 0; i < self->units->len; i++) {
    const TakenUnit *unit = &g_array_index (self->units, TakenUnit, i);
    if (unit->track != CAM_TRACK_VIDEO)
      continue;
    pictures++;
    lowest_ns = MIN (lowest_ns, unit->pts_ns);
    highest_ns = MAX (highest_ns, unit->pts_ns);
    if (last_end_ns != 0)
      g_assert_cmpint (unit->dts_ns - last_end_ns, <, 4 * FRAME_NS);
    last_end_ns = unit->dts_ns;
    g_assert_cmpint (unit->arrived_us * 1000, >=, unit->dts_ns);
    g_assert_cmpint (unit->arrived_us * 1000 - unit->dts_ns, <, (int64_t) GST_SECOND);
  }
  int64_t mean_ns = (highest_ns - lowest_ns) / (pictures - 1);
  g_assert_cmpint (mean_ns, >, FRAME_NS * 9 / 10);
  g_assert_cmpint (mean_ns, <, FRAME_NS * 13 / 10);
}

static void
test_recording (SourceFixture *self, gconstpointer data)
{
  const Recording *recording = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("camrelay-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *path = write_file (folder, recording->name, recording->text);
  g_autofree char *url = g_strdup_printf ("file:%s", path);
  start_source (self, &cam_file_kind, url);
  unsigned n_video = recording->video != CAM_CODEC_NONE ? 2 * FRAMES + 5 : 0;
  unsigned n_audio = recording->audio != CAM_CODEC_NONE ? 60 : 0;
  AWAIT (self, self->has_ended || (self->units_of[CAM_TRACK_VIDEO] >= n_video && self->units_of[CAM_TRACK_AUDIO] >= n_audio));
  stop_source (self);
  if (self->has_ended)
    g_test_message ("%s", self->detail);
  g_assert_false (self->has_ended);
  assert_times_rise (self);
  const CamStreamDescription *description = g_ptr_array_index (self->descriptions, 0);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++) {
    const CamTrack *track = description->tracks[kind];
    CamCodec expected = kind == CAM_TRACK_VIDEO ? recording->video : recording->audio;
    g_assert_cmpint (track != NULL ? track->codec : CAM_CODEC_NONE, ==, expected);
  }
  if (n_video > 0)
    assert_video (self);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_missing (SourceFixture *self, gconstpointer data)
{
  start_source (self, &cam_file_kind, "file:/nowhere/at/all.mp4");
  AWAIT (self, self->has_ended);
  g_assert_cmpint (self->reason, ==, CAM_REASON_NOT_FOUND);
  g_assert_nonnull (strstr (self->detail, "/nowhere/at/all.mp4"));
}

static void
test_folder (SourceFixture *self, gconstpointer data)
{
  start_source (self, &cam_file_kind, "file:/");
  AWAIT (self, self->has_ended);
  g_assert_cmpint (self->reason, ==, CAM_REASON_CONFIG);
}

static void
test_no_media (SourceFixture *self, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "meson.build", NULL);
  g_autofree char *url = g_strdup_printf ("file:%s", path);
  start_source (self, &cam_file_kind, url);
  AWAIT (self, self->has_ended);
  g_assert_cmpint (self->reason, ==, CAM_REASON_UNSUPPORTED);
}

static void
test_foreign_codec (SourceFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("camrelay-test-XXXXXX", &error);
  g_autofree char *path = write_file (folder, "vp8.mkv", PICTURES "vp8enc deadline=1 ! matroskamux ! filesink location=");
  g_autofree char *url = g_strdup_printf ("file:%s", path);
  start_source (self, &cam_file_kind, url);
  AWAIT (self, self->has_ended);
  g_assert_cmpint (self->reason, ==, CAM_REASON_UNSUPPORTED);
  g_test_message ("%s", self->detail);
  g_assert_nonnull (strstr (self->detail, "video/x-vp8"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

#define ADD(path, data, func) g_test_add (path, SourceFixture, data, set_up_source, func, tear_down_source)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (recordings); i++) {
    g_autofree char *path = g_strdup_printf ("/file-source/%s", recordings[i].name);
    ADD (path, &recordings[i], test_recording);
  }
  ADD ("/file-source/missing", NULL, test_missing);
  ADD ("/file-source/folder", NULL, test_folder);
  ADD ("/file-source/no-media", NULL, test_no_media);
  ADD ("/file-source/foreign-codec", NULL, test_foreign_codec);
  return g_test_run ();
}
