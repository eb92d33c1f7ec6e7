#include "picture/lettering.h"

#include "picture/canvas.h"

#include <stdint.h>
#include <string.h>

#define BRIGHT 200

/* How many of the first plane's bytes are nearly white. */
static size_t
count_bright (GstSample *picture, unsigned width, unsigned height)
{
  GstMapInfo map;
  g_assert_nonnull (picture);
  g_assert_true (gst_buffer_map (gst_sample_get_buffer (picture), &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, >=, (size_t) width * height);
  size_t n = 0;
  for (size_t i = 0; i < (size_t) width * height; i++)
    n += map.data[i] > BRIGHT;
  gst_buffer_unmap (gst_sample_get_buffer (picture), &map);
  return n;
}

static size_t
letter (CamLettering *lettering, unsigned width, unsigned height, const char *title, const char *text)
{
  g_autoptr (GstSample) canvas = cam_canvas_new_plain (width, height);
  g_assert_cmpuint (count_bright (canvas, width, height), ==, 0);
  g_autoptr (GstSample) drawn = cam_lettering_draw (lettering, canvas, title, strlen (title), text, strlen (text));
  g_assert_cmpuint (count_bright (canvas, width, height), ==, 0);
  return count_bright (drawn, width, height);
}

static CamLettering *
open_or_skip (void)
{
  CamLettering *lettering = cam_lettering_new ();
  if (lettering == NULL)
    g_test_skip ("no text overlay is installed");
  return lettering;
}

static void
test_letters_are_bright (void)
{
  g_autoptr (CamLettering) lettering = open_or_skip ();
  if (lettering == NULL)
    return;
  size_t small = letter (lettering, 640, 360, "driveway", "offline since 12:34:56\nbecause");
  size_t large = letter (lettering, 1920, 1080, "driveway", "offline since 12:34:56\nbecause");
  g_assert_cmpuint (small, >, 500);
  g_assert_cmpuint (large, >, 4 * small); /* they grow with the picture */
}

static void
test_nothing_to_write (void)
{
  g_autoptr (CamLettering) lettering = open_or_skip ();
  if (lettering != NULL)
    g_assert_cmpuint (letter (lettering, 640, 360, "", ""), ==, 0);
}

/* Tags are letters, and what is no text is drawn as something. */
static void
test_odd_text (void)
{
  static const char *const texts[] = {
      "<b>&amp;</b>",
      "</span><span size=\"9999999\">",
      "\xff\xfe\x80",
      "a\001b\tc\rd\177",
      "\xe6\x97\xa5\xe6\x9c\xac",
      "\xf0\x9f\x93\xb7",
      "Wörtërbücher",
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  };
  g_autoptr (CamLettering) lettering = open_or_skip ();
  for (unsigned i = 0; lettering != NULL && i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpuint (letter (lettering, 640, 360, texts[i], texts[i]), >, 20);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lettering/letters-are-bright", test_letters_are_bright);
  g_test_add_func ("/lettering/nothing-to-write", test_nothing_to_write);
  g_test_add_func ("/lettering/odd-text", test_odd_text);
  return g_test_run ();
}
