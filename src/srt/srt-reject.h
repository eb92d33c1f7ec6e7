/* Why a handshake was refused: our words for it, SRT's codes (access_control.h and the library's own), and what a code from a peer means for a dial.
 * Thread: pure. Owner: none, constants. */
#pragma once

#include "core/reason.h"

typedef enum
{
  CAM_SRT_REFUSAL_NONE,
  CAM_SRT_REFUSAL_BAD_REQUEST, /* a stream id that cannot be read: 1400 */
  CAM_SRT_REFUSAL_LOGIN,       /* user or password are missing or wrong: 1401 */
  CAM_SRT_REFUSAL_FORBIDDEN,   /* this address may not: 1403 */
  CAM_SRT_REFUSAL_NOT_FOUND,   /* no such camera, or none for this user: 1404 */
  CAM_SRT_REFUSAL_MODE,        /* reading where one publishes, or the other way round: 1405 */
  CAM_SRT_REFUSAL_CONFLICT,    /* it has a sender already (Takeover=refuse): 1409 */
  CAM_SRT_REFUSAL_AWAY,        /* nothing to read yet: 1503 */
  CAM_SRT_REFUSAL_FULL,        /* a limit of ours: 1402, overload */
  CAM_N_SRT_REFUSALS
} CamSrtRefusal;

int cam_srt_refusal_code (CamSrtRefusal refusal); /* for srt_setrejectreason */
const char *cam_srt_refusal_text (CamSrtRefusal refusal); /* one sentence part for the log */

/* What the code of a refused call says; one that nobody knows is "refused". @ret_text (nullable): constant, one sentence part. */
CamReason cam_srt_reject_reason (int code, const char **ret_text);
