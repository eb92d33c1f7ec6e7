#include "sound/sound-element.h"

typedef struct {
  unsigned buffers;
  size_t bytes;
} Heard;

static void
hear (GstCaps *caps, GstBuffer *buffer, gpointer data)
{
  Heard *heard = data;
  g_assert_true (gst_structure_has_name (gst_caps_get_structure (caps, 0), "audio/x-mulaw"));
  heard->buffers++;
  heard->bytes += gst_buffer_get_size (buffer);
}

static CamSoundElement *
make_element (const char *name, const char *input, Heard *heard, GError **error)
{
  CamSoundFactory factory = {name, "gstreamer1.0-plugins-odd"};
  g_autoptr (GstCaps) in = gst_caps_from_string (input);
  g_autoptr (GstCaps) out = gst_caps_new_any ();
  return cam_sound_element_new (&factory, in, out, hear, heard, error);
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (make_element ("avdec_of_nobody", "audio/x-raw", NULL, &error));
  g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_MISSING);
  g_assert_cmpstr (error->message, ==, "GStreamer's avdec_of_nobody is missing: install gstreamer1.0-plugins-odd");
}

static void
test_refused_caps (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamSoundElement) element = make_element ("mulawenc", "video/x-raw", NULL, NULL);
  g_assert_false (cam_sound_element_start (element, &error));
  g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  g_autoptr (CamSoundElement) never_started = make_element ("mulawenc", "audio/x-raw", NULL, NULL);
  g_assert_nonnull (never_started);
}

static void
test_push (void)
{
  Heard heard = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (CamSoundElement) element =
      make_element ("mulawenc", "audio/x-raw,format=S16LE,layout=interleaved,rate=8000,channels=1", &heard, NULL);
  g_assert_true (cam_sound_element_start (element, &error));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (320), 320);
  for (unsigned i = 1; i <= 50; i++) {
    g_assert_true (cam_sound_element_push (element, bytes, i * 20 * GST_MSECOND));
    g_assert_cmpuint (heard.buffers, ==, i);
  }
  g_assert_cmpuint (heard.bytes, ==, 50 * 160);
  g_assert_true (cam_sound_element_restart (element));
  g_assert_true (cam_sound_element_push (element, bytes, 0));
  g_assert_cmpuint (heard.buffers, ==, 51);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/sound-element/missing", test_missing);
  g_test_add_func ("/sound-element/refused-caps", test_refused_caps);
  g_test_add_func ("/sound-element/push", test_push);
  return g_test_run ();
}
