#include "picture/lettering.h"

#include "picture/canvas.h"
#include "picture/element-run.h"

/* The overlay lets letters grow with the picture's width; in narrow pictures they take more of it, so that they can still be read. */
typedef struct {
  int width; /* of the canvas, at least */
  const char *font;
} Size;

static const Size sizes[] = {
    {480, "Sans 14"},
    {300, "Sans 21"},
    {0, "Sans 28"},
};

struct CamLettering {
  GstElement *overlay; /* borrowed: the run's */
  CamElementRun *run;  /* owned */
};

/* What may stand between tags. */
static char *
clean (const char *text, size_t size)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) size);
  for (char *at = valid; *at != '\0'; at++) {
    if (g_ascii_iscntrl (*at) && *at != '\n')
      *at = ' ';
  }
  return g_markup_escape_text (valid, -1);
}

static const char *
choose_font (GstSample *canvas)
{
  int width = 0;
  gst_structure_get_int (gst_caps_get_structure (gst_sample_get_caps (canvas), 0), "width", &width);
  unsigned i = 0;
  while (width < sizes[i].width)
    i++;
  return sizes[i].font;
}

GstSample *
cam_lettering_draw (CamLettering *self, GstSample *canvas, const char *title, size_t title_bytes, const char *text, size_t text_bytes)
{
  g_autofree char *clean_title = clean (title, title_bytes);
  g_autofree char *clean_text = clean (text, text_bytes);
  g_autofree char *markup = g_strdup_printf ("<span size=\"160%%\" weight=\"bold\">%s</span>\n%s", clean_title, clean_text);
  g_object_set (self->overlay, "text", markup, "font-desc", choose_font (canvas), NULL);
  if (!cam_element_run_push (self->run, gst_sample_get_caps (canvas), gst_buffer_ref (gst_sample_get_buffer (canvas))))
    return NULL;
  return cam_element_run_take (self->run);
}

/* A font is opened when a letter of it is drawn first, for each size anew. */
static void
open_fonts (CamLettering *self)
{
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 .,:;-_'\"!?()[]/+*=<>&%#@ äöüßéèçñåø ЖщЯ Ωλ …–";
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GstSample) canvas = cam_canvas_new_plain (MAX (sizes[i].width, 176), 128);
    g_autoptr (GstSample) drawn = cam_lettering_draw (self, canvas, letters, sizeof letters - 1, letters, sizeof letters - 1);
  }
}

CamLettering *
cam_lettering_new (void)
{
  GstElement *overlay = gst_element_factory_make ("textoverlay", NULL);
  if (overlay == NULL)
    return NULL;
  gst_util_set_object_arg (G_OBJECT (overlay), "valignment", "center");
  gst_util_set_object_arg (G_OBJECT (overlay), "halignment", "center");
  gst_util_set_object_arg (G_OBJECT (overlay), "line-alignment", "center");
  gst_util_set_object_arg (G_OBJECT (overlay), "wrap-mode", "word-char");
  g_autoptr (GstCaps) raw = gst_caps_from_string ("video/x-raw, format=(string)I420");
  CamElementRun *run = cam_element_run_new (overlay, raw);
  if (run == NULL)
    return NULL;
  CamLettering *self = g_new (CamLettering, 1);
  *self = (CamLettering){.overlay = overlay, .run = run};
  open_fonts (self);
  return self;
}

void
cam_lettering_free (CamLettering *self)
{
  if (self == NULL)
    return;
  cam_element_run_free (self->run);
  g_free (self);
}
