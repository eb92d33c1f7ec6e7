#include "daemon/daemon.h"

#include <gst/gst.h>

#include "camrelay/exit-codes.h"
#include "camrelay/log-fields.h"
#include "control/statsd-push.h"
#include "core/log.h"
#include "daemon/control-doors.h"
#include "daemon/memory-watch.h"
#include "daemon/resource-budget.h"
#include "daemon/service-notify.h"
#include "daemon/service-sockets.h"
#include "daemon/signals.h"
#include "daemon/watchdog.h"
#include "srt/srt-library.h"
#include "supervise/reload.h"
#include "supervise/stream-memory.h"
#include "supervise/supervisor.h"

enum {
  MAX_LOOPS = 4,
  STOP_LIMIT_US = 9 * G_USEC_PER_SEC / 2,
  READERS_GRACE_US = 3 * G_USEC_PER_SEC / 2, /* for BYE and what is queued, then RST */
  LOOP_JOIN_US = G_USEC_PER_SEC / 2,
  CONTROL_STOP_US = G_USEC_PER_SEC / 2,
  SRT_STOP_US = G_USEC_PER_SEC,
  STOP_LOOK_MS = 10,
  STATUS_S = 2,
  CRASHES_S = 600,
  MANY_CRASHES = 3,
};

typedef enum
{
  PHASE_RUNNING,
  PHASE_CLOSING, /* the server lets its readers go */
  PHASE_LEAVING, /* the cameras are let go */
} Phase;

typedef struct {
  CamConfigSet *config; /* borrowed; at the start */
  const CamConfigSources *sources; /* borrowed */
  const CamFolders *folders; /* borrowed */
  const CamCrashHistory *crashes; /* borrowed */
  CamHandedSockets *handed;  /* owned */
  CamLoopThread *loops[MAX_LOOPS]; /* owned */
  unsigned n_loops;
  CamMediaMemory *memory;    /* ref */
  CamMemoryWatch memory_watch;
  CamDisk *disk;             /* owned */
  CamResolver *resolver;     /* owned */
  CamSrtPoller *srt;         /* owned; NULL: nobody needs it */
  CamRtspServer *server;     /* owned */
  CamSupervisor *supervisor; /* owned */
  CamReload *reload;         /* owned */
  CamControlDesk *control;   /* owned */
  CamHttpServer *http;       /* borrowed from control; NULL until its doors are open */
  CamSignals *signals;       /* owned */
  CamWatchdog *watchdog;     /* owned; NULL until all listeners answer */
  GMainLoop *main_loop;      /* ref */
  Phase phase;
  unsigned connected, total, readers; /* as last told to systemd */
  guint status_source;
  guint stop_source;
  int exit_status;
} Daemon;

/* Goes one step down the stop whenever what was asked for has happened. */
static gboolean
look_at_stop (gpointer data)
{
  Daemon *self = data;
  switch (self->phase) {
  case PHASE_RUNNING:
    break;
  case PHASE_CLOSING:
    if (!cam_rtsp_server_is_gone (self->server))
      break;
    self->phase = PHASE_LEAVING;
    cam_supervisor_stop (self->supervisor);
    break;
  case PHASE_LEAVING:
    if (cam_supervisor_is_gone (self->supervisor))
      g_main_loop_quit (self->main_loop);
    break;
  }
  return G_SOURCE_CONTINUE;
}

static void
begin_stop (gpointer data)
{
  Daemon *self = data;
  if (self->phase != PHASE_RUNNING)
    return;
  cam_log (CAM_LOG_INFO, CAM_MSG_STOPPING, NULL, "stopping");
  cam_service_notify_stopping ();
  cam_signals_limit_stop (STOP_LIMIT_US);
  g_clear_handle_id (&self->status_source, g_source_remove);
  self->phase = PHASE_CLOSING;
  self->stop_source = g_timeout_add (STOP_LOOK_MS, look_at_stop, self);
  if (self->http != NULL)
    cam_http_server_set_ready (self->http, false);
  if (self->reload != NULL)
    cam_reload_stop (self->reload);
  cam_supervisor_close_doors (self->supervisor);
  cam_rtsp_server_close (self->server, READERS_GRACE_US);
}

static void
on_reloaded (const CamReloadResult *result, gpointer data)
{
  const Daemon *self = data;
  if (self->phase == PHASE_RUNNING)
    cam_service_notify_ready ();
}

static void
begin_reload (gpointer data)
{
  Daemon *self = data;
  if (self->reload == NULL || self->phase != PHASE_RUNNING)
    return;
  cam_service_notify_reloading ();
  cam_reload_request (self->reload, CAM_RELOAD_APPLY, NULL, on_reloaded, self);
}

static unsigned
count_loops (void)
{
  return MIN (g_get_num_processors (), MAX_LOOPS);
}

/* What of a reload is above supervise. */

static bool
fit_config (CamConfigSet *config, gpointer data, GError **error)
{
  return cam_resource_budget_fit (config, count_loops (), error);
}

static bool
prepare_http (CamConfigSet *config, gpointer data, GError **error)
{
  const Daemon *self = data;
  return cam_http_server_prepare (self->http, config, error);
}

static void
adopt_http (gpointer data)
{
  Daemon *self = data;
  g_auto (GStrv) before = g_strdupv ((char **) cam_http_server_get_addresses (self->http));
  cam_http_server_adopt (self->http);
  cam_status_desk_replace_listeners (cam_supervisor_get_status_desk (self->supervisor), (const char *const *) before,
                                     cam_http_server_get_addresses (self->http));
}

static void
abandon_http (gpointer data)
{
  const Daemon *self = data;
  cam_http_server_abandon (self->http);
}

static void
on_overwhelmed (gpointer data)
{
  Daemon *self = data;
  cam_log (CAM_LOG_ERROR, CAM_MSG_STOPPING, NULL, "too many cameras cannot be ended, a clean process is better: stopping");
  self->exit_status = CAM_EXIT_INTERNAL;
  begin_stop (self);
}

static gboolean
look_around (gpointer data)
{
  Daemon *self = data;
  unsigned connected, total;
  cam_supervisor_count (self->supervisor, &connected, &total);
  unsigned readers = cam_rtsp_server_get_counters (self->server).readers;
  if (connected != self->connected || total != self->total || readers != self->readers)
    cam_service_notify_status (connected, total, readers);
  self->connected = connected;
  self->total = total;
  self->readers = readers;
  cam_memory_watch_look (&self->memory_watch, self->memory, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static bool
start_loops (Daemon *self, GError **error)
{
  unsigned wanted = count_loops ();
  while (self->n_loops < wanted) {
    g_autofree char *name = g_strdup_printf ("media%u", self->n_loops);
    CamLoopThread *loop = cam_loop_thread_new (name, error);
    if (loop == NULL)
      return false;
    self->loops[self->n_loops++] = loop;
  }
  return true;
}

/* @urls (nullable: none), each behind a blank. */
static void
add_addresses (GString *line, const char *const *urls)
{
  for (; urls != NULL && *urls != NULL; urls++)
    g_string_append_printf (line, " %s", *urls);
}

static void
say_ready (Daemon *self)
{
  g_autoptr (GString) addresses = g_string_new (NULL);
  add_addresses (addresses, cam_rtsp_server_get_addresses (self->server));
  add_addresses (addresses, cam_supervisor_get_srt_addresses (self->supervisor));
  add_addresses (addresses, cam_http_server_get_addresses (self->http));
  cam_http_server_set_ready (self->http, true);
  cam_log (CAM_LOG_INFO, CAM_MSG_READY, NULL, "ready:%s", addresses->str);
  cam_service_notify_ready ();
  look_around (self);
  self->status_source = g_timeout_add_seconds (STATUS_S, look_around, self);
}

/* What a part that cannot be made or started means for the process. */
static int
choose_exit_status (const GError *error)
{
  bool is_system = error->domain == G_THREAD_ERROR || g_error_matches (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_SYSTEM);
  bool is_config = error->domain == G_IO_ERROR || g_error_matches (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS);
  if (is_system)
    return CAM_EXIT_SYSTEM;
  return is_config ? CAM_EXIT_CONFIG : CAM_EXIT_UNAVAILABLE;
}

/* False. */
static bool
say_unavailable (Daemon *self, const GError *error)
{
  self->exit_status = choose_exit_status (error);
  cam_log (CAM_LOG_ERROR, CAM_MSG_LISTENER, NULL, "cannot start: %s", error->message);
  return false;
}

static CamSrtPoller *
bring_up_srt (gpointer data, GError **error)
{
  Daemon *self = data;
  self->srt = cam_srt_poller_new (error);
  const char *warning = self->srt != NULL ? cam_srt_library_get_warning () : NULL;
  if (warning != NULL)
    cam_log (CAM_LOG_WARNING, NULL, NULL, "%s", warning);
  return self->srt;
}

/* What must be there before a camera is dialled or a client accepted. */
static bool
start_foundations (Daemon *self)
{
  g_autoptr (GError) error = NULL;
  if (start_loops (self, &error))
    self->disk = cam_disk_new (&error);
  if (self->disk == NULL || (cam_config_set_needs_srt (self->config) && bring_up_srt (self, &error) == NULL)) {
    cam_log (CAM_LOG_ERROR, NULL, NULL, "cannot start: %s", error->message);
    return false;
  }
  return true;
}

static void
start_status (Daemon *self)
{
  CamStatusDesk *desk = cam_supervisor_get_status_desk (self->supervisor);
  cam_status_desk_add_listeners (desk, cam_rtsp_server_get_addresses (self->server));
  cam_status_desk_set_crashes (desk, cam_crash_history_get_total (self->crashes));
  cam_status_desk_start (desk);
}

/* The thread H and its doors. False: nothing can be asked; the exit status is set and the reason logged. */
static bool
start_control (Daemon *self)
{
  g_autoptr (GError) error = NULL;
  CamStatusDesk *status = cam_supervisor_get_status_desk (self->supervisor);
  self->control = cam_control_desk_new (&(CamControlSetup) {
      .board = cam_status_desk_get_board (status),
      .supervisor = self->supervisor,
      .server = self->server,
      .reload = self->reload,
      .runtime_folder = self->folders->runtime,
      .state_folder = self->folders->state,
  }, &error);
  if (self->control == NULL)
    return say_unavailable (self, error);
  cam_status_desk_watch_loop (status, "http", cam_control_desk_get_loop (self->control));
  cam_statsd_push_open (self->control, self->resolver, CAM_STATSD_PERIOD_US);
  if (!cam_control_doors_open (self->control, self->config, self->folders, self->handed, &self->http, &error))
    return say_unavailable (self, error);
  cam_status_desk_add_listeners (status, cam_http_server_get_addresses (self->http));
  return true;
}

/* Of whatever would take everything else with it if it hung. */
static bool
start_watchdog (Daemon *self, GError **error)
{
  const char *state = self->folders->state;
  g_autofree char *folder = state != NULL ? g_build_filename (state, "crashes", NULL) : NULL;
  self->watchdog = cam_watchdog_new (&(CamWatchdogSetup) {
      .period_us = cam_service_notify_get_watchdog_us (),
      .alive = cam_service_notify_alive,
      .folder = folder,
  });
  for (unsigned i = 0; i < self->n_loops; i++) {
    g_autofree char *name = g_strdup_printf ("media%u", i);
    cam_watchdog_add (self->watchdog, name, cam_loop_thread_get_beat (self->loops[i]));
  }
  cam_watchdog_add (self->watchdog, "http", cam_loop_thread_get_beat (cam_control_desk_get_loop (self->control)));
  return cam_watchdog_start (self->watchdog, error);
}

/* A camera may be what makes us crash: dialled one after the other, the others are there for a while at least. */
static CamCountPair
choose_start_concurrency (const Daemon *self)
{
  unsigned crashes = cam_crash_history_count_since (self->crashes, g_get_real_time () / G_USEC_PER_SEC - CRASHES_S);
  if (crashes < MANY_CRASHES)
    return self->config->server.start_concurrency;
  cam_log (CAM_LOG_WARNING, CAM_MSG_LAST_CRASH, NULL, "%u crashes within %u minutes: cameras are dialled one after the other", crashes, CRASHES_S / 60);
  return (CamCountPair) { .all = 1, .per_host = 1 };
}

/* False with the exit status set and the reason logged; what was made so far is taken apart by finish (). */
static bool
start (Daemon *self)
{
  g_autoptr (GError) error = NULL;
  self->handed = cam_service_sockets_collect (&error);
  if (self->handed == NULL)
    return say_unavailable (self, error);
  if (!cam_resource_budget_fit (self->config, count_loops (), &error))
    return say_unavailable (self, error);
  self->exit_status = CAM_EXIT_SYSTEM;
  if (!start_foundations (self))
    return false;
  self->memory = cam_memory_watch_open (self->config->server.media_memory);
  self->resolver = cam_resolver_new ();
  self->server = cam_rtsp_server_new (self->config, self->loops, self->n_loops, self->handed, &error);
  if (self->server == NULL)
    return say_unavailable (self, error);
  /* GStreamer's own handler, while it loads a plug-in, would stand in front of daemon/crash-handler. */
  gst_segtrap_set_enabled (FALSE);
  if (!gst_init_check (NULL, NULL, &error)) {
    cam_log (CAM_LOG_ERROR, NULL, NULL, "cannot start GStreamer: %s", error != NULL ? error->message : "no reason given");
    return false;
  }
  cam_stream_memory_forget_others (self->disk, self->folders->state, self->config);
  self->supervisor = cam_supervisor_new (&(CamSupervisorSetup) {
      .server = self->server,
      .resolver = self->resolver,
      .memory = self->memory,
      .auto_memory_bytes = cam_memory_watch_get_auto_bytes (),
      .srt = self->srt,
      .bring_up_srt = bring_up_srt,
      .disk = self->disk,
      .state_folder = self->folders->state,
      .runtime_folder = self->folders->runtime,
      .loops = self->loops,
      .n_loops = self->n_loops,
      .start_concurrency = choose_start_concurrency (self),
      .clock = cam_clock_monotonic (),
      .overwhelmed = on_overwhelmed,
      .data = self,
  });
  cam_supervisor_start (self->supervisor, self->config);
  cam_rtsp_server_start (self->server);
  start_status (self);
  self->reload = cam_reload_new (self->sources, self->config, self->supervisor, &(CamReloadParty) {
      .fit = fit_config,
      .prepare = prepare_http,
      .commit = adopt_http,
      .abandon = abandon_http,
      .data = self,
  });
  if (!start_control (self))
    return false;
  self->exit_status = CAM_EXIT_OK;
  bool is_there = cam_supervisor_open_doors (self->supervisor, self->config, &error) && cam_handed_sockets_finish (self->handed, &error) &&
                  cam_rtsp_server_check (self->server, &error) && cam_http_server_check (self->http, &error) && start_watchdog (self, &error);
  return is_there || say_unavailable (self, error);
}

static void
finish (Daemon *self)
{
  if (self->watchdog != NULL && !cam_watchdog_stop (self->watchdog)) {
    cam_log (CAM_LOG_ERROR, NULL, NULL, "the watchdog does not end");
    self->exit_status = CAM_EXIT_INTERNAL;
    return;
  }
  cam_watchdog_free (self->watchdog);
  /* It asks the others. */
  if (self->control != NULL && !cam_control_desk_stop (self->control, CONTROL_STOP_US)) {
    cam_log (CAM_LOG_ERROR, NULL, NULL, "the thread of control does not end");
    self->exit_status = CAM_EXIT_INTERNAL;
    return;
  }
  cam_reload_free (self->reload);
  cam_supervisor_free (self->supervisor);
  cam_control_desk_free (self->control);
  cam_disk_free (self->disk);
  if (self->server != NULL)
    cam_rtsp_server_free (self->server);
  /* While its connections' loops still run. */
  if (self->srt != NULL && !cam_srt_poller_stop (self->srt, SRT_STOP_US)) {
    cam_log (CAM_LOG_ERROR, NULL, NULL, "the thread of SRT does not end");
    self->exit_status = CAM_EXIT_INTERNAL;
    return;
  }
  for (unsigned i = 0; i < self->n_loops; i++)
    cam_loop_thread_quit (self->loops[i]);
  /* A loop that does not end is left behind, never freed under its thread; the process ends anyway. */
  for (unsigned i = 0; i < self->n_loops; i++) {
    if (!cam_loop_thread_join (self->loops[i], LOOP_JOIN_US)) {
      cam_log (CAM_LOG_ERROR, NULL, NULL, "media loop %u does not end", i);
      self->exit_status = CAM_EXIT_INTERNAL;
      return;
    }
  }
  cam_srt_poller_free (self->srt);
  cam_media_memory_unref (self->memory);
  if (self->resolver != NULL)
    cam_resolver_free (self->resolver);
  cam_handed_sockets_free (self->handed);
}

int
cam_daemon_run (CamConfigSet *config, const CamConfigSources *sources, const CamFolders *folders, const CamCrashHistory *crashes)
{
  Daemon self = { .config = config, .sources = sources, .folders = folders, .crashes = crashes, .main_loop = g_main_loop_new (NULL, FALSE) };
  self.signals = cam_signals_new (begin_stop, begin_reload, &self);
  if (start (&self))
    say_ready (&self);
  else if (self.supervisor != NULL)
    begin_stop (&self);
  if (self.supervisor != NULL)
    g_main_loop_run (self.main_loop);
  g_clear_handle_id (&self.stop_source, g_source_remove);
  finish (&self);
  cam_signals_free (self.signals);
  g_main_loop_unref (self.main_loop);
  return self.exit_status;
}
