/* Whether a request was meant for us, and whether a browser sent it for somebody else's page: Host and Origin. A page anywhere can have a browser on this
 * network send requests here, and with a name of its own that it points at us (DNS rebinding) read the answers, too; names are therefore refused unless
 * somebody configured them, while an address cannot be pointed elsewhere.
 * Thread: pure. Owner: none. */
#pragma once

#include <stdbool.h>

/* @host: a Host header's value, "nvr.lan:8090", "[::1]:8090", "192.168.1.9": an address, localhost, or one of @allowed (names; nullable, ends with NULL). */
bool cam_http_host_is_ours (const char *host, const char *const *allowed);

/* @origin: an Origin header's value, of the page behind the request: from the @host that it was sent to, by http or, through a proxy that unseals, https? */
bool cam_http_origin_is_host (const char *origin, const char *host);
