#include "config/config-error.h"

#define QUOTED_CHARACTERS 60

G_DEFINE_QUARK (cam_config_error, cam_config_error)

char *
cam_config_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) quoted = g_string_new ("'");
  unsigned characters = 0;
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    if (characters++ == QUOTED_CHARACTERS) {
      g_string_append (quoted, "…");
      break;
    }
    const gunichar character = g_utf8_get_char (at);
    g_string_append_unichar (quoted, g_unichar_iscntrl (character) ? '?' : character);
  }
  g_string_append_c (quoted, '\'');
  return g_string_free (g_steal_pointer (&quoted), FALSE);
}
