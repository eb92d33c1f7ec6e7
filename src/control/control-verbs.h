/* The rows of control-verbs.def as data, and what an answer is called.
 * Thread: pure. Owner: none, constants. */
#pragma once

#include "config/config-set.h"

/* CAM_VERB_STATUS … */
typedef enum
{
#define VERB(name, word, role, method, path, text) CAM_VERB_##name,
#include "camrelay/control-verbs.def"
  CAM_N_VERBS
} CamVerb;

typedef struct {
  const char *word;   /* "support-bundle" */
  CamRole role;       /* the least that may */
  const char *method; /* "GET" */
  const char *path;   /* under /api/v1; "/cameras/{name}" */
  const char *text;
} CamVerbRow;

extern const CamVerbRow cam_verbs[CAM_N_VERBS];

typedef enum
{
  CAM_ANSWER_OK,
  CAM_ANSWER_BAD_REQUEST, /* "bad-request", 400 */
  CAM_ANSWER_FORBIDDEN,   /* "forbidden", 403: the role is too low */
  CAM_ANSWER_NOT_FOUND,   /* "not-found", 404: no such camera, stream, reader, verb */
  CAM_ANSWER_CONFLICT,    /* "conflict", 409: it exists already, or cannot be in its state */
  CAM_ANSWER_INVALID,     /* "invalid", 422: the configuration would be wrong; there is a line for each error */
  CAM_ANSWER_BUSY,        /* "busy", 503: too many wait */
  CAM_N_ANSWERS
} CamAnswerKind;

const char *cam_answer_word (CamAnswerKind kind); /* "not-found"; never NULL */
unsigned cam_answer_http_status (CamAnswerKind kind);

/* The verb called @word, else -1. */
int cam_verb_find (const char *word);
