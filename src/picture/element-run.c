#include "picture/element-run.h"

#define MAX_KEPT 8 /* of what an element gives: a hostile unit may hold many pictures */

struct CamElementRun {
  GstElement *element; /* owned */
  GstPad *source;      /* owned; ours, before the element */
  GstPad *sink;        /* owned; ours, behind it */
  bool has_segment;
  GQueue samples; /* of GstSample, owned */
};

static GstFlowReturn
keep_sample (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  CamElementRun *self = gst_pad_get_element_private (pad);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  if (g_queue_get_length (&self->samples) < MAX_KEPT)
    g_queue_push_tail (&self->samples, gst_sample_new (buffer, caps, NULL, NULL));
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstPad *
find_pad (GstElement *element, const char *name, const char *other_name)
{
  GstPad *pad = gst_element_get_static_pad (element, name);
  return pad != NULL ? pad : gst_element_get_static_pad (element, other_name);
}

static bool
link_pads (CamElementRun *self)
{
  g_autoptr (GstPad) input = find_pad (self->element, "sink", "video_sink");
  g_autoptr (GstPad) output = find_pad (self->element, "src", "src");
  return input != NULL && output != NULL && gst_pad_link (self->source, input) == GST_PAD_LINK_OK &&
         gst_pad_link (output, self->sink) == GST_PAD_LINK_OK;
}

static bool
start (CamElementRun *self)
{
  return gst_pad_set_active (self->sink, TRUE) && gst_element_set_state (self->element, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE &&
         gst_pad_set_active (self->source, TRUE) && gst_pad_push_event (self->source, gst_event_new_stream_start ("picture"));
}

/* An element wants to hear of a stream, then of caps, then of a segment. */
static bool
announce (CamElementRun *self, GstCaps *caps)
{
  if (!gst_pad_push_event (self->source, gst_event_new_caps (caps)))
    return false;
  if (self->has_segment)
    return true;
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  self->has_segment = gst_pad_push_event (self->source, gst_event_new_segment (&segment));
  return self->has_segment;
}

CamElementRun *
cam_element_run_new (GstElement *element, GstCaps *wanted)
{
  g_autoptr (CamElementRun) self = g_new0 (CamElementRun, 1);
  g_queue_init (&self->samples);
  self->element = gst_object_ref_sink (element);
  self->source = gst_object_ref_sink (gst_pad_new ("source", GST_PAD_SRC));
  g_autoptr (GstPadTemplate) template = gst_object_ref_sink (gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, wanted));
  self->sink = gst_object_ref_sink (gst_pad_new_from_template (template, "sink"));
  gst_pad_set_element_private (self->sink, self);
  gst_pad_set_chain_function (self->sink, keep_sample);
  return link_pads (self) && start (self) ? g_steal_pointer (&self) : NULL;
}

void
cam_element_run_free (CamElementRun *self)
{
  if (self == NULL)
    return;
  gst_pad_set_active (self->source, FALSE);
  gst_element_set_state (self->element, GST_STATE_NULL);
  gst_pad_set_active (self->sink, FALSE);
  g_queue_clear_full (&self->samples, (GDestroyNotify) gst_sample_unref);
  gst_object_unref (self->source);
  gst_object_unref (self->element);
  gst_object_unref (self->sink);
  g_free (self);
}

bool
cam_element_run_push (CamElementRun *self, GstCaps *caps, GstBuffer *buffer)
{
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = 0;
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  if (!announce (self, caps)) {
    gst_buffer_unref (buffer);
    return false;
  }
  return gst_pad_push (self->source, buffer) == GST_FLOW_OK;
}

void
cam_element_run_finish (CamElementRun *self)
{
  gst_pad_push_event (self->source, gst_event_new_eos ());
}

GstSample *
cam_element_run_take (CamElementRun *self)
{
  return g_queue_pop_head (&self->samples);
}
