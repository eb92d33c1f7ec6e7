#include "config/percent-code.h"

#include <glib.h>
#include <string.h>

/* NULL when @text holds a '%' that begins no code, or when the result is not valid text. */
static char *
decode_percent (const char *text, size_t length)
{
  g_autoptr (GString) decoded = g_string_sized_new (length);
  for (size_t i = 0; i < length; i++) {
    if (text[i] != '%') {
      g_string_append_c (decoded, text[i]);
      continue;
    }
    if (length - i < 3 || !g_ascii_isxdigit (text[i + 1]) || !g_ascii_isxdigit (text[i + 2]))
      return NULL;
    const int byte = g_ascii_xdigit_value (text[i + 1]) * 16 + g_ascii_xdigit_value (text[i + 2]);
    if (g_ascii_iscntrl ((char) byte))
      return NULL;
    g_string_append_c (decoded, (char) byte);
    i += 2;
  }
  if (!g_utf8_validate (decoded->str, (gssize) decoded->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&decoded), FALSE);
}

char *
cam_percent_decode_tolerantly (const char *text, size_t length)
{
  char *decoded = decode_percent (text, length);
  return decoded != NULL ? decoded : g_strndup (text, length);
}
