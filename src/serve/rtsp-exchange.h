/* One request of a client and its answer: what the handler of a method is given, and how it answers.
 * Thread: the connection's loop. Owner: rtsp-dialogue, on its stack. */
#pragma once

#include "serve/rtsp-session.h"
#include "wire/rtsp-guard.h"
#include "wire/rtsp-message.h"
#include "wire/rtsp-transcript.h"

/* What a handler did with the request. */
typedef enum
{
  CAM_EXCHANGE_ANSWERED,
  CAM_EXCHANGE_HOLD, /* not yet: ask again at hold_until_us */
  CAM_EXCHANGE_MOVE  /* not here: ask again on the mount's loop */
} CamExchangeOutcome;

typedef struct {
  CamRtspSessionSetup place;      /* where we are */
  int64_t now_us;
  int64_t arrived_us;             /* when the request was handled first */
  const CamRtspRequest *request;  /* borrowed */
  bool has_body;
  bool has_path;                  /* the URI has the form of a mount's */
  CamRtspPath path;
  CamSoundWish wish;              /* the session's, or what the URI's ?audio= asks for */
  CamRtspFactory *mount;          /* borrowed; what the URI names, access granted; NULL when the method needs none and it names none */
  CamRtspTranscript *transcript;  /* borrowed; the connection's */
  CamRtspSession **session;       /* the connection's one, which handlers make and free; *session NULL for none */
  int64_t hold_until_us;          /* with HOLD */
} CamRtspExchange;

/* An answer with what every answer carries: Server, and CSeq when it is known: @cseq is not below 0. (transfer full) */
CamRtspMessage *cam_rtsp_answer_new (int status, int64_t cseq);

/* Keeps @message, asked or answered by @peer's connection, in the log: a debug line. */
void cam_rtsp_exchange_log (CamRtspTranscript *transcript, const CamRtspPeer *peer, const CamRtspMessage *message);

/* Queues @answer (transfer full). It is written with what the handler sends next, at the end of the request at the latest. */
void cam_rtsp_exchange_send (CamRtspExchange *self, CamRtspMessage *answer);

/* An answer of nothing but a status; always CAM_EXCHANGE_ANSWERED. */
CamExchangeOutcome cam_rtsp_exchange_refuse (CamRtspExchange *self, int status);

/* "rtsp://HOST[:PORT]/NAME[/sub]/[audio=…/]" of the request's mount, rtsps: and HOST as the client wrote them, without user and password. (transfer full) */
char *cam_rtsp_exchange_get_base (const CamRtspExchange *self);
