/* Why an SRT caller was refused, in the words of a log line.
 * Thread: pure. Owner: the result is the caller's. */
#pragma once

#include "srt/srt-reject.h"
#include "wire/srt-stream-id.h"

/* "to publish 'yard' as 'bob': there is no such camera". @id: what was asked for; NULL: nobody can read it. (transfer full) */
char *cam_refusal_text (CamSrtRefusal refusal, const CamSrtStreamId *id);

/* "at the address of camera 'yard': …". (transfer full) */
char *cam_refusal_text_of_own (CamSrtRefusal refusal, const char *camera);
