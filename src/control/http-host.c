#include "control/http-host.h"

#include <gio/gio.h>
#include <string.h>

#define MOST_NAME 253 /* RFC 1035, 2.3.4 */

/* Nothing, or a colon and a port's number. */
static bool
is_port (const char *text)
{
  if (text[0] == '\0')
    return true;
  size_t digits = text[0] == ':' ? strspn (text + 1, "0123456789") : 0;
  return digits >= 1 && digits <= 5 && text[1 + digits] == '\0' && g_ascii_strtoull (text + 1, NULL, 10) <= 65535;
}

/* The host without its port and brackets; NULL: it is none (RFC 9110, 7.2). (transfer full) */
static char *
read_host (const char *host)
{
  bool is_bracketed = host[0] == '[';
  const char *begin = is_bracketed ? host + 1 : host;
  size_t length = strcspn (begin, is_bracketed ? "]" : ":");
  const char *end = begin + length + (is_bracketed && begin[length] == ']');
  if (length == 0 || length > MOST_NAME || (is_bracketed && end == begin + length) || !is_port (end))
    return NULL;
  return g_ascii_strdown (begin, (gssize) length);
}

bool
cam_http_host_is_ours (const char *host, const char *const *allowed)
{
  g_autofree char *name = read_host (host);
  if (name == NULL)
    return false;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);
  if (address != NULL)
    return (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6) == (host[0] == '[');
  if (host[0] == '[')
    return false;
  if (g_str_equal (name, "localhost"))
    return true;
  for (; allowed != NULL && *allowed != NULL; allowed++) {
    if (g_ascii_strcasecmp (name, *allowed) == 0)
      return true;
  }
  return false;
}

bool
cam_http_origin_is_host (const char *origin, const char *host)
{
  static const char *const schemes[] = {"http://", "https://"};
  for (unsigned i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (g_ascii_strncasecmp (origin, schemes[i], strlen (schemes[i])) == 0)
      return g_ascii_strcasecmp (origin + strlen (schemes[i]), host) == 0;
  }
  return false;
}
