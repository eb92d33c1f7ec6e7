/* The room's error domain: what can keep the serving half from starting, or from multicast.
 * Thread: any. Owner: none, constants. */
#pragma once

#include <glib.h>

#define CAM_SERVE_ERROR (cam_serve_error_quark ())
GQuark cam_serve_error_quark (void);

typedef enum
{
  CAM_SERVE_ERROR_BIND,      /* the message names the address and why */
  CAM_SERVE_ERROR_SYSTEM,    /* sockets, descriptors */
  CAM_SERVE_ERROR_MULTICAST, /* no way to the groups: the message says why */
  CAM_SERVE_ERROR_TLS        /* certificate and key: the message names the file and why */
} CamServeError;
