#include "serve/ts-tasks.h"

/* A task that nobody reads is kept for one interval at least: who comes back at once finds its numbers going on. */
#define LOOK_AGAIN_US (5 * G_USEC_PER_SEC)

typedef struct {
  CamTsTask *task; /* ref; NULL: nobody asked */
  bool was_unread; /* at the last look */
} Place;

struct CamTsTasks {
  CamTsTaskSetup setup;
  Place places[CAM_N_SOUND_CHOICES];
  CamLoopTimer *timer; /* owned; armed while there is a task */
};

static void
arm (CamTsTasks *self)
{
  cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->setup.loop) + LOOK_AGAIN_US);
}

static void
look_at (Place *place)
{
  bool is_unread = !cam_ts_task_is_shared (place->task);
  if (is_unread && place->was_unread)
    g_clear_pointer (&place->task, cam_ts_task_unref);
  place->was_unread = is_unread;
}

static void
on_due (gpointer data)
{
  CamTsTasks *self = data;
  bool is_any = false;
  for (unsigned i = 0; i < CAM_N_SOUND_CHOICES; i++) {
    if (self->places[i].task != NULL)
      look_at (&self->places[i]);
    is_any = is_any || self->places[i].task != NULL;
  }
  if (is_any)
    arm (self);
}

CamTsTasks *
cam_ts_tasks_new (const CamTsTaskSetup *setup)
{
  CAM_ASSERT_ON (setup->loop);
  CamTsTasks *self = g_new0 (CamTsTasks, 1);
  self->setup = *setup;
  self->timer = cam_loop_timer_new (setup->loop, on_due, self);
  return self;
}

void
cam_ts_tasks_free (CamTsTasks *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < CAM_N_SOUND_CHOICES; i++) {
    g_assert (self->places[i].task == NULL || !cam_ts_task_is_shared (self->places[i].task));
    cam_ts_task_unref (self->places[i].task);
  }
  cam_loop_timer_free (self->timer);
  g_free (self);
}

CamTsTask *
cam_ts_tasks_ref (CamTsTasks *self, CamSoundChoice choice)
{
  CAM_ASSERT_ON (self->setup.loop);
  Place *place = &self->places[choice];
  if (place->task == NULL) {
    CamTsTaskSetup setup = self->setup;
    setup.choice = choice;
    place->task = cam_ts_task_new (&setup);
    arm (self);
  }
  place->was_unread = false;
  return cam_ts_task_ref (place->task);
}
