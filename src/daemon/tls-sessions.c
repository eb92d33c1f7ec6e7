#include "daemon/tls-sessions.h"

#include <glib.h>

void
cam_tls_sessions_forbid (void)
{
  /* What GLib takes by itself on Debian, and one word more. */
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:%COMPAT:%NO_TICKETS", FALSE);
}
