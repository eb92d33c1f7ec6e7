/* The kind behind file: URLs: a recording played in real time, again and again, without a jump of its time stamps. GStreamer takes the file
 * apart as fast as it is asked; when a sample is due is decided here. */
#include <errno.h>
#include <sys/stat.h>

#include "ingest/file-branch.h"
#include "ingest/pipeline-source.h"

/* Samples are said this much after they are due, so that going back to the beginning does not show. */
#define DELAY_US (200 * 1000)
#define SHORTEST_ROUND_NS ((int64_t) (100 * GST_MSECOND))
#define FRAME_NS ((int64_t) (40 * GST_MSECOND)) /* of samples that say no duration */

typedef struct {
  GstSample *next; /* ref; fetched and not yet due, NULL for none */
  int64_t pts_ns;  /* of next, in the file */
  int64_t dts_ns;
  int64_t end_ns; /* where the sample before ended */
} FileTrack;

typedef struct {
  CamPipelineSource base;
  bool has_track[CAM_N_TRACKS]; /* on streaming threads, until the first buffer */
  GString *left_out;            /* owned; what else is in the file, for the error; on streaming threads */

  /* On the loop from here on. */
  FileTrack tracks[CAM_N_TRACKS];
  CamLoopTimer *timer; /* owned */
  int64_t origin_ns;   /* CLOCK_MONOTONIC of time 0 of this round of the file; 0: nothing came yet */
  int64_t first_ns;    /* earliest pts of this round */
  bool has_first;
  bool is_rewinding;
} FileSource;

static void on_tracks_known (gpointer data);

static void
leave_out (FileSource *self, const GstCaps *caps)
{
  const char *name = gst_caps_get_size (caps) > 0 ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : "unknown";
  if (self->left_out->len < 200)
    g_string_append_printf (self->left_out, " %s", name);
}

static void
on_unknown_type (GstElement *parsebin, GstPad *pad, GstCaps *caps, gpointer data)
{
  leave_out (data, caps);
}

static void
add_branch (FileSource *self, GstPad *pad, CamTrackKind kind, const GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  GstElement *sink = NULL;
  GstElement *branch = cam_file_branch_new (caps, &sink, &error);
  if (branch == NULL) {
    cam_pipeline_source_fail (&self->base, CAM_REASON_UNSUPPORTED, error->message);
    return;
  }
  self->has_track[kind] = true;
  cam_pipeline_source_add_sink (&self->base, kind, sink);
  gst_bin_add (GST_BIN (self->base.pipeline), branch);
  g_autoptr (GstPad) target = gst_element_get_static_pad (branch, "sink");
  if (gst_pad_link (pad, target) != GST_PAD_LINK_OK || !gst_element_sync_state_with_parent (branch))
    cam_pipeline_source_fail (&self->base, CAM_REASON_UNSUPPORTED, "a stream of the file cannot be taken apart");
}

/* All pads are there before the first buffer flows. */
static GstPadProbeReturn
on_foreign_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  cam_pipeline_source_post (data, on_tracks_known);
  return GST_PAD_PROBE_REMOVE;
}

/* Streams that are not carried flow into the void: a demuxer takes an unlinked pad for an error when it is the only one. */
static void
add_void (FileSource *self, GstPad *pad)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (self->base.pipeline), sink);
  g_autoptr (GstPad) target = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (target, GST_PAD_PROBE_TYPE_BUFFER, on_foreign_buffer, self, NULL);
  gst_pad_link (pad, target);
  gst_element_sync_state_with_parent (sink);
}

/* The first video and the first audio that can be carried. */
static void
on_pad (GstElement *parsebin, GstPad *pad, gpointer data)
{
  FileSource *self = data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  CamTrackKind kind = CAM_TRACK_VIDEO;
  bool wants_audio = self->base.setup->camera->audio_mode != CAM_AUDIO_NONE;
  bool is_known = cam_file_branch_find (caps, &kind);
  if (is_known && !self->has_track[kind] && (kind == CAM_TRACK_VIDEO || wants_audio)) {
    add_branch (self, pad, kind, caps);
    return;
  }
  if (!is_known)
    leave_out (self, caps);
  add_void (self, pad);
}

static bool
check_file (const char *path, CamReason *ret_reason, char **ret_detail)
{
  struct stat status;
  if (stat (path, &status) < 0) {
    *ret_reason = errno == ENOENT || errno == ENOTDIR ? CAM_REASON_NOT_FOUND : CAM_REASON_CONFIG;
    *ret_detail = g_strdup_printf ("%s: %s", path, g_strerror (errno));
    return false;
  }
  if (S_ISREG (status.st_mode))
    return true;
  *ret_reason = CAM_REASON_CONFIG;
  *ret_detail = g_strdup_printf ("%s is no file", path);
  return false;
}

static bool
build_file (CamPipelineSource *base, CamReason *ret_reason, char **ret_detail)
{
  FileSource *self = (FileSource *) base;
  if (!check_file (base->url->path, ret_reason, ret_detail))
    return false;
  g_autoptr (GstElement) source = gst_element_factory_make ("filesrc", NULL);
  g_autoptr (GstElement) parsebin = gst_element_factory_make ("parsebin", NULL);
  if (source == NULL || parsebin == NULL) {
    *ret_reason = CAM_REASON_UNSUPPORTED;
    *ret_detail = g_strdup ("GStreamer has no parsebin: install the package gstreamer1.0-plugins-base");
    return false;
  }
  self->left_out = g_string_new (NULL);
  base->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_object_set (source, "location", base->url->path, NULL);
  g_signal_connect (parsebin, "pad-added", G_CALLBACK (on_pad), self);
  g_signal_connect (parsebin, "unknown-type", G_CALLBACK (on_unknown_type), self);
  gst_bin_add_many (GST_BIN (base->pipeline), gst_object_ref (source), gst_object_ref (parsebin), NULL);
  gst_element_link (source, parsebin);
  return true;
}

/* Running time, negative before the segment: decoding times of reordered pictures begin there. */
static int64_t
to_running_time (GstSample *sample, GstClockTime time, int64_t otherwise_ns)
{
  guint64 running = 0;
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return otherwise_ns;
  int sign = gst_segment_to_running_time_full (gst_sample_get_segment (sample), GST_FORMAT_TIME, time, &running);
  return sign == 0 ? otherwise_ns : sign * (int64_t) running;
}

static void
fetch_next (FileSource *self, CamTrackKind kind)
{
  FileTrack *track = &self->tracks[kind];
  if (track->next != NULL || self->is_rewinding)
    return;
  track->next = cam_pipeline_source_fetch (&self->base, kind);
  if (track->next == NULL)
    return;
  const GstBuffer *buffer = gst_sample_get_buffer (track->next);
  int64_t duration_ns = GST_BUFFER_DURATION_IS_VALID (buffer) ? (int64_t) GST_BUFFER_DURATION (buffer) : FRAME_NS;
  track->pts_ns = to_running_time (track->next, GST_BUFFER_PTS (buffer), track->end_ns);
  track->dts_ns = MIN (to_running_time (track->next, GST_BUFFER_DTS (buffer), track->pts_ns), track->pts_ns);
  track->end_ns = MAX (track->end_ns, track->pts_ns + duration_ns);
  self->first_ns = self->has_first ? MIN (self->first_ns, track->pts_ns) : track->pts_ns;
  self->has_first = true;
  if (self->origin_ns == 0)
    self->origin_ns = cam_loop_thread_now_us (self->base.loop) * 1000 - track->dts_ns;
}

static int64_t
due_us (const FileSource *self, CamTrackKind kind)
{
  const FileTrack *track = &self->tracks[kind];
  return track->next != NULL ? (self->origin_ns + track->dts_ns) / 1000 + DELAY_US : INT64_MAX;
}

static void
arm_timer (FileSource *self)
{
  cam_loop_timer_arm (self->timer, MIN (due_us (self, CAM_TRACK_VIDEO), due_us (self, CAM_TRACK_AUDIO)));
}

static bool
is_round_over (FileSource *self)
{
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    if (self->tracks[kind].next != NULL || !cam_pipeline_source_is_finished (&self->base, (CamTrackKind) kind))
      return false;
  return !self->is_rewinding;
}

/* The next round's time 0 lies so that its first sample is shown where the longest track of this one ended. */
static void
begin_next_round (FileSource *self)
{
  if (!self->has_first) {
    cam_pipeline_source_fail (&self->base, CAM_REASON_UNSUPPORTED, "the file holds no pictures and no sound");
    return;
  }
  int64_t end_ns = MAX (self->tracks[CAM_TRACK_VIDEO].end_ns, self->tracks[CAM_TRACK_AUDIO].end_ns);
  self->origin_ns += MAX (end_ns - self->first_ns, SHORTEST_ROUND_NS);
  self->has_first = false;
  self->is_rewinding = true;
  cam_pipeline_source_rewind (&self->base);
}

static void
deliver_due (FileSource *self, CamTrackKind kind, int64_t now_us)
{
  FileTrack *track = &self->tracks[kind];
  for (fetch_next (self, kind); due_us (self, kind) <= now_us; fetch_next (self, kind)) {
    g_autoptr (GstSample) sample = g_steal_pointer (&track->next);
    cam_pipeline_source_deliver (&self->base, kind, sample, self->origin_ns + track->pts_ns, self->origin_ns + track->dts_ns);
  }
}

static void on_timer (gpointer data);

static void
advance (FileSource *self)
{
  if (self->base.is_over || self->base.units == NULL)
    return;
  if (self->timer == NULL)
    self->timer = cam_loop_timer_new (self->base.loop, on_timer, self);
  int64_t now_us = cam_loop_thread_now_us (self->base.loop);
  deliver_due (self, CAM_TRACK_VIDEO, now_us);
  deliver_due (self, CAM_TRACK_AUDIO, now_us);
  if (is_round_over (self))
    begin_next_round (self);
  arm_timer (self);
}

static void
on_timer (gpointer data)
{
  advance (data);
}

static void
on_tracks_known (gpointer data)
{
  FileSource *self = data;
  if (self->base.is_over || self->base.units != NULL)
    return;
  if (self->has_track[CAM_TRACK_VIDEO] || self->has_track[CAM_TRACK_AUDIO]) {
    cam_pipeline_source_expect (&self->base, self->has_track[CAM_TRACK_VIDEO], self->has_track[CAM_TRACK_AUDIO]);
    advance (self);
    return;
  }
  g_autofree char *detail =
      g_strdup_printf ("nothing in the file can be carried:%s", self->left_out->len > 0 ? self->left_out->str : " it is empty");
  cam_pipeline_source_fail (&self->base, CAM_REASON_UNSUPPORTED, detail);
}

static void
on_ready (CamPipelineSource *base, CamTrackKind kind)
{
  if (base->units == NULL)
    on_tracks_known (base);
  else
    advance ((FileSource *) base);
}

static void
on_rewound (CamPipelineSource *base)
{
  FileSource *self = (FileSource *) base;
  self->is_rewinding = false;
  self->tracks[CAM_TRACK_VIDEO].end_ns = 0;
  self->tracks[CAM_TRACK_AUDIO].end_ns = 0;
  advance (self);
}

static void
on_closed (CamPipelineSource *base)
{
  FileSource *self = (FileSource *) base;
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    g_clear_pointer (&self->tracks[kind].next, gst_sample_unref);
  if (self->left_out != NULL)
    g_string_free (g_steal_pointer (&self->left_out), TRUE);
}

static const CamPipelineShape shape = {.build = build_file, .ready = on_ready, .rewound = on_rewound, .closed = on_closed};

static CamIngestSource *
start_file (const CamIngestSetup *setup, const CamStreamConfig *config, const CamCameraUrl *url, CamIngestSink *sink)
{
  return cam_pipeline_source_start (&cam_file_kind, &shape, sizeof (FileSource), setup, config, url, sink);
}

const CamIngestKind cam_file_kind = {
    .name = "file",
    .start = start_file,
    .stop = cam_pipeline_source_stop,
    .free = cam_pipeline_source_free,
};
