/* One client's session on one mount: which tracks it set up and how they travel, its reader, its seat in the audience.
 * Requests and their status codes are rtsp-methods' business.
 * Thread: the mount's media loop. Owner: the connection it was set up on, and only that. */
#pragma once

#include "serve/rtsp-peer.h"
#include "serve/serve-loop.h"
#include "wire/rtsp-transport.h"

typedef struct CamRtspSession CamRtspSession;

typedef struct {
  CamServeLoop *home;           /* borrowed */
  CamRtspConnection *connection; /* borrowed: owns the session */
  const CamRtspPeer *peer;      /* borrowed */
  CamOutlet *interleaved;       /* borrowed: the connection's */
} CamRtspSessionSetup;

/* A session on @factory (own reference), with the sound that @wish asks for. NULL and @ret_status 453 (a limit of readers) or 503 (its audience is being ended). */
CamRtspSession *cam_rtsp_session_new (const CamRtspSessionSetup *setup, CamRtspFactory *factory, CamSoundWish wish, int *ret_status);

/* NULL is fine. Stops the reader, says so in the log, leaves the audience. */
void cam_rtsp_session_free (CamRtspSession *self);

const char *cam_rtsp_session_get_id (const CamRtspSession *self); /* 32 hex digits from getrandom () */
CamRtspFactory *cam_rtsp_session_get_mount (const CamRtspSession *self);
CamSoundWish cam_rtsp_session_get_wish (const CamRtspSession *self);

/* Sets a track up, or anew with another transport. False: nothing in the Transport header's @value fits (461). */
bool cam_rtsp_session_set_up (CamRtspSession *self, CamTrackKind kind, const char *value, CamRtspTransport *ret_transport);

/* The whole stream set up as MPEG-TS over UDP, with the sound that @choice makes, as the one track of a session without any. False: nothing in
 * @value fits (461). */
bool cam_rtsp_session_set_up_ts (CamRtspSession *self, CamSoundChoice choice, const char *value, CamRtspTransport *ret_transport);
bool cam_rtsp_session_is_ts (const CamRtspSession *self);
unsigned cam_rtsp_session_count_tracks (const CamRtspSession *self);
bool cam_rtsp_session_is_playing (const CamRtspSession *self);

/* It has said good-bye, or the mount's stream is another one now than when it began: nothing of that may go to a client who was told of the first. */
bool cam_rtsp_session_is_outdated (const CamRtspSession *self);

/* Its client may not read the camera any more, and is ended: says so. */
void cam_rtsp_session_log_unwelcome (const CamRtspSession *self);

/* What playing would begin with; then answer, then play with it (transfer full). */
CamJoin *cam_rtsp_session_prepare (CamRtspSession *self, CamJoinInfo ret_info[CAM_N_TRACKS]);
void cam_rtsp_session_play (CamRtspSession *self, CamJoin *join);
void cam_rtsp_session_pause (CamRtspSession *self);

/* BYE on all tracks behind what the client has begun to receive, and no more data. */
void cam_rtsp_session_say_bye (CamRtspSession *self);

/* When the client of a session over UDP was alive last as far as can be told (udp-outlet), CLOCK_MONOTONIC µs; 0: never, or over TCP. */
int64_t cam_rtsp_session_get_alive_us (const CamRtspSession *self, int64_t now_us);
