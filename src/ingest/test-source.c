/* The kind behind test: URLs: a moving picture and a tone, made here, so that everything behind a camera can be tried without one. */
#include "config/test-url.h"
#include "ingest/pipeline-source.h"
#include "ingest/test-pipeline.h"

typedef struct {
  CamPipelineSource base;
  CamTestUrl wanted;
  unsigned frames; /* shown so far; on a streaming thread */
} TestSource;

static bool
has_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);
  return factory != NULL;
}

static void
on_pipeline_runs (gpointer data)
{
  TestSource *self = data;
  cam_pipeline_source_expect (&self->base, self->wanted.video != CAM_TEST_VIDEO_NONE, self->wanted.audio != CAM_TEST_AUDIO_NONE);
}

/* Each picture says its number. */
static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  TestSource *self = data;
  g_autoptr (GstElement) overlay = gst_pad_get_parent_element (pad);
  char text[32];
  g_snprintf (text, sizeof text, "frame %u", self->frames++);
  if (overlay != NULL)
    g_object_set (overlay, "text", text, NULL);
  return GST_PAD_PROBE_OK;
}

static void
count_pictures (TestSource *self)
{
  g_autoptr (GstElement) overlay = gst_bin_get_by_name (GST_BIN (self->base.pipeline), CAM_TEST_PIPELINE_COUNTER);
  if (overlay == NULL)
    return;
  g_autoptr (GstPad) pad = gst_element_get_static_pad (overlay, "video_sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, self, NULL);
}

static void
add_sink (TestSource *self, CamTrackKind kind, const char *name)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->base.pipeline), name);
  if (sink != NULL)
    cam_pipeline_source_add_sink (&self->base, kind, sink);
}

static bool
has_all_elements (const CamTestUrl *wanted, char **ret_detail)
{
  const CamTestElement *element = NULL;
  for (unsigned nth = 0; (element = cam_test_pipeline_get_element (wanted, nth)) != NULL; nth++) {
    if (has_element (element->element))
      continue;
    *ret_detail = g_strdup_printf ("GStreamer has no %s: install the package %s", element->element, element->package);
    return false;
  }
  return true;
}

static bool
build_test (CamPipelineSource *base, CamReason *ret_reason, char **ret_detail)
{
  TestSource *self = (TestSource *) base;
  g_autoptr (GError) error = NULL;
  *ret_reason = CAM_REASON_CONFIG;
  if (!cam_test_url_parse (base->url->path, &self->wanted, &error)) {
    *ret_detail = g_strdup (error->message);
    return false;
  }
  *ret_reason = CAM_REASON_UNSUPPORTED;
  if (!has_all_elements (&self->wanted, ret_detail))
    return false;
  bool has_text = has_element ("textoverlay") && has_element ("clockoverlay");
  g_autofree char *text = cam_test_pipeline_write (&self->wanted, base->setup->camera->name, has_text);
  base->pipeline = gst_parse_launch (text, &error);
  if (base->pipeline != NULL)
    gst_object_ref_sink (base->pipeline);
  if (error != NULL) {
    *ret_detail = g_strdup (error->message);
    return false;
  }
  add_sink (self, CAM_TRACK_VIDEO, CAM_TEST_PIPELINE_VIDEO_SINK);
  add_sink (self, CAM_TRACK_AUDIO, CAM_TEST_PIPELINE_AUDIO_SINK);
  count_pictures (self);
  cam_pipeline_source_post (base, on_pipeline_runs);
  return true;
}

static int64_t
to_monotonic (const CamPipelineSource *base, GstSample *sample, GstClockTime time)
{
  GstClockTime running = gst_segment_to_running_time (gst_sample_get_segment (sample), GST_FORMAT_TIME, time);
  return GST_CLOCK_TIME_IS_VALID (running) ? (int64_t) (gst_element_get_base_time (base->pipeline) + running) : -1;
}

static void
on_ready (CamPipelineSource *base, CamTrackKind kind)
{
  for (;;) {
    g_autoptr (GstSample) sample = cam_pipeline_source_fetch (base, kind);
    if (sample == NULL)
      return;
    const GstBuffer *buffer = gst_sample_get_buffer (sample);
    int64_t pts_ns = to_monotonic (base, sample, GST_BUFFER_PTS (buffer));
    int64_t dts_ns = GST_BUFFER_DTS_IS_VALID (buffer) ? to_monotonic (base, sample, GST_BUFFER_DTS (buffer)) : -1;
    if (pts_ns >= 0)
      cam_pipeline_source_deliver (base, kind, sample, pts_ns, dts_ns >= 0 ? MIN (dts_ns, pts_ns) : pts_ns);
  }
}

static const CamPipelineShape shape = {.build = build_test, .ready = on_ready};

static CamIngestSource *
start_test (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  return cam_pipeline_source_start (&cam_test_kind, &shape, sizeof (TestSource), setup, config, url, sink);
}

const CamIngestKind cam_test_kind = {
    .name = "test",
    .start = start_test,
    .stop = cam_pipeline_source_stop,
    .free = cam_pipeline_source_free,
};
