#include "picture/picture-codec.h"

#include "picture/canvas.h"
#include "picture/element-run.h"

static const char *const words[CAM_N_PICTURE_CODECS] = {"h264", "h265", "jpeg"};

static void
test_words (void)
{
  CamPictureCodec codec;
  for (unsigned i = 0; i < CAM_N_PICTURE_CODECS; i++) {
    g_assert_true (cam_picture_codec_from_word (words[i], &codec));
    g_assert_cmpuint (codec, ==, i);
  }
  codec = CAM_PICTURE_H265;
  g_assert_false (cam_picture_codec_from_word ("", &codec));
  g_assert_false (cam_picture_codec_from_word ("H264", &codec));
  g_assert_cmpuint (codec, ==, CAM_PICTURE_H265);
}

/* One picture through encoder and decoder. */
static void
test_there_and_back (gconstpointer data)
{
  CamPictureCodec codec = (CamPictureCodec) GPOINTER_TO_UINT (data);
  GstElement *encoder = cam_picture_codec_make_encoder (codec);
  GstElement *decoder = cam_picture_codec_make_decoder (codec);
  if (encoder == NULL || decoder == NULL) {
    g_test_skip ("no encoder or no decoder is installed");
    g_clear_object (&encoder);
    g_clear_object (&decoder);
    return;
  }
  cam_picture_codec_set_id (codec, encoder, 7);
  g_autoptr (GstCaps) wanted = cam_picture_codec_output_caps (codec);
  g_autoptr (CamElementRun) encoding = cam_element_run_new (encoder, wanted);
  g_autoptr (GstSample) canvas = cam_canvas_new_plain (352, 288);
  g_assert_true (cam_element_run_push (encoding, gst_sample_get_caps (canvas), gst_buffer_ref (gst_sample_get_buffer (canvas))));
  cam_element_run_finish (encoding);
  g_autoptr (GstSample) coded = cam_element_run_take (encoding);
  g_assert_nonnull (coded);
  g_assert_null (cam_element_run_take (encoding));

  g_autoptr (GstCaps) raw = gst_caps_new_empty_simple ("video/x-raw");
  g_autoptr (GstCaps) caps = cam_picture_codec_caps (codec);
  g_autoptr (CamElementRun) decoding = cam_element_run_new (decoder, raw);
  g_assert_true (cam_element_run_push (decoding, caps, gst_buffer_copy_deep (gst_sample_get_buffer (coded))));
  cam_element_run_finish (decoding);
  g_autoptr (GstSample) decoded = cam_element_run_take (decoding);
  g_assert_nonnull (decoded);
  int width;
  g_assert_true (gst_structure_get_int (gst_caps_get_structure (gst_sample_get_caps (decoded), 0), "width", &width));
  g_assert_cmpint (width, ==, 352);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-codec/words", test_words);
  for (unsigned i = 0; i < CAM_N_PICTURE_CODECS; i++) {
    g_autofree char *path = g_strconcat ("/picture-codec/there-and-back/", words[i], NULL);
    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_there_and_back);
  }
  return g_test_run ();
}
