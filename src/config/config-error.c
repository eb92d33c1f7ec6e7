#include "config/config-error.h"

#include <stdbool.h>
#include <string.h>

#include "core/redact.h"

#define QUOTED_CHARACTERS 60

G_DEFINE_QUARK (cam_config_error, cam_config_error)

/* A URL that stands where it does not belong has its log-in in it all the same; so has what looks like the end of one. (transfer full) */
static char *
leave_out_log_in (const char *text)
{
  bool may_be_url = strstr (text, "://") != NULL || strchr (text, '@') != NULL;
  return may_be_url ? cam_redact_url (text) : g_strdup (text);
}

char *
cam_config_quote (const char *text)
{
  g_autofree char *clean = leave_out_log_in (text);
  g_autofree char *valid = g_utf8_make_valid (clean, -1);
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
