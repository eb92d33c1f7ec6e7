#include "config/hash-word.h"

#include <glib.h>
#include <string.h>

char *
cam_config_read_hash (const char *word, const char *prefix, size_t n_digits)
{
  if (!g_str_has_prefix (word, prefix))
    return NULL;
  const char *digits = word + strlen (prefix);
  if (strlen (digits) != n_digits || strspn (digits, "0123456789abcdefABCDEF") != n_digits)
    return NULL;
  return g_ascii_strdown (digits, -1);
}
