/* What an error of rtspsrc's means, in the words of our own client. rtspsrc tells little: the status code if there is one, else what was asked last and
 * how long ago must do.
 * Thread: pure. Owner: none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/reason.h"

typedef struct {
  unsigned status;    /* of the camera's answer; 0: there was none */
  const char *phrase; /* of the answer; nullable */
  const char *asked;  /* method of the newest request; NULL: none went out */
  int64_t waited_us;  /* since then */
  const char *text;   /* rtspsrc's own, for people */
  const char *debug;  /* and for its developers; nullable */
  bool is_tls;
  bool has_played; /* packets have come */
} CamRtspsrcFault;

/* @ret_detail: one sentence part, to be redacted. (transfer full) */
CamReason cam_rtspsrc_verdict (const CamRtspsrcFault *fault, char **ret_detail);
