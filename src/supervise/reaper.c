#include "supervise/reaper.h"

#include <string.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "core/reason.h"
#include "supervise/slow-dispatch.h"

enum {
  STEPS_A_TURN = 32,
  TURN_US = 4000,
  LOOK_US = 5000, /* between two looks at what was asked for */
  QUARANTINE_LOOK_US = G_USEC_PER_SEC,
};

typedef struct {
  const CamTeardownTable *table;
  char *camera; /* owned */
  gpointer subject; /* owned by the table: its last step frees it */
  void (*done) (gpointer data);
  gpointer data; /* borrowed */
  unsigned step;
  bool is_asked;       /* the step ran once */
  int64_t deadline_us; /* of the step */
  int64_t look_us;     /* not before */
  bool is_quarantined;
} Job;

typedef struct {
  GSource source;
  CamReaper *reaper; /* borrowed: frees the source */
} ReaperSource;

struct CamReaper {
  const CamClock *clock; /* borrowed */
  GSource *source;       /* owned */
  GQueue jobs;           /* of Job, owned */
  bool is_stopping;
  bool is_overwhelmed;
  void (*overwhelmed) (gpointer data);
  gpointer data; /* borrowed */
};

static void
job_free (Job *job)
{
  g_free (job->camera);
  g_free (job);
}

static void
set_deadline (const CamReaper *self, Job *job, int64_t now_us)
{
  const CamTeardownStep *step = &job->table->steps[job->step];
  job->deadline_us = now_us + (self->is_stopping ? step->stop_budget_us : step->budget_us);
}

static void
quarantine (CamReaper *self, Job *job)
{
  job->is_quarantined = true;
  cam_log (CAM_LOG_ERROR, CAM_MSG_CAMERA_FAILED, &(CamLogFields) { .camera = job->camera, .cause = cam_reason_word (CAM_REASON_INTERNAL) },
           "ending its %s takes too long at step '%s'; the camera is not dialled until it is over", job->table->name,
           job->table->steps[job->step].name);
  if (self->is_overwhelmed || cam_reaper_count_quarantined (self) < CAM_REAPER_QUARANTINE_LIMIT)
    return;
  self->is_overwhelmed = true;
  if (self->overwhelmed != NULL)
    self->overwhelmed (self->data);
}

/* Runs the job's step; true when the job is over. */
static bool
run_step (CamReaper *self, Job *job, int64_t now_us)
{
  const CamTeardownStep *step = &job->table->steps[job->step];
  bool is_first = !job->is_asked;
  if (is_first)
    set_deadline (self, job, now_us);
  job->is_asked = true;

  if (!step->run (job->subject, is_first, self->is_stopping)) {
    if (!job->is_quarantined && now_us >= job->deadline_us)
      quarantine (self, job);
    job->look_us = now_us + (job->is_quarantined && !self->is_stopping ? QUARANTINE_LOOK_US : LOOK_US);
    return false;
  }
  job->is_quarantined = false;
  job->is_asked = false;
  job->look_us = now_us;
  return ++job->step == job->table->n_steps;
}

/* When the source must run again: at once for jobs whose time has come. */
static void
arm (CamReaper *self)
{
  int64_t next_us = -1;
  for (const GList *link = self->jobs.head; link != NULL; link = link->next) {
    const Job *job = link->data;
    if (next_us < 0 || job->look_us < next_us)
      next_us = job->look_us;
  }
  g_source_set_ready_time (self->source, next_us);
}

void
cam_reaper_turn (CamReaper *self)
{
  int64_t began_us = cam_clock_now_us (self->clock);
  int64_t now_us = began_us;
  CamSlowDispatch turn = cam_slow_dispatch_begin ();
  unsigned n_jobs = self->jobs.length;
  unsigned n_steps = 0;
  for (unsigned i = 0; i < n_jobs && n_steps < STEPS_A_TURN && now_us - began_us < TURN_US; i++) {
    Job *job = g_queue_pop_head (&self->jobs);
    g_queue_push_tail (&self->jobs, job);
    if (job->look_us > now_us)
      continue;
    n_steps++;
    const CamTeardownStep *step = &job->table->steps[job->step];
    CamSlowDispatch call = cam_slow_dispatch_begin ();
    if (run_step (self, job, now_us)) {
      g_queue_pop_tail (&self->jobs);
      void (*done) (gpointer data) = job->done;
      gpointer data = job->data;
      job_free (job);
      done (data);
    }
    cam_slow_dispatch_end (&call, step->name);
    now_us = cam_clock_now_us (self->clock);
  }
  arm (self);
  cam_slow_dispatch_end (&turn, "the reaper");
}

static gboolean
dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  cam_reaper_turn (((ReaperSource *) source)->reaper);
  return G_SOURCE_CONTINUE;
}

CamReaper *
cam_reaper_new (const CamClock *clock, void (*overwhelmed) (gpointer data), gpointer data)
{
  static const GSourceFuncs functions = { .dispatch = dispatch };
  CamReaper *self = g_new0 (CamReaper, 1);
  self->clock = clock;
  self->overwhelmed = overwhelmed;
  self->data = data;
  g_queue_init (&self->jobs);
  self->source = g_source_new ((GSourceFuncs *) &functions, sizeof (ReaperSource));
  ((ReaperSource *) self->source)->reaper = self;
  g_source_set_name (self->source, "reaper");
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
cam_reaper_free (CamReaper *self)
{
  if (self == NULL)
    return;
  g_assert (cam_reaper_is_idle (self));
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self);
}

void
cam_reaper_add (CamReaper *self,
                const CamTeardownTable *table,
                const char *camera,
                gpointer subject,
                void (*done) (gpointer data),
                gpointer data)
{
  g_assert (table->n_steps > 0);
  Job *job = g_new0 (Job, 1);
  job->table = table;
  job->camera = g_strdup (camera);
  job->subject = subject;
  job->done = done;
  job->data = data;
  job->look_us = cam_clock_now_us (self->clock);
  g_queue_push_tail (&self->jobs, job);
  arm (self);
}

void
cam_reaper_hurry (CamReaper *self)
{
  self->is_stopping = true;
  int64_t now_us = cam_clock_now_us (self->clock);
  for (const GList *link = self->jobs.head; link != NULL; link = link->next) {
    Job *job = link->data;
    set_deadline (self, job, now_us);
    job->look_us = now_us;
  }
  arm (self);
}

bool
cam_reaper_is_idle (const CamReaper *self)
{
  return self->jobs.length == 0;
}

bool
cam_reaper_is_quarantined (const CamReaper *self, const char *camera)
{
  for (const GList *link = self->jobs.head; link != NULL; link = link->next) {
    const Job *job = link->data;
    if (job->is_quarantined && strcmp (job->camera, camera) == 0)
      return true;
  }
  return false;
}

unsigned
cam_reaper_count_quarantined (const CamReaper *self)
{
  g_autoptr (GHashTable) cameras = g_hash_table_new (g_str_hash, g_str_equal);
  for (const GList *link = self->jobs.head; link != NULL; link = link->next) {
    const Job *job = link->data;
    if (job->is_quarantined)
      g_hash_table_add (cameras, job->camera);
  }
  return g_hash_table_size (cameras);
}
