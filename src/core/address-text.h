/* An address and its port as the log says them.
 * Thread: pure. Owner: the result is the caller's. */
#pragma once

#include <gio/gio.h>

/* "192.168.1.5:51234", "[fe80::1]:51234". (transfer full) */
char *cam_address_text (GInetAddress *address, unsigned port);
