/* The dialogue with an RTSP camera, from OPTIONS to TEARDOWN: given what the camera said and what time it is, what to send and what to do next.
 * No socket, no clock, no media: rtsp-client-source acts, rtsp-tracks reads the packets.
 * Thread: pure. Owner: an rtsp-client-source. */
#pragma once

#include "core/reason.h"
#include "core/secret.h"
#include "wire/rtsp-message.h"
#include "wire/rtsp-transport.h"
#include "wire/sdp-read.h"

typedef struct CamCameraDialogue CamCameraDialogue;

/* What is to be done once the output has been written. */
typedef enum
{
  CAM_DIALOGUE_WAIT,    /* nothing */
  CAM_DIALOGUE_DIAL,    /* close this connection, dial get_host () and get_port (), then connected () */
  CAM_DIALOGUE_READY,   /* every medium is set up and PLAY goes out now: packets may come before its answer */
  CAM_DIALOGUE_PLAYING, /* the camera says that it plays */
  CAM_DIALOGUE_FAILED,  /* get_failure () says why */
  CAM_DIALOGUE_LEFT     /* the camera knows that we are gone, or never knew us: close */
} CamDialogueAct;

typedef struct {
  const char *url;      /* without user and password */
  const char *username; /* NULL for none */
  CamSecret *password;  /* NULL for none */
  const char *cnonce;   /* 16 hex digits or more, random: for digests */
  bool wants_audio;     /* false: audio is not set up */
} CamCameraDialogueSetup;

/* One medium that the camera set up for us. */
typedef struct {
  const CamSdpMedia *media; /* borrowed from the dialogue */
  uint8_t channels[2];      /* RTP, RTCP: as granted */
} CamRtspGrant;

/* Everything is copied. NULL when the URL cannot be read (the configuration has checked it). */
CamCameraDialogue *cam_camera_dialogue_new (const CamCameraDialogueSetup *setup);

/* The same for a camera where somebody left @session behind, controlled as a whole by @session_url: all that is said there is TEARDOWN. */
CamCameraDialogue *cam_camera_dialogue_new_leaving (const CamCameraDialogueSetup *setup, const char *session_url, const char *session);
void cam_camera_dialogue_free (CamCameraDialogue *self); /* NULL is fine */

/* Every call below that has a @ret_output sets it to what must be written to the camera before the act, or to NULL. (transfer full) */

/* A connection to get_host () is up: the first one, or a new one after CAM_DIALOGUE_DIAL. */
CamDialogueAct cam_camera_dialogue_connected (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output);

/* A whole message came, an answer or a request of the camera's own (answered with 200, 405 or 501). */
CamDialogueAct cam_camera_dialogue_take (CamCameraDialogue *self, const CamRtspMessage *message, int64_t now_us, GBytes **ret_output);

/* Time passed: answers that did not come within 10 s, and keep-alives at half the session's time-out. Due at get_due_us (), INT64_MAX for never. */
CamDialogueAct cam_camera_dialogue_tick (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output);
int64_t cam_camera_dialogue_get_due_us (const CamCameraDialogue *self);

/* We want to go: TEARDOWN, or CAM_DIALOGUE_LEFT at once when there is nothing to tear down. Twice is fine. */
CamDialogueAct cam_camera_dialogue_leave (CamCameraDialogue *self, int64_t now_us, GBytes **ret_output);

/* The camera closed the connection. True: it does so after each 401, dial again and say connected (). */
bool cam_camera_dialogue_wants_redial (CamCameraDialogue *self);

const char *cam_camera_dialogue_get_host (const CamCameraDialogue *self);
unsigned cam_camera_dialogue_get_port (const CamCameraDialogue *self);

/* The method whose answer is awaited, NULL for none: for "closed while …". */
const char *cam_camera_dialogue_get_awaited (const CamCameraDialogue *self);

/* After CAM_DIALOGUE_FAILED: the reason, and one redacted sentence part. */
CamReason cam_camera_dialogue_get_failure (const CamCameraDialogue *self, const char **ret_detail);

/* After CAM_DIALOGUE_FAILED: whether it was because the camera does not send over TCP; some say so by refusing SETUP with whatever comes to mind. */
bool cam_camera_dialogue_is_transport_refused (const CamCameraDialogue *self);

/* After CAM_DIALOGUE_FAILED: for how long the camera wants to be left alone; 0: it did not say. */
int64_t cam_camera_dialogue_get_retry_after_us (const CamCameraDialogue *self);

/* The id of the session that the camera keeps for us, NULL for none, and the URL that controls it as a whole, without user and password. */
const char *cam_camera_dialogue_get_session (const CamCameraDialogue *self);
char *cam_camera_dialogue_dup_session_url (const CamCameraDialogue *self);

/* From CAM_DIALOGUE_READY on; false: this medium is not carried. */
bool cam_camera_dialogue_get_grant (const CamCameraDialogue *self, CamTrackKind kind, CamRtspGrant *ret_grant);
