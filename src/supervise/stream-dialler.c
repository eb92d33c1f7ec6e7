#include "supervise/stream-dialler.h"

#include <unistd.h>

#include "config/camera-url.h"
#include "ingest/tcp-probe.h"
#include "supervise/transport-choice.h"
#include "supervise/transport-memory.h"

enum { REVIEW_US = G_USEC_PER_SEC };

typedef enum
{
  DIALLER_RESTING,
  DIALLER_ARMED,  /* for due */
  DIALLER_WAITING /* for dial */
} DiallerPhase;

struct CamStreamDialler {
  int refs; /* atomic: the owner's, and one for each probe and each socket under way */
  CamStreamPlace place; /* inbox: ref */
  unsigned stream;
  char *host; /* owned; NULL: there is no host to dial */
  unsigned port;
  CamCameraConfig *camera;       /* ref */
  const CamStreamConfig *config; /* borrowed from the camera: for its log-in */
  const CamStreamDiallerEvents *events;
  gpointer data; /* borrowed: frees the dialler */

  CamTransportChoice transport;
  CamTransportMemory *proven; /* owned; NULL: the configuration or the URL leaves nothing open */
  CamDialPlan plan;
  DiallerPhase phase;
  bool is_wanted; /* armed or asked to dial, and not disarmed since */
  CamDialOrder order; /* what is waited for, or was said by the last end */
  bool has_ended;     /* the order is the last end's and was not waited for yet */
  int64_t due_us;     /* INT64_MAX: not by time */
  int64_t review_us;
  CamTcpProbe *probe; /* owned; knocks */
  unsigned knocks;    /* which probe is the present one */
  int socket;         /* owned, that a probe found; -1: none */
  CamConnectionTicket *ticket; /* owned */
  bool is_granted;             /* it has a connection for a worker */
  bool has_talked;             /* that worker */
  bool is_live;                /* that worker */
  bool has_left_session;       /* the last live one ended by itself: the camera may still count its session */
};

/* A door that opened, on its way to M. */
typedef struct {
  CamStreamDialler *dialler; /* ref */
  unsigned knock;
  int fd; /* owned */
} OpenDoor;

/* What a probe knows of its dialler. */
typedef struct {
  CamStreamDialler *dialler; /* ref */
  unsigned knock;
} Knock;

static void
unref_dialler (CamStreamDialler *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_main_inbox_unref (self->place.inbox);
  cam_camera_config_unref (self->camera);
  g_free (self->host);
  g_free (self);
}

static CamStreamDialler *
ref_dialler (CamStreamDialler *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static int64_t
now_us (const CamStreamDialler *self)
{
  return cam_clock_now_us (self->place.clock);
}

static void
drop_socket (CamStreamDialler *self)
{
  if (self->socket >= 0)
    close (self->socket);
  self->socket = -1;
}

/* Leave of the governor. */

static void
on_may_dial (gpointer data)
{
  CamStreamDialler *self = data;
  int socket = self->socket;
  self->socket = -1;
  self->is_granted = true;
  self->has_talked = false;
  self->events->dial (socket >= 0, socket, self->data);
}

static CamLogin
get_login (const CamStreamDialler *self)
{
  return (CamLogin) { .host = self->host, .port = self->port, .username = self->config->username, .password = self->config->password };
}

static void
on_may_talk (gpointer data)
{
  CamStreamDialler *self = data;
  CamIngestEnd end = { .reason = CAM_REASON_AUTH, .detail = "as it did for another stream just now", .was_accepted = true };
  CamLogin login = get_login (self);
  self->has_talked = self->host == NULL || !cam_login_guard_is_refused (self->place.logins, &login, now_us (self));
  if (self->has_talked)
    self->events->talk (self->data);
  else
    self->events->refused (&end, self->data);
}

/* A wrong log-in is this stream's to try again, when its time has come; the others have learned from it. */
static void
note_refusal (CamStreamDialler *self, CamReason reason)
{
  CamLogin login = get_login (self);
  bool is_of_log_in = reason == CAM_REASON_AUTH || reason == CAM_REASON_LOCKOUT;
  if (self->host != NULL && self->has_talked && is_of_log_in)
    cam_login_guard_refuse (self->place.logins, &login, now_us (self) + self->order.wait_us);
}

static void
ask_leave (CamStreamDialler *self)
{
  cam_connection_ticket_ask (self->ticket);
  /* Until then an open door would be one connection too many, and be closed by the camera. */
  if (cam_connection_ticket_must_wait (self->ticket))
    drop_socket (self);
}

/* Knocking. */

static void
free_open_door (gpointer data)
{
  OpenDoor *door = data;
  if (door->fd >= 0)
    close (door->fd);
  unref_dialler (door->dialler);
  g_free (door);
}

static void
take_open_door (gpointer data)
{
  OpenDoor *door = data;
  CamStreamDialler *self = door->dialler;
  if (self->probe == NULL || door->knock != self->knocks)
    return;
  g_clear_pointer (&self->probe, cam_tcp_probe_free);
  self->socket = door->fd;
  door->fd = -1;
  self->due_us = now_us (self);
  cam_stream_dialler_tick (self, true, self->due_us);
}

static void
on_door_open (int fd, gpointer data)
{
  Knock *knock = data;
  OpenDoor *door = g_new (OpenDoor, 1);
  *door = (OpenDoor) { .dialler = ref_dialler (knock->dialler), .knock = knock->knock, .fd = fd };
  cam_main_inbox_post (knock->dialler->place.inbox, "a camera's open door", take_open_door, door, free_open_door);
}

static void
free_knock (gpointer data)
{
  Knock *knock = data;
  unref_dialler (knock->dialler);
  g_free (knock);
}

static void
begin_knocking (CamStreamDialler *self)
{
  Knock *knock = g_new (Knock, 1);
  *knock = (Knock) { .dialler = ref_dialler (self), .knock = ++self->knocks };
  self->probe = cam_tcp_probe_new (self->place.loop, self->place.resolver, self->host, self->port, self->order.wait_us, on_door_open, knock,
                                   free_knock);
}

/* Waiting. */

/* Neither time nor door any more; a socket that was found stays. */
static void
stop_waiting (CamStreamDialler *self)
{
  self->due_us = self->review_us = INT64_MAX;
  g_clear_pointer (&self->probe, cam_tcp_probe_free);
}

static void
wait_for (CamStreamDialler *self, CamDialOrder order)
{
  stop_waiting (self);
  self->order = order;
  switch (order.kind) {
  case CAM_DIAL_AT_ONCE:
    self->due_us = now_us (self);
    return;
  case CAM_DIAL_KNOCK:
    begin_knocking (self);
    break;
  case CAM_DIAL_LATER:
    self->due_us = now_us (self) + order.wait_us;
    break;
  case CAM_DIAL_NEVER:
    return;
  }
  self->review_us = now_us (self) + REVIEW_US;
}

static void
end_wait (CamStreamDialler *self)
{
  stop_waiting (self);
  switch (self->phase) {
  case DIALLER_RESTING:
    break;
  case DIALLER_ARMED:
    self->phase = DIALLER_RESTING;
    self->events->due (self->data);
    break;
  case DIALLER_WAITING:
    self->phase = DIALLER_RESTING;
    ask_leave (self);
    break;
  }
}

void
cam_stream_dialler_arm (CamStreamDialler *self)
{
  drop_socket (self);
  CamDialOrder order = self->has_ended ? self->order : cam_dial_plan_start (&self->plan, now_us (self));
  self->has_ended = false;
  self->is_wanted = true;
  self->phase = DIALLER_ARMED;
  wait_for (self, order);
}

void
cam_stream_dialler_dial (CamStreamDialler *self)
{
  self->has_ended = false;
  /* A door that is open is gone through: it is what the plan was waiting for. */
  CamDialOrder order = { .kind = CAM_DIAL_AT_ONCE };
  if (self->socket < 0)
    order = cam_dial_plan_start (&self->plan, now_us (self));
  self->is_wanted = true;
  self->phase = DIALLER_WAITING;
  wait_for (self, order);
}

void
cam_stream_dialler_disarm (CamStreamDialler *self)
{
  stop_waiting (self);
  drop_socket (self);
  self->is_wanted = false;
  self->phase = DIALLER_RESTING;
  if (!self->is_granted)
    cam_connection_ticket_leave (self->ticket, false);
}

void
cam_stream_dialler_insist (CamStreamDialler *self)
{
  CamDialOrder order = cam_dial_plan_insist (&self->plan, now_us (self));
  CamLogin login = get_login (self);
  if (self->host != NULL)
    cam_login_guard_forgive (self->place.logins, &login);
  self->has_ended = false;
  if (self->phase != DIALLER_RESTING)
    wait_for (self, order);
}

void
cam_stream_dialler_made_room (CamStreamDialler *self)
{
  CamDialOrder order;
  if (self->host != NULL)
    cam_connection_governor_forget_limit (self->place.governor, self->host, self->port);
  if (!cam_dial_plan_made_room (&self->plan, now_us (self), &order))
    return;
  self->order = order;
  if (self->phase != DIALLER_RESTING)
    wait_for (self, order);
}

int64_t
cam_stream_dialler_get_due_us (const CamStreamDialler *self)
{
  return MIN (self->due_us, self->review_us);
}

void
cam_stream_dialler_tick (CamStreamDialler *self, bool somebody_waits, int64_t now_us)
{
  if (now_us >= self->due_us) {
    end_wait (self);
    return;
  }
  if (now_us < self->review_us)
    return;
  self->review_us = now_us + REVIEW_US;
  CamDialOrder order;
  if (cam_dial_plan_review (&self->plan, somebody_waits, now_us, g_random_int (), &order))
    wait_for (self, order);
}

/* What the worker says. */

void
cam_stream_dialler_established (CamStreamDialler *self)
{
  if (self->is_granted)
    cam_connection_ticket_established (self->ticket);
}

void
cam_stream_dialler_playing (CamStreamDialler *self)
{
  if (self->is_granted)
    cam_connection_ticket_playing (self->ticket);
}

void
cam_stream_dialler_live (CamStreamDialler *self)
{
  self->is_live = true;
  self->has_left_session = false;
  cam_dial_plan_live (&self->plan, now_us (self));
  cam_transport_choice_live (&self->transport);
  if (self->proven != NULL)
    cam_transport_memory_keep (self->proven, cam_transport_choice_get (&self->transport));
}

CamTransport
cam_stream_dialler_get_transport (const CamStreamDialler *self)
{
  return cam_transport_choice_get (&self->transport);
}

/* A camera that is full may be so of our own session, whose connection broke: that is ended, once, and the ledger says when there is room. */
static void
look_for_left_session (CamStreamDialler *self, CamReason reason)
{
  bool is_full = reason == CAM_REASON_LIMIT && self->has_left_session;
  self->has_left_session = self->is_live || (self->has_left_session && !is_full);
  self->is_live = false;
  if (is_full)
    cam_session_ledger_reclaim (self->place.ledger, self->camera, self->stream);
}

CamDialOrder
cam_stream_dialler_ended (CamStreamDialler *self, const CamIngestEnd *end, bool somebody_waits)
{
  if (end->reason == CAM_REASON_LIMIT && self->is_granted)
    cam_connection_ticket_refused (self->ticket);
  self->order = cam_dial_plan_ended (&self->plan, end, somebody_waits, now_us (self), g_random_int ());
  if (cam_transport_choice_ended (&self->transport, end))
    self->order = cam_dial_plan_insist (&self->plan, now_us (self));
  self->has_ended = true;
  note_refusal (self, end->reason);
  look_for_left_session (self, end->reason);
  return self->order;
}

void
cam_stream_dialler_left (CamStreamDialler *self)
{
  CamIngestEnd end = { .reason = CAM_REASON_NONE, .detail = "", .was_accepted = true };
  self->is_live = self->has_left_session = false;
  cam_transport_choice_ended (&self->transport, &end);
  cam_dial_plan_ended (&self->plan, &end, false, now_us (self), 0);
  cam_dial_plan_insist (&self->plan, now_us (self));
}

void
cam_stream_dialler_closed (CamStreamDialler *self)
{
  self->is_granted = false;
  cam_connection_ticket_leave (self->ticket, self->is_wanted);
}

/* Life. */

static void
recall_transport (CamStreamDialler *self, const CamCameraUrl *url)
{
  cam_transport_choice_init (&self->transport, self->config->transport);
  if (url == NULL || url->scheme != CAM_SCHEME_RTSP || self->config->transport != CAM_TRANSPORT_AUTO)
    return;
  self->proven = cam_transport_memory_new (self->place.disk, self->place.state_folder, self->camera, self->stream);
  cam_transport_choice_recall (&self->transport, cam_transport_memory_get (self->proven));
}

CamStreamDialler *
cam_stream_dialler_new (const CamStreamPlace *place,
                        CamCameraConfig *camera,
                        unsigned stream,
                        const CamStreamDiallerEvents *events,
                        gpointer data)
{
  CamStreamDialler *self = g_new0 (CamStreamDialler, 1);
  self->refs = 1;
  self->place = *place;
  cam_main_inbox_ref (place->inbox);
  self->camera = cam_camera_config_ref (camera);
  self->stream = stream;
  self->config = &camera->streams[stream];
  self->events = events;
  self->data = data;
  self->socket = -1;
  self->due_us = self->review_us = INT64_MAX;
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (self->config->url, NULL);
  CamDialManner manner = cam_dial_manner_of (url);
  if (manner == CAM_DIAL_MANNER_TCP || manner == CAM_DIAL_MANNER_SRT) {
    self->host = g_strdup (url->host);
    self->port = url->port;
  }
  recall_transport (self, url);
  self->ticket = cam_connection_ticket_new (place->governor, &(CamConnectionRequest) {
                                                                 .host = self->host,
                                                                 .port = self->port,
                                                                 .max_connections = camera->max_connections,
                                                                 .stream = stream,
                                                                 .may_dial = on_may_dial,
                                                                 .may_talk = on_may_talk,
                                                                 .data = self,
                                                             });
  cam_dial_plan_init (&self->plan, camera, manner);
  return self;
}

void
cam_stream_dialler_set_camera (CamStreamDialler *self, CamCameraConfig *camera)
{
  cam_camera_config_ref (camera);
  cam_camera_config_unref (self->camera);
  self->camera = camera;
  self->config = &camera->streams[self->stream];
  cam_dial_plan_set_pauses (&self->plan, camera);
  if (self->host != NULL)
    cam_connection_ticket_set_max_connections (self->ticket, camera->max_connections);
}

void
cam_stream_dialler_free (CamStreamDialler *self)
{
  if (self == NULL)
    return;
  cam_stream_dialler_disarm (self);
  cam_connection_ticket_free (self->ticket);
  cam_transport_memory_free (self->proven);
  unref_dialler (self);
}
