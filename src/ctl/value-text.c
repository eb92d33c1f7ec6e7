#include "ctl/value-text.h"

#include <math.h>
#include <stdint.h>

#define NOTHING "-"

char *
cam_value_text_number (double value, unsigned digits)
{
  return isfinite (value) ? g_strdup_printf ("%.*f", (int) digits, value) : g_strdup (NOTHING);
}

char *
cam_value_text_age (double seconds)
{
  if (!isfinite (seconds) || seconds > 1e12)
    return g_strdup (NOTHING);
  if (seconds < 9.95)
    return g_strdup_printf ("%.1f s", MAX (seconds, 0));
  uint64_t whole = (uint64_t) (seconds + 0.5);
  uint64_t minutes = whole / 60;
  uint64_t hours = minutes / 60;
  if (whole < 120)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " s", whole);
  if (hours < 2)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " min", minutes);
  if (hours < 48)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " h %" G_GUINT64_FORMAT " min", hours, minutes % 60);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " d %" G_GUINT64_FORMAT " h", hours / 24, hours % 24);
}

/* @value with the first of @units that leaves less than @base of it. */
static char *
scale (double value, double base, const char *const *units)
{
  if (!isfinite (value))
    return g_strdup (NOTHING);
  unsigned unit = 0;
  while (value >= base - 0.5 && units[unit + 1] != NULL) {
    value /= base;
    unit++;
  }
  return g_strdup_printf ("%.*f %s", unit > 0 && value < 9.95 ? 1 : 0, value, units[unit]);
}

char *
cam_value_text_bit_rate (double bits)
{
  static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", NULL};
  return scale (bits, 1000, units);
}

char *
cam_value_text_bytes (double bytes)
{
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", NULL};
  return scale (bytes, 1024, units);
}
