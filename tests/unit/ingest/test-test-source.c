#include <gst/gst.h>
#include <string.h>

#include "ingest/test-pipeline.h"
#include "source-fixture.h"

#define ENOUGH 12

/* A stream arrives that is what was asked for. */
static void
run_source (SourceFixture *self, const char *url, CamCodec video, CamCodec audio)
{
  start_source (self, &cam_test_kind, url);
  unsigned n_video = video != CAM_CODEC_NONE ? ENOUGH : 0;
  unsigned n_audio = audio != CAM_CODEC_NONE ? ENOUGH : 0;
  AWAIT (self, self->has_ended || (self->units_of[CAM_TRACK_VIDEO] >= n_video && self->units_of[CAM_TRACK_AUDIO] >= n_audio));
  stop_source (self);
  if (self->has_ended)
    g_test_message ("%s: %s", url, self->detail);
  g_assert_false (self->has_ended);
  assert_times_rise (self);
  const CamStreamDescription *description = g_ptr_array_index (self->descriptions, 0);
  const CamTrack *const *tracks = (const CamTrack *const *) description->tracks;
  g_assert_cmpint (tracks[CAM_TRACK_VIDEO] != NULL ? tracks[CAM_TRACK_VIDEO]->codec : CAM_CODEC_NONE, ==, video);
  g_assert_cmpint (tracks[CAM_TRACK_AUDIO] != NULL ? tracks[CAM_TRACK_AUDIO]->codec : CAM_CODEC_NONE, ==, audio);
  g_assert_cmpuint (self->descriptions->len, ==, 1);
}

static const TakenUnit *
first_unit (const SourceFixture *self, CamTrackKind kind)
{
  for (guint i = 0; i < self->units->len; i++)
    if (g_array_index (self->units, TakenUnit, i).track == kind)
      return &g_array_index (self->units, TakenUnit, i);
  return NULL;
}

static void
test_h264_pcma (SourceFixture *self, gconstpointer data)
{
  int64_t before_ns = g_get_monotonic_time () * 1000;
  run_source (self, "test:?video=h264&audio=pcma&size=320x240&fps=25", CAM_CODEC_H264, CAM_CODEC_PCMA);
  const CamStreamDescription *description = g_ptr_array_index (self->descriptions, 0);
  g_assert_cmpuint (description->tracks[CAM_TRACK_VIDEO]->parameter_sets->len, ==, 2);
  g_assert_cmpuint (description->tracks[CAM_TRACK_VIDEO]->width, ==, 320);
  const TakenUnit *picture = first_unit (self, CAM_TRACK_VIDEO);
  g_assert_true (picture->is_key);
  g_assert_cmpint (picture->pts_ns, >, before_ns);
  g_assert_cmpint (picture->pts_ns, <=, picture->arrived_us * 1000);
  gsize size = 0;
  const uint8_t *bytes = g_bytes_get_data (picture->data, &size);
  size_t length = (size_t) bytes[0] << 24 | (size_t) bytes[1] << 16 | (size_t) bytes[2] << 8 | bytes[3];
  g_assert_cmpuint (length, <=, size - 4);
  g_assert_cmpuint (g_bytes_get_size (first_unit (self, CAM_TRACK_AUDIO)->data), ==, 160);
}

static void
test_h265_aac (SourceFixture *self, gconstpointer data)
{
  run_source (self, "test:?video=h265&audio=aac&size=320x240&fps=25", CAM_CODEC_H265, CAM_CODEC_AAC);
  const CamStreamDescription *description = g_ptr_array_index (self->descriptions, 0);
  g_assert_cmpuint (description->tracks[CAM_TRACK_VIDEO]->parameter_sets->len, ==, 3);
  g_assert_nonnull (description->tracks[CAM_TRACK_AUDIO]->config);
}

static void
test_mjpeg_alone (SourceFixture *self, gconstpointer data)
{
  run_source (self, "test:?video=mjpeg&audio=none&size=320x240&fps=25", CAM_CODEC_MJPEG, CAM_CODEC_NONE);
  for (guint i = 0; i < self->units->len; i++) {
    const TakenUnit *unit = &g_array_index (self->units, TakenUnit, i);
    g_assert_true (unit->is_key);
    g_assert_cmpmem (g_bytes_get_data (unit->data, NULL), 2, "\xff\xd8", 2);
  }
}

typedef struct {
  const char *url;
  CamCodec codec;
} Sound;

static const Sound sounds[] = {
    {"test:?video=none&audio=pcmu", CAM_CODEC_PCMU},      {"test:?video=none&audio=g722", CAM_CODEC_G722},
    {"test:?video=none&audio=g726", CAM_CODEC_G726},      {"test:?video=none&audio=l16", CAM_CODEC_L16},
    {"test:?video=none&audio=mp2", CAM_CODEC_MPEG_AUDIO}, {"test:?video=none&audio=mp3", CAM_CODEC_MPEG_AUDIO},
    {"test:?video=none&audio=opus", CAM_CODEC_OPUS},
};

static void
test_sound (SourceFixture *self, gconstpointer data)
{
  const Sound *sound = data;
  run_source (self, sound->url, CAM_CODEC_NONE, sound->codec);
}

/* A URL that asks for what there is not ends with its reason, even if nobody checked it before. */
static void
test_wrong (SourceFixture *self, gconstpointer data)
{
  self->url = cam_camera_url_parse ("test:", NULL);
  g_free (self->url->path);
  self->url->path = g_strdup ("video=vp9");
  self->source = cam_test_kind.start (&self->setup, &self->camera->streams[CAM_STREAM_MAIN], self->url, &self->sink);
  AWAIT (self, self->has_ended);
  g_assert_cmpint (self->reason, ==, CAM_REASON_CONFIG);
  g_assert_nonnull (strstr (self->detail, "vp9"));
}

static void
test_stop_at_once (SourceFixture *self, gconstpointer data)
{
  start_source (self, &cam_test_kind, "test:?size=320x240");
  stop_source (self);
  g_assert_false (self->has_ended);
}

static void
test_text (void)
{
  CamTestUrl url = {.video = CAM_TEST_VIDEO_H264, .audio = CAM_TEST_AUDIO_PCMU, .width = 640, .height = 360, .fps = 15};
  g_autofree char *text = cam_test_pipeline_write (&url, "a\" ! filesink", true);
  g_assert_nonnull (strstr (text, "text=\"a----filesink\""));
  g_assert_nonnull (strstr (text, "width=640,height=360,framerate=15/1"));
  g_assert_nonnull (strstr (text, "key-int-max=30 "));
  g_assert_nonnull (strstr (text, "mulawenc ! appsink name=audio"));
  g_autofree char *bare = cam_test_pipeline_write (&url, "a", false);
  g_assert_null (strstr (bare, "overlay"));
  url.video = CAM_TEST_VIDEO_NONE;
  g_autofree char *sound = cam_test_pipeline_write (&url, "a", true);
  g_assert_null (strstr (sound, "video"));
}

static void
test_elements (void)
{
  CamTestUrl url = {.video = CAM_TEST_VIDEO_H265, .audio = CAM_TEST_AUDIO_OPUS};
  static const char *const expected[] = {"videotestsrc", "x265enc", "h265parse", "audiotestsrc", "opusenc", "opusparse"};
  for (unsigned i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (cam_test_pipeline_get_element (&url, i)->element, ==, expected[i]);
  g_assert_cmpstr (cam_test_pipeline_get_element (&url, 1)->package, ==, "gstreamer1.0-plugins-bad");
  g_assert_null (cam_test_pipeline_get_element (&url, G_N_ELEMENTS (expected)));
  url.video = CAM_TEST_VIDEO_NONE;
  g_assert_cmpstr (cam_test_pipeline_get_element (&url, 0)->element, ==, "audiotestsrc");
  url = (CamTestUrl){.video = CAM_TEST_VIDEO_MJPEG, .audio = CAM_TEST_AUDIO_NONE};
  g_assert_null (cam_test_pipeline_get_element (&url, 2));
}

#define ADD(path, data, func) g_test_add (path, SourceFixture, data, set_up_source, func, tear_down_source)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/test-pipeline/text", test_text);
  g_test_add_func ("/test-pipeline/elements", test_elements);
  ADD ("/test-source/h264-pcma", NULL, test_h264_pcma);
  ADD ("/test-source/h265-aac", NULL, test_h265_aac);
  ADD ("/test-source/mjpeg-alone", NULL, test_mjpeg_alone);
  for (size_t i = 0; i < G_N_ELEMENTS (sounds); i++) {
    g_autofree char *path = g_strdup_printf ("/test-source/sound-%s", strrchr (sounds[i].url, '=') + 1);
    ADD (path, &sounds[i], test_sound);
  }
  ADD ("/test-source/wrong", NULL, test_wrong);
  ADD ("/test-source/stop-at-once", NULL, test_stop_at_once);
  return g_test_run ();
}
