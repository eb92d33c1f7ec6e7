#include "daemon/watchdog.h"

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "daemon/stall-report.h"
#include "daemon/stall-rule.h"
#include "daemon/thread-stack.h"

enum {
  BEAT_MS = 200, /* of M; other loops turn as often by themselves */
  LOOKS_A_PERIOD = 10,
  MAX_REPORTS = 5, /* a process */
};

#define USUAL_PERIOD_US (20 * (int64_t) G_USEC_PER_SEC)
#define LONGEST_LOOK_US ((int64_t) G_USEC_PER_SEC)
#define SHORTEST_LOOK_US (20 * (int64_t) 1000)
#define STOP_US ((int64_t) G_USEC_PER_SEC)

typedef struct {
  char *name;              /* owned */
  const CamLoopBeat *beat; /* borrowed */
  CamStallView view;
} Watched;

struct CamWatchdog {
  void (*alive) (void);
  char *folder; /* owned; NULL: no reports */
  int64_t look_us;
  int64_t limit_us;
  GArray *watched; /* of Watched */
  CamLoopBeat main_beat;
  guint main_source;
  unsigned reports;
  GThread *thread; /* owned; NULL: not started */
  GMutex lock;
  GCond changed;
  bool is_stopping; /* under the lock */
  bool has_ended;   /* under the lock */
};

static void
clear_watched (gpointer data)
{
  g_free (((Watched *) data)->name);
}

CamWatchdog *
cam_watchdog_new (const CamWatchdogSetup *setup)
{
  CamWatchdog *self = g_new0 (CamWatchdog, 1);
  int64_t period_us = setup->period_us > 0 ? setup->period_us : USUAL_PERIOD_US;
  self->alive = setup->alive;
  self->folder = g_strdup (setup->folder);
  self->look_us = CLAMP (period_us / LOOKS_A_PERIOD, SHORTEST_LOOK_US, LONGEST_LOOK_US);
  self->limit_us = period_us / 2;
  self->watched = g_array_new (FALSE, TRUE, sizeof (Watched));
  g_array_set_clear_func (self->watched, clear_watched);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  cam_watchdog_add (self, "main", &self->main_beat);
  return self;
}

void
cam_watchdog_free (CamWatchdog *self)
{
  if (self == NULL)
    return;
  g_assert (self->thread == NULL);
  g_array_unref (self->watched);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self->folder);
  g_free (self);
}

void
cam_watchdog_add (CamWatchdog *self, const char *name, const CamLoopBeat *beat)
{
  g_assert (self->thread == NULL);
  Watched watched = { .name = g_strdup (name), .beat = beat };
  g_array_append_val (self->watched, watched);
}

static gboolean
on_beat_due (gpointer data)
{
  CamWatchdog *self = data;
  cam_loop_beat_strike (&self->main_beat, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static void
tell_begin (CamWatchdog *self, const Watched *watched)
{
  self->reports++;
  g_autofree char *line = cam_stall_report_write (&(CamStuckThread){
    .folder = self->reports <= MAX_REPORTS ? self->folder : NULL,
    .name = watched->name,
    .thread = cam_loop_beat_get_thread (watched->beat),
    .silent_us = watched->view.silent_us,
  });
  cam_log (CAM_LOG_ERROR, CAM_MSG_STALLED, NULL, "%s", line);
}

/* False when it is stuck. */
static bool
look_at (CamWatchdog *self, Watched *watched, int64_t passed_us)
{
  switch (cam_stall_look (&watched->view, cam_loop_beat_get_us (watched->beat), passed_us, self->limit_us)) {
  case CAM_STALL_NONE:
    return true;
  case CAM_STALL_BEGINS:
    tell_begin (self, watched);
    return false;
  case CAM_STALL_LASTS:
    return false;
  case CAM_STALL_ENDS:
    cam_log (CAM_LOG_WARNING, CAM_MSG_STALLED, NULL, "%s goes on, it was stuck for %.1f s", watched->name,
             (double) watched->view.ended_us / G_USEC_PER_SEC);
    return true;
  }
  g_assert_not_reached ();
}

static bool
look_at_all (CamWatchdog *self, int64_t passed_us)
{
  bool is_well = true;
  for (unsigned i = 0; i < self->watched->len; i++)
    is_well &= look_at (self, &g_array_index (self->watched, Watched, i), passed_us);
  return is_well;
}

/* False when there is nothing to wait for any more. */
static bool
wait_for_next_look (CamWatchdog *self)
{
  int64_t until_us = g_get_monotonic_time () + self->look_us;
  g_mutex_lock (&self->lock);
  while (!self->is_stopping && g_cond_wait_until (&self->changed, &self->lock, until_us))
    continue;
  bool goes_on = !self->is_stopping;
  g_mutex_unlock (&self->lock);
  return goes_on;
}

static gpointer
run (gpointer data)
{
  CamWatchdog *self = data;
  int64_t looked_us = g_get_monotonic_time ();
  do {
    int64_t now_us = g_get_monotonic_time ();
    /* Who comes late himself has no right to complain. */
    int64_t passed_us = MIN (now_us - looked_us, 2 * self->look_us);
    looked_us = now_us;
    if (look_at_all (self, passed_us))
      self->alive ();
  } while (wait_for_next_look (self));
  g_mutex_lock (&self->lock);
  self->has_ended = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

bool
cam_watchdog_start (CamWatchdog *self, GError **error)
{
  cam_thread_stack_install ();
  cam_loop_beat_begin (&self->main_beat);
  self->main_source = g_timeout_add (BEAT_MS, on_beat_due, self);
  self->thread = g_thread_try_new ("watchdog", run, self, error);
  if (self->thread == NULL)
    g_clear_handle_id (&self->main_source, g_source_remove);
  return self->thread != NULL;
}

bool
cam_watchdog_stop (CamWatchdog *self)
{
  if (self->thread == NULL)
    return true;
  g_clear_handle_id (&self->main_source, g_source_remove);
  int64_t until_us = g_get_monotonic_time () + STOP_US;
  g_mutex_lock (&self->lock);
  self->is_stopping = true;
  g_cond_signal (&self->changed);
  while (!self->has_ended && g_cond_wait_until (&self->changed, &self->lock, until_us))
    continue;
  bool has_ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  if (has_ended)
    g_thread_join (g_steal_pointer (&self->thread));
  return has_ended;
}
