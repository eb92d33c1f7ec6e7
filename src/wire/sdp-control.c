#include <string.h>

#include "wire/sdp-read.h"

/* A scheme and "://" (RFC 3986, 3.1). */
static bool
is_absolute (const char *url)
{
  size_t scheme = strspn (url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  return scheme > 0 && strncmp (url + scheme, "://", 3) == 0;
}

char *
cam_sdp_control_url (const char *base, const char *control)
{
  if (is_absolute (control))
    return g_strdup (control);
  if (*control == '\0' || strcmp (control, "*") == 0)
    return g_strdup (base);
  if (*control == '?')
    return g_strconcat (base, control, NULL);
  size_t base_length = strlen (base);
  while (base_length > 0 && base[base_length - 1] == '/')
    base_length--;
  return g_strdup_printf ("%.*s/%s", (int) base_length, base, control + strspn (control, "/"));
}
