/* The reasons a dial failed or a stream ended, as an enum with words.
 * Which failure gets which reason is decided where the failure is seen, not here.
 * Thread: pure. Owner: none, constants. */
#pragma once

typedef enum
{
#define REASON(name, word, text) CAM_REASON_##name,
#include "camrelay/reasons.def"
#undef REASON
  CAM_N_REASONS
} CamReason;

/* The contract's word for @reason ("refused"); never NULL. */
const char *cam_reason_word (CamReason reason);

/* One sentence part for a human ("the camera's address refuses connections on that port"); never NULL. */
const char *cam_reason_text (CamReason reason);
