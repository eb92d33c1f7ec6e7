#include "picture/canvas.h"

#include "camrelay/picture-protocol.h"

#include <gst/video/video.h>

typedef struct {
  int width, height;
  uint8_t luma, cb, cr; /* in the middle */
} Look;

static Look
look_at (GstSample *canvas)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  g_assert_nonnull (canvas);
  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (canvas)));
  g_assert_cmpint (GST_VIDEO_INFO_FORMAT (&info), ==, GST_VIDEO_FORMAT_I420);
  g_assert_true (gst_video_frame_map (&frame, &info, gst_sample_get_buffer (canvas), GST_MAP_READ));
  uint8_t middle[3];
  for (unsigned i = 0; i < 3; i++) {
    const uint8_t *plane = GST_VIDEO_FRAME_PLANE_DATA (&frame, i);
    middle[i] = plane[GST_VIDEO_FRAME_COMP_HEIGHT (&frame, i) / 2 * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, i) +
                      GST_VIDEO_FRAME_COMP_WIDTH (&frame, i) / 2];
  }
  gst_video_frame_unmap (&frame);
  return (Look){.width = info.width, .height = info.height, .luma = middle[0], .cb = middle[1], .cr = middle[2]};
}

/* All of one colour: @format's bytes are all @value. */
static GstSample *
make_decoded (const char *format, const char *colorimetry, unsigned width, unsigned height, uint8_t value)
{
  g_autofree char *text =
      g_strdup_printf ("video/x-raw, format=(string)%s, width=(int)%u, height=(int)%u, framerate=(fraction)30/1, colorimetry=(string)%s",
                       format, width, height, colorimetry);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  GstVideoInfo info;
  g_assert_true (gst_video_info_from_caps (&info, caps));
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, value, info.size);
  return gst_sample_new (buffer, caps, NULL, NULL);
}

static void
test_plain (void)
{
  g_autoptr (GstSample) canvas = cam_canvas_new_plain (641, 359);
  Look look = look_at (canvas);
  g_assert_cmpint (look.width, ==, 642);
  g_assert_cmpint (look.height, ==, 360);
  g_assert_cmpuint (look.luma, <, 64);
  g_assert_cmpuint (look.cb, ==, 128);
  g_assert_cmpuint (look.cr, ==, 128);
}

static void
test_darkened (void)
{
  g_autoptr (GstSample) decoded = make_decoded ("I420", "bt709", 640, 360, 235);
  g_autoptr (GstSample) canvas = cam_canvas_new_from_picture (decoded, 320, 180);
  Look look = look_at (canvas);
  g_assert_cmpint (look.width, ==, 320);
  g_assert_cmpint (look.height, ==, 180);
  g_assert_cmpuint (look.luma, ==, 16 + (235 - 16) * 40 / 100);
  g_assert_cmpuint (look.cb, ==, 128 + (235 - 128) * 40 / 100);
  g_assert_cmpuint (look.cr, ==, look.cb);
}

/* JPEG's black is 0. */
static void
test_full_range (void)
{
  g_autoptr (GstSample) decoded = make_decoded ("I420", "1:4:0:0", 64, 64, 10);
  g_autoptr (GstSample) canvas = cam_canvas_new_from_picture (decoded, 0, 0);
  Look look = look_at (canvas);
  g_assert_cmpint (look.width, ==, 64);
  g_assert_cmpuint (look.luma, ==, 4);
}

static void
test_other_formats (void)
{
  static const char *const formats[] = {"Y42B", "Y444", "GRAY8", "NV12", "I420_10LE", "BGRx"};
  for (unsigned i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GstSample) decoded = make_decoded (formats[i], i == 5 ? "sRGB" : "bt601", 176, 144, 128);
    g_autoptr (GstSample) canvas = cam_canvas_new_from_picture (decoded, 352, 288);
    Look look = look_at (canvas);
    g_assert_cmpint (look.width, ==, 352);
    g_assert_cmpint (look.height, ==, 288);
    g_assert_cmpuint (look.luma, <, 128);
  }
}

/* As decoders give it: without a rate, or with fields. */
static void
test_rates_and_fields (void)
{
  static const char *const words[] = {
      "framerate=(fraction)0/1",
      "framerate=(fraction)30000/1001, interlace-mode=(string)interleaved",
      "framerate=(fraction)25/1, interlace-mode=(string)mixed",
      "framerate=(fraction)25/1, pixel-aspect-ratio=(fraction)16/11",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (GstSample) decoded = make_decoded ("I420", "bt709", 720, 576, 90);
    g_autofree char *text = g_strconcat ("video/x-raw, format=(string)I420, width=(int)720, height=(int)576, ", words[i], NULL);
    g_autoptr (GstCaps) caps = gst_caps_from_string (text);
    g_autoptr (GstSample) other = gst_sample_new (gst_sample_get_buffer (decoded), caps, NULL, NULL);
    g_autoptr (GstSample) canvas = cam_canvas_new_from_picture (other, 0, 0);
    g_assert_cmpint (look_at (canvas).height, ==, 576);
  }
  g_autoptr (GstSample) decoded = make_decoded ("I420", "bt709", 720, 576, 90);
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw(format:Interlaced), format=(string)I420, width=(int)720, height=(int)576, "
                                                   "framerate=(fraction)25/1, interlace-mode=(string)alternate");
  g_autoptr (GstSample) single_field = gst_sample_new (gst_sample_get_buffer (decoded), caps, NULL, NULL);
  g_assert_null (cam_canvas_new_from_picture (single_field, 0, 0));
}

static void
test_large (void)
{
  g_autoptr (GstSample) halved = cam_canvas_new_plain (4096, 4096);
  g_assert_cmpint (look_at (halved).width, ==, 2048);
  g_autoptr (GstSample) kept = cam_canvas_new_plain (4096, 2160);
  g_assert_cmpint (look_at (kept).width, ==, 4096);
  g_autoptr (GstSample) wide = make_decoded ("GRAY8", "bt709", CAM_PICTURE_MAX_SIDE + 8, 16, 0);
  g_assert_null (cam_canvas_new_from_picture (wide, 640, 360));
}

static void
test_not_video (void)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("audio/x-raw");
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 16, NULL);
  g_autoptr (GstSample) sample = gst_sample_new (buffer, caps, NULL, NULL);
  g_assert_null (cam_canvas_new_from_picture (sample, 640, 360));
  g_autoptr (GstCaps) video = gst_caps_from_string ("video/x-raw, format=(string)I420, width=(int)640, height=(int)360");
  g_autoptr (GstSample) too_short = gst_sample_new (buffer, video, NULL, NULL);
  g_assert_null (cam_canvas_new_from_picture (too_short, 640, 360));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/plain", test_plain);
  g_test_add_func ("/canvas/darkened", test_darkened);
  g_test_add_func ("/canvas/full-range", test_full_range);
  g_test_add_func ("/canvas/other-formats", test_other_formats);
  g_test_add_func ("/canvas/rates-and-fields", test_rates_and_fields);
  g_test_add_func ("/canvas/large", test_large);
  g_test_add_func ("/canvas/not-video", test_not_video);
  return g_test_run ();
}
