/* The streams whose senders come by themselves, and which of them have one now: what libsrt's threads ask about within handshakes.
 * Thread: any but where said; a post's state is one atomic value. Owner: supervisor; who holds a post is outlived by it. */
#pragma once

#include "config/camera-url.h"
#include "config/config-set.h"
#include "srt/srt-reject.h"

typedef struct CamSenderRoll CamSenderRoll;
typedef struct CamSenderPost CamSenderPost; /* of one stream */

/* All streams of @config with URL=srt: or mode=listener, closed. */
CamSenderRoll *cam_sender_roll_new (CamConfigSet *config);
void cam_sender_roll_free (CamSenderRoll *self); /* NULL is fine */

unsigned cam_sender_roll_get_length (const CamSenderRoll *self);
CamSenderPost *cam_sender_roll_get (const CamSenderRoll *self, unsigned index);

/* NULL: that stream does not exist, or its camera is dialled. */
CamSenderPost *cam_sender_roll_find (const CamSenderRoll *self, const char *camera, unsigned stream);

typedef enum
{
  CAM_SENDER_POST_CLOSED, /* nobody is taken: the camera is disabled, or leaves */
  CAM_SENDER_POST_VACANT,
  CAM_SENDER_POST_TAKEN /* somebody is there, and not quiet */
} CamSenderPostState;

void cam_sender_post_set (CamSenderPost *self, CamSenderPostState state);

/* Whether a sender may come now: AWAY when closed, CONFLICT when taken and Takeover=refuse. */
CamSrtRefusal cam_sender_post_judge (const CamSenderPost *self);

/* Constant; borrowed. */
const CamCameraConfig *cam_sender_post_get_camera (const CamSenderPost *self);
unsigned cam_sender_post_get_stream (const CamSenderPost *self);
const CamCameraUrl *cam_sender_post_get_url (const CamSenderPost *self); /* srt: */
CamSecret *cam_sender_post_get_passphrase (const CamSenderPost *self);   /* of this stream alone; NULL for none */
