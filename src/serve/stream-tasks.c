#include "serve/stream-tasks.h"

typedef struct {
  CamStreamTask *task; /* owned; NULL: nobody asks for it */
  unsigned users;
} Variant;

struct CamStreamTasks {
  CamStreamTaskSetup setup; /* borrows what it points to */
  CamStreamTask *plain;     /* owned */
  Variant variants[CAM_N_SOUND_CHOICES]; /* by what was asked for */
};

CamStreamTasks *
cam_stream_tasks_new (const CamStreamTaskSetup *setup)
{
  CamStreamTasks *self = g_new0 (CamStreamTasks, 1);
  self->setup = *setup;
  self->setup.wish = (CamSoundWish){.is_asked = false};
  self->setup.elder = NULL;
  self->plain = cam_stream_task_new (&self->setup);
  return self;
}

void
cam_stream_tasks_free (CamStreamTasks *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < CAM_N_SOUND_CHOICES; i++)
    g_assert (self->variants[i].users == 0);
  cam_stream_task_free (self->plain);
  g_free (self);
}

CamStreamTask *
cam_stream_tasks_get_plain (CamStreamTasks *self)
{
  return self->plain;
}

/* What @wish comes to with the stream as it is now. */
static CamSoundChoice
choose (const CamStreamTasks *self, CamSoundWish wish)
{
  g_autoptr (CamStreamDescription) description = cam_stream_hub_ref_description (self->setup.hub);
  const CamTrack *source = description != NULL ? description->tracks[CAM_TRACK_AUDIO] : NULL;
  return cam_sound_choose (self->setup.audio_mode, wish.is_asked, wish.choice, CAM_SOUND_WAY_RTP, source);
}

CamStreamTask *
cam_stream_tasks_take (CamStreamTasks *self, CamSoundWish wish)
{
  if (!wish.is_asked || choose (self, wish) == choose (self, self->setup.wish))
    return self->plain;
  Variant *variant = &self->variants[wish.choice];
  if (variant->task == NULL) {
    CamStreamTaskSetup setup = self->setup;
    setup.wish = wish;
    setup.elder = self->plain;
    variant->task = cam_stream_task_new (&setup);
  }
  variant->users++;
  return variant->task;
}

void
cam_stream_tasks_give_back (CamStreamTasks *self, CamStreamTask *task)
{
  for (unsigned i = 0; i < CAM_N_SOUND_CHOICES; i++) {
    Variant *variant = &self->variants[i];
    if (variant->task == task && --variant->users == 0)
      g_clear_pointer (&variant->task, cam_stream_task_free);
  }
}
