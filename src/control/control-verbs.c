#include "control/control-verbs.h"

#include <string.h>

const CamVerbRow cam_verbs[CAM_N_VERBS] = {
#define VERB(name, word, role, method, path, text) [CAM_VERB_##name] = {word, CAM_ROLE_##role, method, path, text},
#include "camrelay/control-verbs.def"
};

static const struct {
  const char *word;
  unsigned http_status;
} answers[CAM_N_ANSWERS] = {
    [CAM_ANSWER_OK] = {"ok", 200},
    [CAM_ANSWER_BAD_REQUEST] = {"bad-request", 400},
    [CAM_ANSWER_FORBIDDEN] = {"forbidden", 403},
    [CAM_ANSWER_NOT_FOUND] = {"not-found", 404},
    [CAM_ANSWER_CONFLICT] = {"conflict", 409},
    [CAM_ANSWER_INVALID] = {"invalid", 422},
    [CAM_ANSWER_BUSY] = {"busy", 503},
};

const char *
cam_answer_word (CamAnswerKind kind)
{
  return answers[kind].word;
}

unsigned
cam_answer_http_status (CamAnswerKind kind)
{
  return answers[kind].http_status;
}

int
cam_verb_find (const char *word)
{
  for (int i = 0; i < CAM_N_VERBS; i++) {
    if (strcmp (cam_verbs[i].word, word) == 0)
      return i;
  }
  return -1;
}
