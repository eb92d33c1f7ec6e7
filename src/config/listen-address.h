/* Where we listen and send from, as text: "host:port" lists and the pair of UDP ports. Nothing is resolved or bound here.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "config/config-set.h"

/* A list by blanks, 16 at most, of "host:port", "[v6]:port" and ":port" (every address, given as "[::]:port"); port 0 to 65535.
 * None is there twice. "none" is the empty list. (transfer full) Errors: as config-value.h. */
char **cam_config_parse_addresses (const char *text, GError **error);

/* "auto" (0, 0) or "EVEN-NEXT": RFC 3550, 11. Errors: as config-value.h. */
bool cam_config_parse_ports (const char *text, CamPortPair *ret_ports, GError **error);
