/* White letters in the middle of a picture, by GStreamer's text overlay.
 * Thread: the caller's. Owner: whoever made it. */
#pragma once

#include <gst/gst.h>
#include <stddef.h>

typedef struct CamLettering CamLettering;

/* Opens the fonts now, by drawing once: later no file can be opened. NULL: no text overlay is installed. */
CamLettering *cam_lettering_new (void);
void cam_lettering_free (CamLettering *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamLettering, cam_lettering_free)

/* @canvas with @title and, below and smaller, @text on it; bytes that are not UTF-8 and control characters are replaced. NULL: it could not
 * be drawn. (transfer full) */
GstSample *
cam_lettering_draw (CamLettering *self, GstSample *canvas, const char *title, size_t title_bytes, const char *text, size_t text_bytes);
