/* Host and Origin as any client says them, a line each: whose name is not an address, localhost or configured is nobody's, and only a page from that very host is its own. */
#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

#include "control/http-host.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What a browser would connect to: without the port. */
static char *
name_of (const char *host)
{
  const char *colon = strrchr (host, ':');
  bool has_port = colon != NULL && strchr (colon, ']') == NULL && (host[0] == '[' || strchr (host, ':') == colon);
  g_autofree char *name = has_port ? g_strndup (host, (gsize) (colon - host)) : g_strdup (host);
  size_t length = strlen (name);
  return name[0] == '[' && name[length - 1] == ']' ? g_strndup (name + 1, length - 2) : g_steal_pointer (&name);
}

static void
check_ours (const char *host)
{
  g_autofree char *name = name_of (host);
  bool is_known = g_ascii_strcasecmp (name, "localhost") == 0 || g_ascii_strcasecmp (name, "nvr.lan") == 0;
  g_assert_true (is_known || g_hostname_is_ip_address (name));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const allowed[] = {"nvr.lan", NULL};
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  const char *host = lines[0] != NULL ? lines[0] : "";
  const char *origin = lines[0] != NULL && lines[1] != NULL ? lines[1] : "";
  if (cam_http_host_is_ours (host, allowed))
    check_ours (host);
  if (cam_http_host_is_ours (host, NULL))
    g_assert_true (cam_http_host_is_ours (host, allowed));
  if (cam_http_origin_is_host (origin, host))
    g_assert_true (g_ascii_strncasecmp (origin, "http", 4) == 0 && strlen (origin) > strlen (host) && g_ascii_strcasecmp (origin + strlen (origin) - strlen (host), host) == 0);
  return 0;
}
