#include "ctl/plain-line.h"

#include <stdbool.h>

static bool
is_plain (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);
  return g_unichar_isprint (character) && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
cam_plain_line (const char *text, unsigned limit)
{
  GString *line = g_string_new (NULL);
  unsigned count = 0;
  gsize room_for_dots = 0;
  for (const char *at = text; *at != '\0' && count <= limit; count++) {
    gunichar character = g_utf8_get_char_validated (at, -1);
    bool is_valid = character != (gunichar) -1 && character != (gunichar) -2;
    if (count + 1 == limit)
      room_for_dots = line->len;
    g_string_append_unichar (line, is_valid && is_plain (character) ? character : '?');
    at = is_valid ? g_utf8_next_char (at) : at + 1;
  }
  if (count > limit) {
    g_string_truncate (line, room_for_dots);
    g_string_append (line, limit > 0 ? "…" : "");
  }
  return g_string_free (line, FALSE);
}
