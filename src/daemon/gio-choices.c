#include "daemon/gio-choices.h"

#include <glib.h>

void
cam_gio_choose (void)
{
  /* What GLib takes by itself on Debian, and one word more. */
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:%COMPAT:%NO_TICKETS", FALSE);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", FALSE);
}
