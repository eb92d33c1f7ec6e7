/* The protocol of one connection: each request through guard, log-in and access to its method, one after the other, and the session that comes
 * of it. Sockets, queues and deadlines are the connection's.
 * Thread: the connection's loop, whichever that is now. Owner: rtsp-connection. */
#pragma once

#include "serve/rtsp-session.h"
#include "wire/rtsp-message.h"

typedef struct CamRtspDialogue CamRtspDialogue;

typedef enum
{
  CAM_DIALOGUE_GO_ON, /* the next request may come */
  CAM_DIALOGUE_HOLD,  /* resume at the time it says; nothing is handled before */
  CAM_DIALOGUE_MOVE,  /* move the connection to the loop it says, then resume */
  CAM_DIALOGUE_CLOSE  /* close when the answer is out */
} CamDialogueVerdict;

/* @connection, @peer, @interleaved: borrowed, outlive it. */
CamRtspDialogue *cam_rtsp_dialogue_new (CamRtspConnection *connection, const CamRtspPeer *peer, CamOutlet *interleaved);
void cam_rtsp_dialogue_free (CamRtspDialogue *self); /* NULL is fine; ends the session */

/* A message came (transfer full), on @home. */
CamDialogueVerdict cam_rtsp_dialogue_handle (CamRtspDialogue *self, CamServeLoop *home, CamRtspMessage *message);

/* After HOLD, at its time, and after MOVE, on the new home. */
CamDialogueVerdict cam_rtsp_dialogue_resume (CamRtspDialogue *self, CamServeLoop *home);

int64_t cam_rtsp_dialogue_get_hold_us (const CamRtspDialogue *self);        /* with HOLD: when to resume */
CamServeLoop *cam_rtsp_dialogue_get_target (const CamRtspDialogue *self);   /* with MOVE: where to */
/* What came before any request: a client that greets as TLS where none is spoken is told of once. The framing finds no request in that. */
void cam_rtsp_dialogue_note_first_bytes (CamRtspDialogue *self, const uint8_t *data, size_t size);

/* Whether @rules let the client go on with its session; yes while it has none. */
bool cam_rtsp_dialogue_is_welcome (const CamRtspDialogue *self, const CamServeRules *rules);

CamRtspSession *cam_rtsp_dialogue_get_session (const CamRtspDialogue *self); /* NULL for none */
