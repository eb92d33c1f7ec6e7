/* One connection to the control socket: lines of JSON in, lines of JSON out, one request at a time. What came half, or is not read, is waited for
 * for 10 s; who says nothing for 10 min is let go.
 * Thread: H. Owner: control-socket. */
#pragma once

#include "control/control-desk.h"

typedef struct CamControlConnection CamControlConnection;

#define CAM_CONTROL_IDLE_US (600 * G_USEC_PER_SEC)
#define CAM_CONTROL_PATIENCE_US (10 * G_USEC_PER_SEC) /* for the rest of a line, for an answer to be read */

typedef struct {
  CamControlDesk *desk; /* borrowed */
  CamRole role;         /* what its peer may */
  const char *who;      /* for the log; copied */
  void (*gone) (CamControlConnection *connection, gpointer data); /* it has ended and is to be freed; within its own callbacks */
  gpointer data;
} CamControlConnectionSetup;

/* @fd: connected, non-blocking (transfer full). NULL, and closed, when it cannot be watched. */
CamControlConnection *cam_control_connection_new (const CamControlConnectionSetup *setup, int fd);
void cam_control_connection_free (CamControlConnection *self); /* NULL is fine; an answer that is on its way is said to nobody */

/* The line that says an error and ends in "\n", as connections do. @tag (nullable): the request's. (transfer full) */
char *cam_control_connection_error_line (CamAnswerKind kind, const char *message, GPtrArray *details, JsonNode *tag);
