/* The room's error domain: what is wrong with a request's text, and what keeps a door shut.
 * Thread: any. Owner: none, constants. */
#pragma once

#include <glib.h>

#define CAM_CONTROL_ERROR (cam_control_error_quark ())
GQuark cam_control_error_quark (void);

typedef enum
{
  CAM_CONTROL_ERROR_LONG,     /* a request's text */
  CAM_CONTROL_ERROR_DEEP,     /* its brackets */
  CAM_CONTROL_ERROR_ENCODING, /* it is not UTF-8 */
  CAM_CONTROL_ERROR_SYNTAX,   /* it is no JSON */
  CAM_CONTROL_ERROR_KIND,     /* JSON, but no object */
  CAM_CONTROL_ERROR_ARGUMENT, /* one is missing, or is not what the verb takes */
  CAM_CONTROL_ERROR_SOCKET    /* cannot be listened on; the message names it and says why */
} CamControlError;
