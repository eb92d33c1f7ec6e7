#include "control/metric-value.h"

#include <math.h>
#include <stdint.h>

void
cam_metric_value_append (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isinf (value)) {
    g_string_append (out, value > 0 ? "+Inf" : "-Inf");
    return;
  }
  /* Most are whole, and those are quickly written by hand. */
  if (value < 0 || value >= 1e15 || value != floor (value)) {
    g_string_append (out, g_ascii_formatd (text, sizeof text, "%.12g", value));
    return;
  }
  char *at = text + sizeof text;
  uint64_t left = (uint64_t) value;
  do {
    *--at = (char) ('0' + left % 10);
    left /= 10;
  } while (left > 0);
  g_string_append_len (out, at, text + sizeof text - at);
}
