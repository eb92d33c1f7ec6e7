/* One order: what a request asks M to do, taken out of its JSON on H, so that M sees plain values only; and what came of it.
 * Thread: pure. Owner: whoever has it. */
#pragma once

#include "config/camera-dropin.h"
#include "control/control-verbs.h"

#include <json-glib/json-glib.h>

#define CAM_ORDER_MAX_SETTINGS 64

typedef struct {
  CamVerb verb;
  char *camera;        /* owned; a valid name; NULL: the verb is about none */
  GArray *settings;    /* of CamDropinSetting, their texts owned */
} CamOrder;

/* @arguments: of a request for @verb. NULL and CAM_CONTROL_ERROR_ARGUMENT when what the verb needs is missing or no such thing. (transfer full) */
CamOrder *cam_order_new (CamVerb verb, JsonObject *arguments, GError **error);
void cam_order_free (CamOrder *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamOrder, cam_order_free)

/* M's side of an answer, without JSON. */
typedef struct {
  CamAnswerKind kind;
  char *message;    /* owned; for people; NULL: none */
  GPtrArray *lines; /* of char *, owned; with OK what changes, else what is wrong, a line each; NULL: none */
} CamOrderResult;

CamOrderResult *cam_order_result_new (CamAnswerKind kind, const char *message);
void cam_order_result_free (CamOrderResult *self); /* NULL is fine */
