#include "sound/sound-element.h"

struct CamSoundElement {
  GstElement *element; /* owned */
  GstPad *input;       /* owned; the element's, fed by hand */
  GstPad *sink;        /* owned; ours, behind the element */
  GstCaps *caps;       /* ref; of what is pushed */
  CamSoundElementFunc func;
  gpointer data; /* borrowed */
};

static GstFlowReturn
hand_on (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  CamSoundElement *self = gst_pad_get_element_private (pad);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  if (caps != NULL)
    self->func (caps, buffer, self->data);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

CamSoundElement *
cam_sound_element_new (
    const CamSoundFactory *factory, GstCaps *input, GstCaps *output, CamSoundElementFunc func, gpointer data, GError **error)
{
  GstElement *element = gst_element_factory_make (factory->name, NULL);
  if (element == NULL) {
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_MISSING, "GStreamer's %s is missing: install %s", factory->name, factory->package);
    return NULL;
  }
  CamSoundElement *self = g_new0 (CamSoundElement, 1);
  self->element = gst_object_ref_sink (element);
  self->input = gst_element_get_static_pad (element, "sink");
  self->caps = gst_caps_ref (input);
  self->func = func;
  self->data = data;
  g_autoptr (GstPadTemplate) template = gst_object_ref_sink (gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, output));
  self->sink = gst_object_ref_sink (gst_pad_new_from_template (template, "sink"));
  gst_pad_set_element_private (self->sink, self);
  gst_pad_set_chain_function (self->sink, hand_on);
  return self;
}

void
cam_sound_element_free (CamSoundElement *self)
{
  if (self == NULL)
    return;
  gst_element_set_state (self->element, GST_STATE_NULL);
  gst_pad_set_active (self->sink, FALSE);
  g_clear_object (&self->input);
  gst_object_unref (self->element);
  gst_object_unref (self->sink);
  gst_caps_unref (self->caps);
  g_free (self);
}

void
cam_sound_element_set (CamSoundElement *self, const char *property, const char *value)
{
  gst_util_set_object_arg (G_OBJECT (self->element), property, value);
}

static bool
link_output (CamSoundElement *self)
{
  g_autoptr (GstPad) output = gst_element_get_static_pad (self->element, "src");
  return output != NULL && gst_pad_link (output, self->sink) == GST_PAD_LINK_OK;
}

/* An element wants to hear of a stream, then of caps, then of a segment. Sent and not pushed: a push keeps to itself what became of caps.
 */
static bool
announce (CamSoundElement *self)
{
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_send_event (self->input, gst_event_new_stream_start ("sound")) &&
         gst_pad_send_event (self->input, gst_event_new_caps (self->caps)) &&
         gst_pad_send_event (self->input, gst_event_new_segment (&segment));
}

static bool
play (CamSoundElement *self)
{
  return gst_element_set_state (self->element, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE && announce (self);
}

bool
cam_sound_element_start (CamSoundElement *self, GError **error)
{
  bool is_ready = self->input != NULL && link_output (self) && gst_pad_set_active (self->sink, TRUE) && play (self);
  if (!is_ready) {
    g_autofree char *caps = gst_caps_to_string (self->caps);
    g_set_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK, "GStreamer's %s does not take '%s'", GST_OBJECT_NAME (self->element), caps);
  }
  return is_ready;
}

bool
cam_sound_element_restart (CamSoundElement *self)
{
  return gst_element_set_state (self->element, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE && play (self);
}

bool
cam_sound_element_push (CamSoundElement *self, GBytes *bytes, GstClockTime pts_ns)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);
  GST_BUFFER_PTS (buffer) = pts_ns;
  return gst_pad_chain (self->input, buffer) == GST_FLOW_OK;
}
