#include "supervise/status-desk.h"

#include "core/process-usage.h"
#include "supervise/loop-vitals.h"
#include "supervise/main-alarm.h"
#include "supervise/slow-dispatch.h"

enum {
  BEAT_US = G_USEC_PER_SEC,
  SOON_US = 100 * 1000, /* of all that change at once, one status */
  PIECE_US = 1000,      /* of work at a time on one status, so that a thousand cameras keep M from nothing */
};

typedef struct {
  GSource source;
  CamStatusDesk *desk; /* borrowed: frees the source */
} BeatSource;

struct CamStatusDesk {
  CamStatusDeskSetup setup;
  CamStatusBoard *board; /* ref */
  CamConfigSet *config;  /* ref; NULL at first */
  GPtrArray *listeners;  /* of char *, owned */
  GPtrArray *loops;      /* of CamLoopVitals, owned; M first */
  CamMainAlarm *alarm;   /* owned; of what was touched */
  CamMainAlarm *piece;   /* owned; of the draft */
  CamStatus *draft;      /* owned; NULL: none is being made */
  bool is_beat_draft;
  char *described;       /* owned; the camera of the draft that was described last; NULL: none yet */
  GSource *beat;         /* owned; NULL before start */
  int64_t due_us;        /* of the beat */
  bool is_touched;
  int64_t start_unix_us;
  uint64_t reloads, reloads_failed, crashes;
  CamLoopStatus seen[CAM_STATUS_MAX_LOOPS]; /* names owned; as of the last beat */
  CamProcessUsage usage;                    /* likewise */
};

static void
free_vitals (gpointer data)
{
  cam_loop_vitals_free (data);
}

/* What is looked at each second and not at each change. */
static void
look_at_process (CamStatusDesk *self, int64_t late_us)
{
  self->usage = cam_process_usage_read ();
  for (unsigned i = 0; i < self->loops->len; i++) {
    g_free (self->seen[i].name);
    cam_loop_vitals_look (g_ptr_array_index (self->loops, i), late_us, &self->seen[i]);
  }
}

static void
describe_process (const CamStatusDesk *self, CamStatus *status)
{
  status->threads = self->usage.threads;
  status->descriptors = self->usage.descriptors;
  status->descriptor_limit = self->usage.descriptor_limit;
  status->resident_bytes = self->usage.resident_bytes;
  status->cpu_s = self->usage.cpu_s;
  for (unsigned i = 0; i < self->loops->len; i++) {
    if (self->seen[i].name == NULL)
      continue;
    status->loops[status->n_loops] = self->seen[i];
    status->loops[status->n_loops++].name = g_strdup (self->seen[i].name);
  }
}

static void
discard_draft (CamStatusDesk *self)
{
  g_clear_pointer (&self->draft, cam_status_unref);
  g_clear_pointer (&self->described, g_free);
}

/* In place of the one that is being made, if there is one. */
static void
begin_draft (CamStatusDesk *self, bool is_beat)
{
  discard_draft (self);
  CamStatus *status = cam_status_new ();
  status->unix_us = g_get_real_time ();
  status->monotonic_us = cam_clock_now_us (self->setup.clock);
  status->start_unix_us = self->start_unix_us;
  status->config = self->config != NULL ? cam_config_set_ref (self->config) : NULL;
  for (unsigned i = 0; i < self->listeners->len; i++)
    g_ptr_array_add (status->listeners, g_strdup (g_ptr_array_index (self->listeners, i)));
  status->server = cam_rtsp_server_get_counters (self->setup.server);
  if (self->setup.memory != NULL)
    status->memory = cam_media_memory_get_counters (self->setup.memory);
  status->reloads = self->reloads;
  status->reloads_failed = self->reloads_failed;
  status->crashes = self->crashes;
  describe_process (self, status);
  self->draft = status;
  self->is_beat_draft = is_beat;
  self->setup.begin (status, is_beat, self->setup.data);
}

/* Describes cameras until @until_us. True: all of them are. */
static bool
describe_more (CamStatusDesk *self, int64_t until_us)
{
  const char *name;
  do {
    name = self->setup.describe (self->draft, self->is_beat_draft, self->described, self->setup.data);
    g_free (self->described);
    self->described = g_strdup (name);
  } while (name != NULL && g_get_monotonic_time () < until_us);
  return name == NULL;
}

static void
work (CamStatusDesk *self, int64_t until_us)
{
  if (!describe_more (self, until_us)) {
    cam_main_alarm_set (self->piece, g_get_monotonic_time ());
    return;
  }
  CamStatus *status = g_steal_pointer (&self->draft);
  self->setup.end (status, self->is_beat_draft, self->setup.data);
  cam_status_seal (status);
  cam_status_board_publish (self->board, status);
}

/* The beginning of a status, or the next piece of it. */
static void
work_for_a_moment (CamStatusDesk *self)
{
  CamSlowDispatch dispatch = cam_slow_dispatch_begin ();
  work (self, g_get_monotonic_time () + PIECE_US);
  cam_slow_dispatch_end (&dispatch, "the status");
}

static void
on_piece (gpointer data)
{
  CamStatusDesk *self = data;
  if (self->draft != NULL)
    work_for_a_moment (self);
}

/* What is to happen with each beat is not lost with a beat's draft. */
void
cam_status_desk_publish (CamStatusDesk *self)
{
  begin_draft (self, self->draft != NULL && self->is_beat_draft);
  work (self, INT64_MAX);
}

static void
on_touched (gpointer data)
{
  CamStatusDesk *self = data;
  if (self->draft != NULL) {
    cam_main_alarm_set (self->alarm, g_get_monotonic_time () + SOON_US);
    return;
  }
  self->is_touched = false;
  begin_draft (self, false);
  work_for_a_moment (self);
}

static gboolean
on_beat (GSource *source, GSourceFunc func, gpointer data)
{
  CamStatusDesk *self = ((BeatSource *) source)->desk;
  int64_t now_us = g_get_monotonic_time ();
  look_at_process (self, MAX (now_us - self->due_us, 0));
  begin_draft (self, true);
  work_for_a_moment (self);
  /* Beats that were missed are not made up for: one that came at once would be in time, and hide how late the last one was. */
  self->due_us += BEAT_US * (1 + MAX (now_us - self->due_us, 0) / BEAT_US);
  g_source_set_ready_time (source, self->due_us);
  return G_SOURCE_CONTINUE;
}

void
cam_status_desk_start (CamStatusDesk *self)
{
  static const GSourceFuncs functions = { .dispatch = on_beat };
  if (self->beat != NULL)
    return;
  look_at_process (self, 0);
  begin_draft (self, true);
  work (self, INT64_MAX);
  self->due_us = g_get_monotonic_time () + BEAT_US;
  self->beat = g_source_new ((GSourceFuncs *) &functions, sizeof (BeatSource));
  ((BeatSource *) self->beat)->desk = self;
  g_source_set_name (self->beat, "status");
  g_source_set_ready_time (self->beat, self->due_us);
  g_source_attach (self->beat, g_main_context_get_thread_default ());
}

void
cam_status_desk_touch (CamStatusDesk *self)
{
  if (self == NULL || self->beat == NULL || self->is_touched)
    return;
  self->is_touched = true;
  cam_main_alarm_set (self->alarm, g_get_monotonic_time () + SOON_US);
}

void
cam_status_desk_set_config (CamStatusDesk *self, CamConfigSet *config)
{
  CamConfigSet *before = self->config;
  self->config = cam_config_set_ref (config);
  cam_config_set_unref (before);
}

void
cam_status_desk_add_listeners (CamStatusDesk *self, const char *const *urls)
{
  for (unsigned i = 0; urls != NULL && urls[i] != NULL; i++)
    g_ptr_array_add (self->listeners, g_strdup (urls[i]));
}

void
cam_status_desk_replace_listeners (CamStatusDesk *self, const char *const *before, const char *const *urls)
{
  for (unsigned i = 0; before != NULL && before[i] != NULL; i++) {
    guint index;
    if (g_ptr_array_find_with_equal_func (self->listeners, before[i], g_str_equal, &index))
      g_ptr_array_remove_index (self->listeners, index);
  }
  cam_status_desk_add_listeners (self, urls);
}

void
cam_status_desk_watch_loop (CamStatusDesk *self, const char *name, CamLoopThread *loop)
{
  g_assert (self->loops->len < CAM_STATUS_MAX_LOOPS);
  g_ptr_array_add (self->loops, cam_loop_vitals_new (name, loop, cam_clock_monotonic ()));
}

void
cam_status_desk_note_reload (CamStatusDesk *self, bool is_ok)
{
  self->reloads += is_ok;
  self->reloads_failed += !is_ok;
}

void
cam_status_desk_set_crashes (CamStatusDesk *self, uint64_t crashes)
{
  self->crashes = crashes;
}

CamStatusBoard *
cam_status_desk_get_board (const CamStatusDesk *self)
{
  return self->board;
}

CamStatusDesk *
cam_status_desk_new (const CamStatusDeskSetup *setup)
{
  CamStatusDesk *self = g_new0 (CamStatusDesk, 1);
  self->setup = *setup;
  self->board = cam_status_board_new ();
  self->listeners = g_ptr_array_new_with_free_func (g_free);
  self->loops = g_ptr_array_new_with_free_func (free_vitals);
  self->alarm = cam_main_alarm_new (setup->inbox, "the status", on_touched, self);
  self->piece = cam_main_alarm_new (setup->inbox, "the status", on_piece, self);
  self->start_unix_us = g_get_real_time ();
  cam_status_desk_watch_loop (self, "main", NULL);
  return self;
}

void
cam_status_desk_free (CamStatusDesk *self)
{
  if (self == NULL)
    return;
  if (self->beat != NULL) {
    g_source_destroy (self->beat);
    g_source_unref (self->beat);
  }
  cam_main_alarm_free (self->alarm);
  cam_main_alarm_free (self->piece);
  discard_draft (self);
  for (unsigned i = 0; i < CAM_STATUS_MAX_LOOPS; i++)
    g_free (self->seen[i].name);
  g_ptr_array_unref (self->loops);
  g_ptr_array_unref (self->listeners);
  cam_config_set_unref (self->config);
  cam_status_board_unref (self->board);
  g_free (self);
}
