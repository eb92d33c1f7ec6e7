/* One blocking question to the system's resolver.
 * Thread: any that may wait; the answer can take minutes. Owner: results belong to the caller. */
#pragma once

#include <gio/gio.h>

/* An answer with more addresses than this is cut: nobody dials that many. */
#define CAM_HOST_LOOKUP_MAX_ADDRESSES 8

/* Asks for @host, also in Unicode. Addresses of GInetAddress, each once, in the system's order of preference (RFC 6724), at most
 * CAM_HOST_LOOKUP_MAX_ADDRESSES. NULL with a G_RESOLVER_ERROR (NOT_FOUND, TEMPORARY_FAILURE, INTERNAL) when there is none. (transfer full) */
GList *cam_host_lookup (const char *host, GError **error);
