#include "supervise/supervisor.h"

#include <string.h>

#include "supervise/camera-session.h"
#include "supervise/load-shedder.h"
#include "supervise/reaper.h"
#include "supervise/srt-listener.h"

enum { DESCRIBED_AT_ONCE = 16 };

struct CamSupervisor {
  CamSupervisorSetup setup;
  CamReaper *reaper;               /* owned */
  CamMainInbox *inbox;             /* ref; closed here */
  CamConnectionGovernor *governor; /* owned */
  CamLoginGuard *logins;           /* owned */
  CamSessionLedger *ledger;        /* owned */
  CamPictureDesk *desk;            /* owned */
  CamStatusDesk *status_desk;      /* owned */
  CamLoadShedder *shedder;         /* owned */
  CamSenderRoll *senders;          /* owned */
  CamSrtListener *listener;        /* owned; NULL: SRT was never needed */
  GPtrArray *sessions;             /* of CamCameraSession, owned; by name; those that leave, too */
  bool is_sweep_due;               /* posted to the inbox */
  bool is_stopping;
};

static void
session_free (gpointer data)
{
  cam_camera_session_free (data);
}

/* NULL: there is no such camera. */
static CamCameraSession *
find_session (const CamSupervisor *self, const char *camera)
{
  for (unsigned i = 0; i < self->sessions->len; i++) {
    CamCameraSession *session = g_ptr_array_index (self->sessions, i);
    if (g_str_equal (cam_camera_session_get_name (session), camera))
      return session;
  }
  return NULL;
}

static void
on_left_behind_ended (const char *camera, unsigned stream, gpointer data)
{
  CamCameraSession *session = find_session (data, camera);
  if (session != NULL)
    cam_camera_session_made_room (session, stream);
}

static void
on_sender (const CamSenderPost *post, int socket, const char *address, gpointer data)
{
  CamSupervisor *self = data;
  CamCameraSession *session = find_session (self, cam_sender_post_get_camera (post)->name);
  if (session == NULL || !cam_camera_session_take_sender (session, cam_sender_post_get_stream (post), socket, address))
    cam_srt_poller_discard (self->setup.srt, socket);
}

static void
on_shed (const char *camera, unsigned stream, bool is_shed, gpointer data)
{
  CamSupervisor *self = data;
  cam_rtsp_server_set_shed (self->setup.server, camera, stream, is_shed);
}

/* Where @name belongs among the sessions, which are in the order of names. */
static unsigned
find_place (const CamSupervisor *self, const char *name)
{
  unsigned index = 0;
  while (index < self->sessions->len && strcmp (cam_camera_session_get_name (g_ptr_array_index (self->sessions, index)), name) < 0)
    index++;
  return index;
}

static void
begin_status (CamStatus *status, bool is_beat, gpointer data)
{
  CamSupervisor *self = data;
  if (is_beat)
    cam_load_shedder_look (self->shedder, status);
  status->shed_step = cam_load_shedder_get_step (self->shedder);
}

/* Those behind the one called @after. */
static const char *
describe_some (CamStatus *status, bool is_beat, const char *after, gpointer data)
{
  CamSupervisor *self = data;
  unsigned first = after != NULL ? find_place (self, after) : 0;
  while (after != NULL && first < self->sessions->len && strcmp (cam_camera_session_get_name (g_ptr_array_index (self->sessions, first)), after) <= 0)
    first++;
  unsigned end = MIN (first + DESCRIBED_AT_ONCE, self->sessions->len);
  for (unsigned i = first; i < end; i++)
    cam_camera_session_describe (g_ptr_array_index (self->sessions, i), status, is_beat);
  return end > first ? cam_camera_session_get_name (g_ptr_array_index (self->sessions, end - 1)) : NULL;
}

static void
end_status (CamStatus *status, bool is_beat, gpointer data)
{
  CamSupervisor *self = data;
  status->quarantined = cam_reaper_count_quarantined (self->reaper);
  if (is_beat)
    cam_load_shedder_order (self->shedder, status);
}

static CamStatusDesk *
new_status_desk (CamSupervisor *self)
{
  const CamSupervisorSetup *setup = &self->setup;
  CamStatusDesk *desk = cam_status_desk_new (&(CamStatusDeskSetup) {
      .inbox = self->inbox,
      .server = setup->server,
      .memory = setup->memory,
      .clock = setup->clock,
      .begin = begin_status,
      .describe = describe_some,
      .end = end_status,
      .data = self,
  });
  for (unsigned i = 0; i < setup->n_loops; i++) {
    g_autofree char *name = g_strdup_printf ("media%u", i);
    cam_status_desk_watch_loop (desk, name, setup->loops[i]);
  }
  return desk;
}

CamSupervisor *
cam_supervisor_new (const CamSupervisorSetup *setup)
{
  g_assert (setup->n_loops > 0);
  CamSupervisor *self = g_new0 (CamSupervisor, 1);
  self->setup = *setup;
  self->reaper = cam_reaper_new (setup->clock, setup->overwhelmed, setup->data);
  self->inbox = cam_main_inbox_new (setup->clock);
  self->governor = cam_connection_governor_new (setup->clock, setup->start_concurrency);
  self->logins = cam_login_guard_new ();
  self->ledger = cam_session_ledger_new (&(CamSessionLedgerSetup) {
      .folder = setup->runtime_folder,
      .disk = setup->disk,
      .loop = setup->loops[0],
      .resolver = setup->resolver,
      .ended = on_left_behind_ended,
      .data = self,
  });
  self->desk = cam_picture_desk_new (NULL);
  self->status_desk = new_status_desk (self);
  self->shedder = cam_load_shedder_new (g_get_num_processors (), on_shed, self);
  self->sessions = g_ptr_array_new_with_free_func (session_free);
  self->senders = cam_sender_roll_new (CAM_TAKEOVER_NEWEST);
  return self;
}

/* Streams that are gone are freed, and cameras that are configured no more forgotten. */
static void
sweep (gpointer data)
{
  CamSupervisor *self = data;
  self->is_sweep_due = false;
  for (unsigned i = self->sessions->len; i-- > 0;) {
    CamCameraSession *session = g_ptr_array_index (self->sessions, i);
    cam_camera_session_settle (session);
    if (cam_camera_session_is_gone (session))
      g_ptr_array_remove_index (self->sessions, i);
  }
}

/* Says a stream from within itself. */
static void
on_stream_gone (gpointer data)
{
  CamSupervisor *self = data;
  if (!self->is_sweep_due)
    cam_main_inbox_post (self->inbox, "streams that are gone", sweep, self, NULL);
  self->is_sweep_due = true;
}

/* The loop with the fewest cameras that are dialled. */
static CamLoopThread *
choose_loop (const CamSupervisor *self)
{
  CamLoopThread *best = NULL;
  unsigned least = UINT_MAX;
  for (unsigned i = 0; i < self->setup.n_loops; i++) {
    unsigned here = 0;
    for (unsigned k = 0; k < self->sessions->len; k++) {
      const CamCameraSession *session = g_ptr_array_index (self->sessions, k);
      here += cam_camera_session_is_enabled (session) && cam_camera_session_get_loop (session) == self->setup.loops[i];
    }
    if (here < least) {
      best = self->setup.loops[i];
      least = here;
    }
  }
  return best;
}

static CamCameraSession *
add_session (CamSupervisor *self, CamCameraConfig *camera)
{
  CamStreamPlace place = {
    .server = self->setup.server,
    .resolver = self->setup.resolver,
    .memory = self->setup.memory,
    .loop = choose_loop (self),
    .reaper = self->reaper,
    .inbox = self->inbox,
    .governor = self->governor,
    .logins = self->logins,
    .ledger = self->ledger,
    .desk = self->desk,
    .status_desk = self->status_desk,
    .srt = self->setup.srt,
    .senders = self->senders,
    .disk = self->setup.disk,
    .state_folder = self->setup.state_folder,
    .clock = self->setup.clock,
    .gone = on_stream_gone,
    .data = self,
  };
  CamCameraSession *session = cam_camera_session_new (&place, camera);
  g_ptr_array_insert (self->sessions, (gint) find_place (self, camera->name), session);
  return session;
}

void
cam_supervisor_start (CamSupervisor *self, CamConfigSet *config)
{
  g_assert (self->sessions->len == 0);
  cam_session_ledger_settle (self->ledger, config);
  cam_status_desk_set_config (self->status_desk, config);
  cam_sender_roll_set_takeover (self->senders, config->server.srt_takeover);
  for (unsigned i = 0; i < config->cameras->len; i++)
    add_session (self, g_ptr_array_index (config->cameras, i));
  /* Every mount exists before the first dial. */
  for (unsigned i = 0; i < self->sessions->len; i++)
    cam_camera_session_start (g_ptr_array_index (self->sessions, i));
}

/* Another configuration. */

/* SRT is brought up when somebody needs it for the first time, and stays. */
static bool
prepare_doors (CamSupervisor *self, const CamConfigSet *config, GError **error)
{
  bool is_needed = cam_config_set_needs_srt (config);
  if (self->setup.srt == NULL && is_needed && self->setup.bring_up_srt != NULL)
    self->setup.srt = self->setup.bring_up_srt (self->setup.data, error);
  if (self->setup.srt == NULL)
    return !is_needed;
  if (self->listener == NULL)
    self->listener = cam_srt_listener_new (&(CamSrtListenerSetup) {
        .poller = self->setup.srt,
        .server = self->setup.server,
        .senders = self->senders,
        .inbox = self->inbox,
        .clock = self->setup.clock,
        .sender = on_sender,
        .data = self,
    });
  return cam_srt_listener_prepare (self->listener, config, error);
}

static void
adopt_doors (CamSupervisor *self)
{
  if (self->listener == NULL)
    return;
  g_auto (GStrv) before = g_strdupv ((char **) cam_srt_listener_get_addresses (self->listener));
  cam_srt_listener_adopt (self->listener);
  cam_status_desk_replace_listeners (self->status_desk, (const char *const *) before, cam_srt_listener_get_addresses (self->listener));
}

bool
cam_supervisor_open_doors (CamSupervisor *self, const CamConfigSet *config, GError **error)
{
  if (self->setup.srt == NULL)
    return true;
  if (!prepare_doors (self, config, error))
    return false;
  adopt_doors (self);
  return true;
}

bool
cam_supervisor_prepare (CamSupervisor *self, const CamConfigSet *config, CamServeDraft *draft, GError **error)
{
  return cam_rtsp_server_prepare (self->setup.server, draft, error) && prepare_doors (self, config, error);
}

void
cam_supervisor_abandon (CamSupervisor *self)
{
  if (self->listener != NULL)
    cam_srt_listener_abandon (self->listener);
}

/* What becomes different of one camera: a turn of its own, since there may be hundreds. */
typedef struct {
  CamSupervisor *supervisor; /* borrowed: closes the inbox */
  char *name;                /* owned */
  CamCameraConfig *camera;   /* ref; NULL: it is configured no more */
  CamKeyEffect effects[CAM_N_STREAMS];
} Change;

static void
free_change (gpointer data)
{
  Change *change = data;
  cam_camera_config_unref (change->camera);
  g_free (change->name);
  g_free (change);
}

static void
change_camera (gpointer data)
{
  const Change *change = data;
  CamSupervisor *self = change->supervisor;
  CamCameraSession *session = find_session (self, change->name);
  if (self->is_stopping)
    return;
  if (session == NULL && change->camera != NULL)
    cam_camera_session_start (add_session (self, change->camera));
  else if (change->camera != NULL)
    cam_camera_session_configure (session, change->camera, change->effects, self->setup.srt);
  else if (session != NULL)
    cam_camera_session_remove (session);
}

static void
post_change (CamSupervisor *self, const CamConfigSet *config, const CamCameraDiff *diff)
{
  CamCameraConfig *camera = (CamCameraConfig *) cam_config_set_find_camera (config, diff->camera);
  Change *change = g_new (Change, 1);
  *change = (Change) { .supervisor = self, .name = g_strdup (diff->camera), .camera = camera != NULL ? cam_camera_config_ref (camera) : NULL };
  memcpy (change->effects, diff->effects, sizeof change->effects);
  cam_main_inbox_post (self->inbox, "a changed camera", change_camera, change, free_change);
}

static void
change_server (CamSupervisor *self, const CamServerConfig *server, CamServeDraft *draft)
{
  g_auto (GStrv) before = g_strdupv ((char **) cam_rtsp_server_get_addresses (self->setup.server));
  cam_rtsp_server_adopt (self->setup.server, draft);
  cam_status_desk_replace_listeners (self->status_desk, (const char *const *) before, cam_rtsp_server_get_addresses (self->setup.server));
  adopt_doors (self);
  if (self->setup.memory != NULL)
    cam_media_memory_set_limit (self->setup.memory, server->media_memory != 0 ? server->media_memory : self->setup.auto_memory_bytes);
  cam_sender_roll_set_takeover (self->senders, server->srt_takeover);
  cam_connection_governor_set_start_concurrency (self->governor, server->start_concurrency);
}

void
cam_supervisor_apply (CamSupervisor *self, CamConfigSet *config, const CamConfigDiff *diff, CamServeDraft *draft, void (*done) (gpointer data),
                      gpointer data, GDestroyNotify destroy)
{
  change_server (self, &config->server, draft);
  cam_status_desk_set_config (self->status_desk, config);
  cam_status_desk_touch (self->status_desk);
  for (unsigned i = 0; i < diff->cameras->len; i++)
    post_change (self, config, g_ptr_array_index (diff->cameras, i));
  cam_main_inbox_post (self->inbox, "a reload's end", done, data, destroy);
}

const char *const *
cam_supervisor_get_srt_addresses (const CamSupervisor *self)
{
  return self->listener != NULL ? cam_srt_listener_get_addresses (self->listener) : NULL;
}

void
cam_supervisor_close_doors (CamSupervisor *self)
{
  if (self->listener != NULL)
    cam_srt_listener_close (self->listener);
}

void
cam_supervisor_stop (CamSupervisor *self)
{
  self->is_stopping = true;
  cam_reaper_hurry (self->reaper);
  for (unsigned i = 0; i < self->sessions->len; i++)
    cam_camera_session_remove (g_ptr_array_index (self->sessions, i));
}

bool
cam_supervisor_is_gone (const CamSupervisor *self)
{
  for (unsigned i = 0; i < self->sessions->len; i++) {
    if (!cam_camera_session_is_gone (g_ptr_array_index (self->sessions, i)))
      return false;
  }
  return cam_reaper_is_idle (self->reaper);
}

void
cam_supervisor_free (CamSupervisor *self)
{
  if (self == NULL)
    return;
  cam_srt_listener_free (self->listener);
  cam_session_ledger_free (self->ledger);
  g_ptr_array_unref (self->sessions);
  cam_picture_desk_free (self->desk);
  cam_status_desk_free (self->status_desk);
  cam_load_shedder_free (self->shedder);
  cam_connection_governor_free (self->governor);
  cam_login_guard_free (self->logins);
  cam_reaper_free (self->reaper);
  cam_main_inbox_close (self->inbox);
  cam_sender_roll_free (self->senders);
  cam_main_inbox_unref (self->inbox);
  g_free (self);
}

bool
cam_supervisor_retry (CamSupervisor *self, const char *camera)
{
  CamCameraSession *session = find_session (self, camera);
  if (session != NULL)
    cam_camera_session_retry_now (session);
  return session != NULL;
}

void
cam_supervisor_count (const CamSupervisor *self, unsigned *ret_connected, unsigned *ret_total)
{
  unsigned connected = 0, total = 0;
  for (unsigned i = 0; i < self->sessions->len; i++)
    cam_camera_session_count (g_ptr_array_index (self->sessions, i), &connected, &total);
  *ret_connected = connected;
  *ret_total = total;
}

CamMainInbox *
cam_supervisor_get_inbox (CamSupervisor *self)
{
  return self->inbox;
}

CamStatusBoard *
cam_supervisor_get_board (const CamSupervisor *self)
{
  return cam_status_desk_get_board (self->status_desk);
}

CamStatusDesk *
cam_supervisor_get_status_desk (CamSupervisor *self)
{
  return self->status_desk;
}
