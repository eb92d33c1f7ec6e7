#include "config/listen-address.h"

#include <string.h>

#include "config/config-error.h"
#include "config/config-value.h"

#define MAX_ADDRESSES 16

static bool
fail (GError **error, CamConfigError code, const char *text, const char *expected)
{
  g_autofree char *quoted = cam_config_quote (text);
  g_set_error (error, CAM_CONFIG_ERROR, code, "%s: expected %s", quoted, expected);
  return false;
}

static bool
is_host_name (const char *text)
{
  return *text != '\0' && text[strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")] == '\0';
}

/* @host with its brackets, if any; "" stands for every address. */
static bool
is_host (const char *host)
{
  const size_t length = strlen (host);
  if (length == 0)
    return true;
  if (host[0] != '[')
    return is_host_name (host);
  if (host[length - 1] != ']')
    return false;
  g_autofree char *inner = g_strndup (host + 1, length - 2);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (inner);
  return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

/* The address as it is kept, or NULL. */
static char *
read_address (const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  guint64 port = 0;
  if (colon != NULL) {
    g_autofree char *host = g_strndup (text, (size_t) (colon - text));
    if (is_host (host) && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
      return g_strdup_printf ("%s:%u", *host != '\0' ? host : "[::]", (unsigned) port);
  }
  fail (error, CAM_CONFIG_ERROR_VALUE, text, "HOST:PORT, [IPV6]:PORT or :PORT, with a port from 0 to 65535");
  return NULL;
}

char **
cam_config_parse_addresses (const char *text, GError **error)
{
  g_auto (GStrv) words = cam_config_parse_words (text, error);
  if (words == NULL)
    return NULL;
  if (g_strv_length (words) > MAX_ADDRESSES) {
    fail (error, CAM_CONFIG_ERROR_OUT_OF_RANGE, text, "at most " G_STRINGIFY (MAX_ADDRESSES) " addresses");
    return NULL;
  }
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
  if (g_strv_length (words) == 1 && g_str_equal (words[0], "none"))
    return g_strv_builder_end (addresses);
  for (char **word = words; *word != NULL; word++) {
    g_autofree char *address = read_address (*word, error);
    if (address == NULL)
      return NULL;
    g_strv_builder_add (addresses, address);
  }
  return g_strv_builder_end (addresses);
}

bool
cam_config_parse_ports (const char *text, CamPortPair *ret_ports, GError **error)
{
  guint64 rtp = 0;
  guint64 rtcp = 0;
  if (g_str_equal (text, "auto")) {
    *ret_ports = (CamPortPair){0, 0};
    return true;
  }
  g_auto (GStrv) parts = g_strsplit (text, "-", 3);
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 2, 65534, &rtp, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 3, 65535, &rtcp, NULL) || rtp % 2 != 0 || rtcp != rtp + 1)
    return fail (error, CAM_CONFIG_ERROR_VALUE, text, "auto, or an even port and the next one, such as 8000-8001");
  *ret_ports = (CamPortPair){.rtp = (unsigned) rtp, .rtcp = (unsigned) rtcp};
  return true;
}
