/* What the two halves of the dialogue share: camera-dialogue.c decides, rtsp-requests.c writes requests and reads header values.
 * Thread: pure. Owner: camera-dialogue.c. */
#pragma once

#include "config/camera-url.h"
#include "ingest/camera-dialogue.h"
#include "wire/rtsp-auth.h"

#define CAM_RTSP_ANSWER_US (10 * G_USEC_PER_SEC) /* a deadline for each answer */
#define CAM_RTSP_CHALLENGES 3                     /* 401s to one request: a first, a stale nonce, a stronger scheme; more tries lock accounts */

typedef enum
{
  CAM_PHASE_OPTIONS,
  CAM_PHASE_DESCRIBE,
  CAM_PHASE_SETUP,
  CAM_PHASE_PLAY,
  CAM_PHASE_PLAYING, /* what is awaited here are keep-alives */
  CAM_PHASE_LEAVING, /* TEARDOWN is awaited */
  CAM_PHASE_OVER
} CamDialoguePhase;

struct CamCameraDialogue {
  CamDialoguePhase phase;
  CamCameraUrl *url; /* owned; of the camera that we are at now: redirects change it */
  CamAuthClient *auth; /* owned */
  char *cnonce;        /* owned */
  bool has_credentials;
  bool is_authorized; /* the newest request has an Authorization */
  bool was_logged_in; /* one that had was answered well */
  bool wants_audio;

  uint32_t cseq;       /* of the newest request */
  const char *awaited; /* method, a constant; NULL: no answer is awaited */
  int64_t answer_due_us;
  unsigned challenges; /* 401s to the awaited request so far */
  unsigned challenge_dials;
  unsigned redirects;
  bool plays_without_range; /* the camera knows no Range */

  CamSdp *sdp;  /* owned; NULL before DESCRIBE */
  char *base;   /* owned; what relative control URLs are relative to */
  char *session; /* owned; NULL for none */
  unsigned session_timeout_s;
  CamTrackKind setting_up;
  CamRtspTransport transports[CAM_N_TRACKS];
  bool is_set_up[CAM_N_TRACKS];

  bool knows_get_parameter; /* keep-alive by GET_PARAMETER, else OPTIONS */
  int64_t keep_alive_due_us;

  bool is_transport_refused;
  CamReason reason;
  char *detail; /* owned */
  int64_t retry_after_us; /* how long the camera wants to be left alone; 0: it did not say */
};

/* Writes the request that the phase asks for, and awaits its answer. */
void cam_camera_dialogue_write_request (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output);

/* The answer to a request of the camera's own. */
GBytes *cam_camera_dialogue_write_answer (const CamCameraDialogue *self, const CamRtspMessage *request);

/* Whether Public lists @method. */
bool cam_rtsp_public_has (const CamRtspMessage *answer, const char *method);

/* Takes id and time-out from an answer's Session header, if it has one and we have none yet. False: it is not usable. */
bool cam_camera_dialogue_read_session (CamCameraDialogue *self, const CamRtspMessage *answer);

/* Content-Base, else Content-Location, else the request's URL. (transfer full) */
char *cam_camera_dialogue_read_base (const CamCameraDialogue *self, const CamRtspMessage *answer);

/* Where an answer's Location points: absolute, or a path at the same camera. NULL: nowhere that can be dialled. (transfer full) */
CamCameraUrl *cam_camera_dialogue_read_location (const CamCameraDialogue *self, const CamRtspMessage *answer);
