/* Units that GStreamer's encoders make of a sine, to decode.
 * Thread: any. Owner: results belong to the caller. */
#pragma once

#include <gst/app/app.h>

#include "tone.h"

typedef struct {
  GPtrArray *units; /* of GBytes, owned */
  GBytes *config;   /* owned; codec_data of the caps, or NULL */
} EncodedTone;

static inline void
encoded_tone_free (EncodedTone *self)
{
  g_ptr_array_unref (self->units);
  g_clear_pointer (&self->config, g_bytes_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EncodedTone, encoded_tone_free)

static inline GBytes *
encoded_tone_copy_bytes (GstBuffer *buffer)
{
  gpointer bytes = NULL;
  gsize size = 0;
  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &bytes, &size);
  return g_bytes_new_take (bytes, size);
}

/* @seconds of TONE_HZ at TONE_DB through @chain: "audio/x-raw,rate=8000 ! audioconvert ! avenc_g726". */
static inline EncodedTone *
encoded_tone_new (const char *chain, unsigned seconds)
{
  EncodedTone *self = g_new0 (EncodedTone, 1);
  self->units = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *text = g_strdup_printf ("audiotestsrc samplesperbuffer=480 freq=%g volume=%g ! %s ! "
                                           "appsink name=sink sync=false max-buffers=4",
                                           TONE_HZ, pow (10, TONE_DB / 20), chain);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  GstClockTime end = seconds * GST_SECOND;
  for (GstClockTime pts = 0; pts < end;) {
    g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 10 * GST_SECOND);
    g_assert_nonnull (sample);
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    g_ptr_array_add (self->units, encoded_tone_copy_bytes (buffer));
    pts = MAX (pts, GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer));
    const GValue *config = gst_structure_get_value (gst_caps_get_structure (gst_sample_get_caps (sample), 0), "codec_data");
    if (config != NULL && self->config == NULL)
      self->config = encoded_tone_copy_bytes (gst_value_get_buffer (config));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return self;
}
