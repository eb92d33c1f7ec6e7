/* A camera's URL, taken apart tolerantly: passwords may hold any character, so user and password end at the last '@' of the authority.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "config/srt-url.h"
#include "core/secret.h"

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  CAM_SCHEME_RTSP,
  CAM_SCHEME_RTSPS,     /* RTSP in TLS */
  CAM_SCHEME_RTSP_HTTP, /* RTSP in a pair of HTTP connections */
  CAM_SCHEME_TEST,
  CAM_SCHEME_FILE,
  CAM_SCHEME_SRT
} CamScheme;

typedef struct {
  CamScheme scheme;
  char *username;      /* owned; percent-decoded where that gives valid text; NULL for none */
  CamSecret *password; /* ref; NULL for none; srt: the passphrase */
  char *host;          /* owned; without brackets; NULL for test:, file:, srt: and srt://:PORT?mode=listener */
  unsigned port;       /* when not given 554, for rtsps: 322, for rtsp+http: 80; srt: alone has none, 0 */
  char *path;          /* owned; rtsp: and its kin: path and query, "/" at least; test: the query without '?' or ""; srt: as well, without the passphrase; file: the path */
  char *clean;         /* owned; the URL without user and password, as it goes into requests; srt: without its passphrase */
  CamSrtUrl *srt;      /* owned; srt: only, else NULL */
} CamCameraUrl;

/* At most CAM_LIMIT_URI_BYTES. Errors: CAM_CONFIG_ERROR_VALUE naming the part that is wrong (never the password). */
CamCameraUrl *cam_camera_url_parse (const char *text, GError **error);
void cam_camera_url_free (CamCameraUrl *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamCameraUrl, cam_camera_url_free)
