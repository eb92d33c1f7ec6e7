/* The sound that one task of a mount sends: the stream's own, or a branch's in another codec, chosen anew with each description of the stream. Tasks
 * take their pictures from the mount's hub and, while the sound is a branch's, their sound from here.
 * Thread: its media loop. Owner: the task. */
#pragma once

#include "config/camera-config.h"
#include "sound/sound-branches.h"

typedef struct CamSoundFeed CamSoundFeed;

typedef struct {
  CamSoundBranches *branches; /* borrowed: the feed takes its own reference */
  CamAudioMode mode;
  CamSoundWish wish;
  CamSoundWay way;
  CamLoopThread *loop; /* borrowed: outlives the feed */
  CamLoopFunc func;    /* called on the loop when sound of a branch is ready */
  gpointer data;       /* borrowed */
} CamSoundFeedSetup;

CamSoundFeed *cam_sound_feed_new (const CamSoundFeedSetup *setup); /* @setup is copied */
void cam_sound_feed_free (CamSoundFeed *self);                     /* NULL is fine; wants nothing any more */

/* The stream is as @description says from now on: listens to the branch that this needs. What leaves then; NULL: nothing is left. (transfer full) */
CamStreamDescription *cam_sound_feed_follow (CamSoundFeed *self, const CamStreamDescription *description);

/* Sound comes from a branch; that of the mount's hub is not sent. */
bool cam_sound_feed_is_branch (const CamSoundFeed *self);

/* Whether somebody reads: a branch encodes only then, and for a few seconds after. */
void cam_sound_feed_set_wanted (CamSoundFeed *self, bool is_wanted);

/* Moves the oldest unit of the branch's sound into @ret_unit (its reference is the caller's then). False: none is ready. */
bool cam_sound_feed_next (CamSoundFeed *self, CamAccessUnit *ret_unit);
