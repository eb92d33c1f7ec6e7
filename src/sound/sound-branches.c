#include "sound/sound-branches.h"

struct CamSoundBranches {
  int refs;             /* atomic */
  CamStreamHub *source; /* ref */
  CamSoundSettings settings;
  GMutex mutex;                                   /* of what follows */
  CamSoundBranch *branches[CAM_N_SOUND_CHOICES]; /* ref; NULL: nobody has asked yet */
};

CamSoundBranches *
cam_sound_branches_new (CamStreamHub *source, const CamSoundSettings *settings)
{
  CamSoundBranches *self = g_new0 (CamSoundBranches, 1);
  self->refs = 1;
  self->source = cam_stream_hub_ref (source);
  self->settings = *settings;
  g_mutex_init (&self->mutex);
  return self;
}

CamSoundBranches *
cam_sound_branches_ref (CamSoundBranches *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_sound_branches_unref (CamSoundBranches *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  for (unsigned i = 0; i < CAM_N_SOUND_CHOICES; i++)
    cam_sound_branch_unref (self->branches[i]);
  g_mutex_clear (&self->mutex);
  cam_stream_hub_unref (self->source);
  g_free (self);
}

CamSoundBranch *
cam_sound_branches_get (CamSoundBranches *self, CamSoundChoice choice)
{
  g_assert (cam_sound_choice_is_encoded (choice));
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  if (self->branches[choice] == NULL)
    self->branches[choice] = cam_sound_branch_new (self->source, choice, &self->settings);
  return cam_sound_branch_ref (self->branches[choice]);
}
