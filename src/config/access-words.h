/* The words of Read= and the names they hold. Who gets in by them is decided in the serve room.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "config/access-rule.h"

#include <stdbool.h>

/* Words by blanks: anyone users user:NAME group:NAME net:CIDR. (transfer full; of CamAccessRule, owned) Errors: as config-value.h. */
GPtrArray *cam_access_parse (const char *text, GError **error);

/* The words of @rules (of CamAccessRule), as parse takes them. (transfer full) */
char *cam_access_write (const GPtrArray *rules);

/* Names of users and groups: 1 to 64 of A-Z a-z 0-9 . _ @ -. They stand in quotes and between colons in RTSP headers. */
bool cam_user_name_is_valid (const char *name);

/* [a-z0-9][a-z0-9_-]{0,31}: a file name, a path of URLs and a label of metrics. */
bool cam_camera_name_is_valid (const char *name);
