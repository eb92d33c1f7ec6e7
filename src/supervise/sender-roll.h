/* The streams whose senders come by themselves, and which of them have one now: what libsrt's threads ask about within handshakes.
 * Thread: any but where said; a post's state is one atomic value, all else of it constant: a stream that is configured in another way has another post.
 * Owner: supervisor; a post: last reference. */
#pragma once

#include "config/camera-url.h"
#include "config/config-set.h"
#include "srt/srt-reject.h"

typedef struct CamSenderRoll CamSenderRoll;
typedef struct CamSenderPost CamSenderPost; /* of one stream */

/* M. */
CamSenderRoll *cam_sender_roll_new (CamTakeover takeover);
void cam_sender_roll_free (CamSenderRoll *self); /* NULL is fine; empty by now */

/* M. Another Takeover= for all, from now on. */
void cam_sender_roll_set_takeover (CamSenderRoll *self, CamTakeover takeover);

/* M. A post for @stream of @camera, closed; NULL when that is dialled. The stream has none yet. (transfer full) */
CamSenderPost *cam_sender_roll_add (CamSenderRoll *self, CamCameraConfig *camera, unsigned stream);

/* M. Found no more, and closed for who still has it. */
void cam_sender_roll_remove (CamSenderRoll *self, CamSenderPost *post);

/* NULL: that stream does not exist, or its camera is dialled. (transfer full) */
CamSenderPost *cam_sender_roll_find (CamSenderRoll *self, const char *camera, unsigned stream);

CamSenderPost *cam_sender_post_ref (CamSenderPost *self);
void cam_sender_post_unref (CamSenderPost *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSenderPost, cam_sender_post_unref)

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
