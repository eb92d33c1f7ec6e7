#include "supervise/supervisor.h"

#include "supervise/camera-session.h"
#include "supervise/load-shedder.h"
#include "supervise/reaper.h"
#include "supervise/srt-listener.h"

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
  CamSenderRoll *senders;          /* owned; NULL without SRT */
  CamSrtListener *listener;        /* owned; NULL: no doors */
  GPtrArray *sessions;             /* of CamCameraSession, owned */
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
  CamCameraSession *session = find_session (data, cam_sender_post_get_camera (post)->name);
  cam_camera_session_take_sender (session, cam_sender_post_get_stream (post), socket, address);
}

static void
on_shed (const char *camera, unsigned stream, bool is_shed, gpointer data)
{
  CamSupervisor *self = data;
  cam_rtsp_server_set_shed (self->setup.server, camera, stream, is_shed);
}

static void
describe (CamStatus *status, bool is_beat, gpointer data)
{
  CamSupervisor *self = data;
  if (is_beat)
    cam_load_shedder_look (self->shedder, status);
  status->shed_step = cam_load_shedder_get_step (self->shedder);
  for (unsigned i = 0; i < self->sessions->len; i++)
    cam_camera_session_describe (g_ptr_array_index (self->sessions, i), status, is_beat);
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
      .describe = describe,
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
  return self;
}

void
cam_supervisor_start (CamSupervisor *self, CamConfigSet *config)
{
  g_assert (self->sessions->len == 0);
  cam_session_ledger_settle (self->ledger, config);
  cam_status_desk_set_config (self->status_desk, config);
  if (self->setup.srt != NULL)
    self->senders = cam_sender_roll_new (config);
  unsigned n_enabled = 0;
  for (unsigned i = 0; i < config->cameras->len; i++) {
    CamCameraConfig *camera = g_ptr_array_index (config->cameras, i);
    CamStreamPlace place = {
      .server = self->setup.server,
      .resolver = self->setup.resolver,
      .memory = self->setup.memory,
      .loop = self->setup.loops[n_enabled % self->setup.n_loops],
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
    };
    n_enabled += camera->enabled;
    g_ptr_array_add (self->sessions, cam_camera_session_new (&place, camera));
  }
  /* Every mount exists before the first dial. */
  for (unsigned i = 0; i < self->sessions->len; i++)
    cam_camera_session_start (g_ptr_array_index (self->sessions, i));
}

bool
cam_supervisor_open_doors (CamSupervisor *self, CamConfigSet *config, GError **error)
{
  if (self->setup.srt == NULL)
    return true;
  self->listener = cam_srt_listener_new (&(CamSrtListenerSetup) { .poller = self->setup.srt,
                                                                  .server = self->setup.server,
                                                                  .senders = self->senders,
                                                                  .inbox = self->inbox,
                                                                  .clock = self->setup.clock,
                                                                  .config = config,
                                                                  .sender = on_sender,
                                                                  .data = self },
                                         error);
  if (self->listener != NULL)
    cam_status_desk_add_listeners (self->status_desk, cam_srt_listener_get_addresses (self->listener));
  return self->listener != NULL;
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
