/* The branches of one stream by what they make of its sound, each made when it is asked for first.
 * Thread: any. Owner: last reference: the mounts and tasks of a stream share one. */
#pragma once

#include "sound/sound-branch.h"

typedef struct CamSoundBranches CamSoundBranches;

CamSoundBranches *cam_sound_branches_new (CamStreamHub *source, const CamSoundSettings *settings);
CamSoundBranches *cam_sound_branches_ref (CamSoundBranches *self);
void cam_sound_branches_unref (CamSoundBranches *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundBranches, cam_sound_branches_unref)

/* (transfer full) */
CamSoundBranch *cam_sound_branches_get (CamSoundBranches *self, CamSoundChoice choice);
