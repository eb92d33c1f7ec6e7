#include "picture/element-run.h"

static GstBuffer *
make_buffer (unsigned size)
{
  return gst_buffer_new_allocate (NULL, size, NULL);
}

static CamElementRun *
make_run (const char *wanted)
{
  GstElement *element = gst_element_factory_make ("identity", NULL);
  g_assert_nonnull (element);
  g_autoptr (GstCaps) caps = gst_caps_from_string (wanted);
  return cam_element_run_new (element, caps);
}

static void
test_pushed_is_taken_in_order (void)
{
  g_autoptr (CamElementRun) run = make_run ("ANY");
  g_assert_nonnull (run);
  g_assert_null (cam_element_run_take (run));
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/jpeg");
  g_autoptr (GstCaps) other_caps = gst_caps_new_empty_simple ("image/png");
  g_assert_true (cam_element_run_push (run, caps, make_buffer (1)));
  g_assert_true (cam_element_run_push (run, other_caps, make_buffer (2)));
  cam_element_run_finish (run);
  g_autoptr (GstSample) first = cam_element_run_take (run);
  g_autoptr (GstSample) second = cam_element_run_take (run);
  g_assert_cmpuint (gst_buffer_get_size (gst_sample_get_buffer (first)), ==, 1);
  g_assert_true (gst_caps_is_equal (gst_sample_get_caps (first), caps));
  g_assert_cmpuint (gst_buffer_get_size (gst_sample_get_buffer (second)), ==, 2);
  g_assert_true (gst_caps_is_equal (gst_sample_get_caps (second), other_caps));
  g_assert_null (cam_element_run_take (run));
}

/* What an element gives without end is not kept without end. */
static void
test_bounded (void)
{
  g_autoptr (CamElementRun) run = make_run ("ANY");
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/jpeg");
  for (unsigned i = 0; i < 100; i++)
    g_assert_true (cam_element_run_push (run, caps, make_buffer (i + 1)));
  unsigned n = 0;
  for (GstSample *sample; (sample = cam_element_run_take (run)) != NULL; gst_sample_unref (sample))
    n++;
  g_assert_cmpuint (n, ==, 8);
}

static void
test_caps_that_are_not_wanted (void)
{
  g_autoptr (CamElementRun) run = make_run ("image/png");
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/jpeg");
  g_assert_false (cam_element_run_push (run, caps, make_buffer (1)));
  g_assert_null (cam_element_run_take (run));
}

static void
test_no_pads (void)
{
  GstElement *element = gst_element_factory_make ("pipeline", NULL);
  g_autoptr (GstCaps) any = gst_caps_new_any ();
  g_assert_null (cam_element_run_new (element, any));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/element-run/pushed-is-taken-in-order", test_pushed_is_taken_in_order);
  g_test_add_func ("/element-run/bounded", test_bounded);
  g_test_add_func ("/element-run/caps-that-are-not-wanted", test_caps_that_are_not_wanted);
  g_test_add_func ("/element-run/no-pads", test_no_pads);
  return g_test_run ();
}
