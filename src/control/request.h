/* One request from outside, whichever door it came by: a verb, what it is about, and a JSON answer. The table of verbs is include/camrelay/control-verbs.def.
 * Questions are answered at once from the status; orders are posted to M, which answers later.
 * Thread: H. Owner: the door that it came by. */
#pragma once

#include "control/control-verbs.h"

#include <json-glib/json-glib.h>

typedef struct CamControlDesk CamControlDesk; /* what requests work on; control-desk.h */

/* @result: with OK an object or array (transfer none), else NULL; @message: for people; @details: of char *, nullable. */
typedef void (*CamAnswerFunc) (CamAnswerKind kind, JsonNode *result, const char *message, GPtrArray *details, gpointer data);

/* @arguments: an object, scanned and parsed; borrowed. @who: for the log, "token grafana from 127.0.0.1:4444". @answer is called once, on H,
 * perhaps before this returns; never after the desk is gone. */
void cam_request_run (CamControlDesk *desk, CamVerb verb, JsonObject *arguments, CamRole role, const char *who, CamAnswerFunc answer, gpointer data);
