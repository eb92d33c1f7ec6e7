/* A metric's value as text, whichever program reads it.
 * Thread: pure. Owner: none, functions only. */
#pragma once

#include <glib.h>

/* Whole numbers in full, others with twelve digits, "+Inf". */
void cam_metric_value_append (GString *out, double value);
