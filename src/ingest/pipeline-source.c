#include "ingest/pipeline-source.h"

#include <gst/app/gstappsink.h>

#include "core/redact.h"

#define ORDER_WAIT_US (60 * G_USEC_PER_SEC) /* at the deadline the thread looks again */
#define SINK_BUFFERS 16

typedef enum {
  ORDER_STOP = 1, /* never NULL: they travel as pointers */
  ORDER_PLAY,
  ORDER_REWIND
} PipelineOrder;

static CamPipelineSource *
ref_source (CamPipelineSource *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
unref_source (gpointer data)
{
  CamPipelineSource *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  g_async_queue_unref (self->orders);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    gst_clear_object (&self->sinks[kind]);
  gst_clear_object (&self->pipeline); /* in state NULL: S has seen to that */
  g_free (self);
}

void
cam_pipeline_source_post (CamPipelineSource *self, CamLoopFunc func)
{
  cam_loop_thread_post (self->loop, func, ref_source (self), unref_source);
}

typedef struct {
  CamPipelineSource *source; /* ref */
  CamReason reason;
  char *detail; /* owned */
} PipelineFailure;

static void
free_failure (gpointer data)
{
  PipelineFailure *failure = data;
  unref_source (failure->source);
  g_free (failure->detail);
  g_free (failure);
}

static void
say_failure (gpointer data)
{
  const PipelineFailure *failure = data;
  CamPipelineSource *self = failure->source;
  CAM_ASSERT_ON (self->loop);
  if (self->is_over)
    return;
  self->is_over = true;
  self->sink->ended (self->sink, failure->reason, failure->detail, 0);
}

void
cam_pipeline_source_fail (CamPipelineSource *self, CamReason reason, const char *detail)
{
  PipelineFailure *failure = g_new (PipelineFailure, 1);
  *failure = (PipelineFailure){.source = ref_source (self), .reason = reason, .detail = cam_redact_text (detail, -1, 300)};
  cam_loop_thread_post (self->loop, say_failure, failure, free_failure);
}

static CamReason
reason_of_error (const GError *error)
{
  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND))
    return CAM_REASON_NOT_FOUND;
  if (error->domain == GST_STREAM_ERROR || g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN))
    return CAM_REASON_UNSUPPORTED;
  return CAM_REASON_INTERNAL;
}

static CamReason
judge_by_word (GstMessage *message, char **ret_detail)
{
  g_autoptr (GError) error = NULL;
  gst_message_parse_error (message, &error, NULL);
  *ret_detail = g_strdup (error->message);
  return reason_of_error (error);
}

/* On whatever thread posts: nothing is kept on the bus, so nobody has to poll it. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CamPipelineSource *self = data;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autofree char *detail = NULL;
    CamReason reason = self->shape->judge != NULL ? self->shape->judge (self, message, &detail) : judge_by_word (message, &detail);
    cam_pipeline_source_fail (self, reason, detail);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
on_video_ready (gpointer data)
{
  CamPipelineSource *self = data;
  if (!self->is_over)
    self->shape->ready (self, CAM_TRACK_VIDEO);
}

static void
on_audio_ready (gpointer data)
{
  CamPipelineSource *self = data;
  if (!self->is_over)
    self->shape->ready (self, CAM_TRACK_AUDIO);
}

static void
note_ready (GstAppSink *sink, CamPipelineSource *self)
{
  bool is_video = g_atomic_pointer_get (&self->sinks[CAM_TRACK_VIDEO]) == (gpointer) sink;
  cam_pipeline_source_post (self, is_video ? on_video_ready : on_audio_ready);
}

static void
on_finished (GstAppSink *sink, gpointer data)
{
  note_ready (sink, data);
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer data)
{
  note_ready (sink, data);
  return GST_FLOW_OK;
}

void
cam_pipeline_source_add_sink (CamPipelineSource *self, CamTrackKind kind, GstElement *appsink)
{
  g_object_set (appsink, "sync", FALSE, "async", FALSE, "max-buffers", SINK_BUFFERS, "drop", FALSE, NULL);
  g_atomic_pointer_set (&self->sinks[kind], gst_object_ref (appsink));
  GstAppSinkCallbacks callbacks = {.eos = on_finished, .new_sample = on_sample};
  gst_app_sink_set_callbacks (GST_APP_SINK (appsink), &callbacks, self, NULL); /* the sink goes before us: S's reference */
}

GstSample *
cam_pipeline_source_fetch (CamPipelineSource *self, CamTrackKind kind)
{
  GstElement *sink = g_atomic_pointer_get (&self->sinks[kind]);
  return sink != NULL ? gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 0) : NULL;
}

bool
cam_pipeline_source_is_finished (CamPipelineSource *self, CamTrackKind kind)
{
  GstElement *sink = g_atomic_pointer_get (&self->sinks[kind]);
  return sink == NULL || gst_app_sink_is_eos (GST_APP_SINK (sink));
}

void
cam_pipeline_source_play (CamPipelineSource *self)
{
  g_async_queue_push (self->orders, GINT_TO_POINTER (ORDER_PLAY));
}

void
cam_pipeline_source_rewind (CamPipelineSource *self)
{
  g_async_queue_push (self->orders, GINT_TO_POINTER (ORDER_REWIND));
}

static void
on_pulse (gpointer data)
{
  CamPipelineSource *self = data;
  CamReason reason = cam_stream_pulse_check (&self->pulse, cam_loop_thread_now_us (self->loop));
  if (reason != CAM_REASON_NONE)
    cam_pipeline_source_fail (self, reason, "the pipeline brings nothing more");
  else
    cam_loop_timer_arm (self->pulse_timer, cam_stream_pulse_get_due_us (&self->pulse));
}

void
cam_pipeline_source_expect (CamPipelineSource *self, bool has_video, bool has_audio)
{
  CAM_ASSERT_ON (self->loop);
  if (self->units != NULL)
    return;
  self->units = cam_sample_units_new (self->sink, has_video, has_audio);
  cam_stream_pulse_begin (&self->pulse, self->config->stall_timeout, has_video, cam_loop_thread_now_us (self->loop));
  self->pulse_timer = cam_loop_timer_new (self->loop, on_pulse, self);
  cam_loop_timer_arm (self->pulse_timer, cam_stream_pulse_get_due_us (&self->pulse));
}

void
cam_pipeline_source_deliver (CamPipelineSource *self, CamTrackKind kind, GstSample *sample, int64_t pts_ns, int64_t dts_ns)
{
  CAM_ASSERT_ON (self->loop);
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  if (self->is_over || self->units == NULL)
    return;
  if (kind == CAM_TRACK_VIDEO || !self->pulse.wants_keys) {
    bool is_key = !GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample), GST_BUFFER_FLAG_DELTA_UNIT);
    cam_stream_pulse_beat (&self->pulse, is_key ? CAM_BEAT_KEY : CAM_BEAT_OTHER, now_us);
    cam_loop_timer_arm (self->pulse_timer, cam_stream_pulse_get_due_us (&self->pulse));
  }
  if (!cam_sample_units_take (self->units, kind, sample, pts_ns, dts_ns, now_us))
    cam_pipeline_source_fail (self, CAM_REASON_UNSUPPORTED, "the pipeline brings what cannot be carried");
}

static void
say_gone (gpointer data)
{
  CamPipelineSource *self = data;
  CAM_ASSERT_ON (self->loop);
  if (self->has_gone)
    return;
  self->has_gone = true;
  self->is_over = true;
  if (self->shape->closed != NULL)
    self->shape->closed (self);
  g_clear_pointer (&self->pulse_timer, cam_loop_timer_free);
  g_clear_pointer (&self->units, cam_sample_units_free);
  self->sink->gone (self->sink);
}

static void
say_rewound (gpointer data)
{
  CamPipelineSource *self = data;
  if (!self->is_over)
    self->shape->rewound (self);
}

static void
play (CamPipelineSource *self)
{
  CamReason reason = CAM_REASON_INTERNAL;
  g_autofree char *detail = NULL;
  if (!self->shape->build (self, &reason, &detail)) {
    cam_pipeline_source_fail (self, reason, detail != NULL ? detail : "the pipeline cannot be built");
    return;
  }
  /* CLOCK_MONOTONIC: running times and the loop's times are of one kind. */
  g_autoptr (GstClock) clock = g_object_new (GST_TYPE_SYSTEM_CLOCK, "clock-type", GST_CLOCK_TYPE_MONOTONIC, NULL);
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), clock);
  g_autoptr (GstBus) bus = gst_pipeline_get_bus (GST_PIPELINE (self->pipeline));
  gst_bus_set_sync_handler (bus, on_message, self, NULL);
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    cam_pipeline_source_fail (self, CAM_REASON_INTERNAL,
                              "the pipeline does not start"); /* an error of its own came first, if there is one */
}

static void
rewind_pipeline (CamPipelineSource *self)
{
  if (gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0))
    cam_pipeline_source_post (self, say_rewound);
  else
    cam_pipeline_source_fail (self, CAM_REASON_END, "the file is over and cannot be rewound");
}

/* S: builds, obeys, ends. Nothing here is waited for by a loop. */
static gpointer
run (gpointer data)
{
  CamPipelineSource *self = data;
  if (!self->shape->is_told_to_play)
    play (self);
  bool is_stopped = false;
  while (!is_stopped) {
    gpointer order = g_async_queue_timeout_pop (self->orders, ORDER_WAIT_US);
    if (GPOINTER_TO_INT (order) == ORDER_PLAY)
      play (self);
    if (GPOINTER_TO_INT (order) == ORDER_REWIND && self->pipeline != NULL)
      rewind_pipeline (self);
    is_stopped = GPOINTER_TO_INT (order) == ORDER_STOP;
  }
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  cam_pipeline_source_post (self, say_gone); /* behind every other post of ours */
  unref_source (self);
  return NULL;
}

CamIngestSource *
cam_pipeline_source_start (const CamIngestKind *kind,
                           const CamPipelineShape *shape,
                           size_t size,
                           const CamIngestSetup *setup,
                           const CamStreamConfig *config,
                           const CamCameraUrl *url,
                           CamIngestSink *sink)
{
  CamPipelineSource *self = g_malloc0 (size);
  self->base.kind = kind;
  self->refs = 1;
  self->shape = shape;
  self->sink = sink;
  self->setup = setup;
  self->config = config;
  self->url = url;
  self->loop = setup->loop;
  self->orders = g_async_queue_new ();
  g_autofree char *name = g_strdup_printf ("src-%.11s", setup->camera->name);
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_try_new (name, run, ref_source (self), &error);
  if (thread != NULL) {
    self->has_thread = true;
    g_thread_unref (thread);
    return &self->base;
  }
  unref_source (self);
  cam_pipeline_source_fail (self, CAM_REASON_INTERNAL, error->message);
  return &self->base;
}

void
cam_pipeline_source_stop (CamIngestSource *source, int64_t grace_us)
{
  CamPipelineSource *self = (CamPipelineSource *) source;
  if (self->has_thread)
    g_async_queue_push (self->orders, GINT_TO_POINTER (ORDER_STOP));
  else
    cam_pipeline_source_post (self, say_gone);
}

void
cam_pipeline_source_free (CamIngestSource *source)
{
  unref_source (source);
}
