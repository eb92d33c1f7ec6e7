/* What can be answered at once, from the status that hangs on the board, the list of readers, the log in memory; and a reader's end, which needs no
 * more than a post.
 * Thread: H. Owner: none, functions only. */
#pragma once

#include "control/control-desk.h"

typedef struct {
  CamAnswerKind kind;
  JsonNode *result;    /* owned; with OK */
  const char *message; /* constant; with anything else */
} CamQuestionAnswer;

/* @verb: one of those; others are orders. */
bool cam_question_is_one (CamVerb verb);

/* @arguments: borrowed. */
CamQuestionAnswer cam_question_answer (CamControlDesk *desk, CamVerb verb, JsonObject *arguments);
