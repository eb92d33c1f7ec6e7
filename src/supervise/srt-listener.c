#include "supervise/srt-listener.h"

#include <stdatomic.h>
#include <string.h>

#include "camrelay/log-fields.h"
#include "core/address-text.h"
#include "core/log.h"
#include "core/redact.h"
#include "srt/srt-door.h"
#include "supervise/refusal-report.h"
#include "wire/srt-stream-id.h"

enum { LINES_UNDER_WAY = 64 }; /* refusals on their way to M; more are not told */

struct CamSrtListener {
  int refs; /* atomic: the owner's, and one for each post under way */
  CamSrtListenerSetup setup; /* inbox, config: ref */
  GPtrArray *doors;          /* of Door, owned; NULL: closed */
  char **addresses;          /* owned */
  CamRefusalReport *report;  /* owned */
  atomic_uint lines;         /* under way */
};

typedef struct {
  CamSrtListener *listener; /* borrowed: frees the door */
  CamSenderPost *post;      /* borrowed; NULL: [SRT] Listen */
  CamSrtDoor *door;         /* owned */
} Door;

/* A sender that is in, on its way to M. */
typedef struct {
  CamSrtListener *listener; /* ref */
  CamSenderPost *post;      /* borrowed */
  int socket;               /* owned; -1: taken */
  GInetAddress *address;    /* ref */
  unsigned port;
} Arrival;

/* A refusal on its way to M. */
typedef struct {
  CamSrtListener *listener; /* ref */
  char *host;               /* owned */
  char *text;               /* owned */
} Refused;

static CamSrtListener *
ref_listener (CamSrtListener *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
unref_listener (CamSrtListener *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_refusal_report_free (self->report);
  g_strfreev (self->addresses);
  cam_main_inbox_unref (self->setup.inbox);
  cam_config_set_unref (self->setup.config);
  g_free (self);
}

/* Refusals. */

static void
free_refused (gpointer data)
{
  Refused *refused = data;
  atomic_fetch_sub (&refused->listener->lines, 1);
  unref_listener (refused->listener);
  g_free (refused->host);
  g_free (refused->text);
  g_free (refused);
}

static void
tell_refusal (gpointer data)
{
  Refused *refused = data;
  CamSrtListener *self = refused->listener;
  unsigned silent;
  if (!cam_refusal_report_note (self->report, refused->host, refused->text, cam_clock_now_us (self->setup.clock), &silent))
    return;
  g_autofree char *again = silent > 0 ? g_strdup_printf ("; and %u times more since its last line", silent) : g_strdup ("");
  CamLogFields fields = { .address = refused->host };
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "SRT caller refused: %s%s", refused->text, again);
}

/* Any thread. @text: (transfer full) */
static void
post_refusal (CamSrtListener *self, GInetAddress *address, char *text)
{
  Refused *refused = g_new (Refused, 1);
  *refused = (Refused) { .listener = ref_listener (self), .host = g_inet_address_to_string (address), .text = text };
  if (atomic_fetch_add (&self->lines, 1) >= LINES_UNDER_WAY)
    free_refused (refused);
  else
    cam_main_inbox_post (self->setup.inbox, "a refused SRT caller", tell_refusal, refused, free_refused);
}

static const char *
explain (CamSrtRefusal refusal, const CamSrtStreamId *id)
{
  if (id != NULL && id->wish == CAM_SRT_WANTS_NOTHING)
    return "it names no camera: a sender says streamid=publish:NAME, a reader streamid=read:NAME";
  if (id != NULL && id->wish == CAM_SRT_WANTS_PUBLISH && refusal == CAM_SRT_REFUSAL_MODE)
    return "the camera is dialled: senders publish those with URL=srt:";
  if (id != NULL && id->wish == CAM_SRT_WANTS_PUBLISH && refusal == CAM_SRT_REFUSAL_AWAY)
    return "the camera is disabled";
  return cam_srt_refusal_text (refusal);
}

/* "to publish 'yard' as 'bob': there is no such camera". (transfer full) */
static char *
describe_refusal (CamSrtRefusal refusal, const CamSrtStreamId *id)
{
  const char *why = explain (refusal, id);
  if (id == NULL || id->wish == CAM_SRT_WANTS_NOTHING)
    return g_strdup (why);
  g_autofree char *camera = cam_redact_text (id->camera, -1, 64);
  g_autofree char *user = id->username != NULL ? cam_redact_text (id->username, -1, 64) : NULL;
  return g_strdup_printf ("to %s '%s'%s%s%s: %s", id->wish == CAM_SRT_WANTS_PUBLISH ? "publish" : "read", camera, user != NULL ? " as '" : "",
                          user != NULL ? user : "", user != NULL ? "'" : "", why);
}

/* "of its own address, 'yard': …". (transfer full) */
static char *
describe_refusal_of_own (CamSrtRefusal refusal, const CamSenderPost *post)
{
  const char *why = refusal == CAM_SRT_REFUSAL_NOT_FOUND ? "its stream id is not the one that the camera's URL asks for" : explain (refusal, NULL);
  if (refusal == CAM_SRT_REFUSAL_AWAY)
    why = "the camera is disabled";
  return g_strdup_printf ("at the address of camera '%s': %s", cam_sender_post_get_camera (post)->name, why);
}

/* Judging, on libsrt's threads. */

static CamSrtRefusal
judge_named (CamSrtListener *self, const CamSrtCaller *caller, const CamSrtStreamId *id, CamSecret **ret_passphrase)
{
  *ret_passphrase = self->setup.config->server.srt_passphrase;
  if (id == NULL)
    return CAM_SRT_REFUSAL_BAD_REQUEST;
  CamSrtRefusal refusal = cam_rtsp_server_judge_srt (self->setup.server, caller->address, id);
  if (refusal != CAM_SRT_REFUSAL_NONE || id->wish != CAM_SRT_WANTS_PUBLISH)
    return refusal;
  CamSenderPost *post = cam_sender_roll_find (self->setup.senders, id->camera, id->stream);
  if (post == NULL || cam_sender_post_get_url (post)->srt->mode != CAM_SRT_PUBLISHED)
    return CAM_SRT_REFUSAL_MODE;
  if (cam_sender_post_get_passphrase (post) != NULL)
    *ret_passphrase = cam_sender_post_get_passphrase (post);
  return cam_sender_post_judge (post);
}

/* Whoever comes to a camera's own address is its sender, whatever he says, unless the URL asks for a word or he says that he comes to read. */
static CamSrtRefusal
judge_for_post (const CamSenderPost *post, const CamSrtCaller *caller)
{
  const char *asked = cam_sender_post_get_url (post)->srt->stream_id;
  if (asked != NULL && !g_str_equal (asked, caller->stream_id))
    return CAM_SRT_REFUSAL_NOT_FOUND;
  g_autoptr (CamSrtStreamId) id = asked == NULL ? cam_srt_stream_id_parse (caller->stream_id) : NULL;
  if (id != NULL && id->wish == CAM_SRT_WANTS_READ)
    return CAM_SRT_REFUSAL_MODE;
  return cam_sender_post_judge (post);
}

static CamSrtVerdict
on_judge (const CamSrtCaller *caller, gpointer data)
{
  const Door *door = data;
  CamSrtListener *self = door->listener;
  CamSecret *passphrase = NULL;
  CamSrtRefusal refusal;
  bool is_sender = door->post != NULL;
  if (door->post != NULL) {
    passphrase = cam_sender_post_get_passphrase (door->post);
    refusal = judge_for_post (door->post, caller);
    if (refusal != CAM_SRT_REFUSAL_NONE)
      post_refusal (self, caller->address, describe_refusal_of_own (refusal, door->post));
  } else {
    g_autoptr (CamSrtStreamId) id = cam_srt_stream_id_parse (caller->stream_id);
    refusal = judge_named (self, caller, id, &passphrase);
    is_sender = id != NULL && id->wish == CAM_SRT_WANTS_PUBLISH;
    if (refusal != CAM_SRT_REFUSAL_NONE)
      post_refusal (self, caller->address, describe_refusal (refusal, id));
  }
  bool is_let_in = refusal == CAM_SRT_REFUSAL_NONE && passphrase != NULL;
  return (CamSrtVerdict) { .refusal = refusal, .is_sender = is_sender, .passphrase = is_let_in ? cam_secret_ref (passphrase) : NULL };
}

/* Arrivals, on the poller's thread, and on M. */

static void
free_arrival (gpointer data)
{
  Arrival *arrival = data;
  if (arrival->socket >= 0)
    cam_srt_poller_discard (arrival->listener->setup.poller, arrival->socket);
  unref_listener (arrival->listener);
  g_object_unref (arrival->address);
  g_free (arrival);
}

/* Two that were judged before either of them had arrived are told apart here. */
static void
take_arrival (gpointer data)
{
  Arrival *arrival = data;
  CamSrtListener *self = arrival->listener;
  CamSrtRefusal refusal = cam_sender_post_judge (arrival->post);
  if (self->doors == NULL)
    return;
  if (refusal != CAM_SRT_REFUSAL_NONE) {
    const char *camera = cam_sender_post_get_camera (arrival->post)->name;
    post_refusal (self, arrival->address, g_strdup_printf ("to publish '%s': %s", camera, cam_srt_refusal_text (refusal)));
    return;
  }
  g_autofree char *address = cam_address_text (arrival->address, arrival->port);
  int socket = arrival->socket;
  arrival->socket = -1;
  self->setup.sender (arrival->post, socket, address, self->setup.data);
}

static void
on_accepted (int socket, const CamSrtCaller *caller, gpointer data)
{
  const Door *door = data;
  CamSrtListener *self = door->listener;
  g_autoptr (CamSrtStreamId) id = door->post == NULL ? cam_srt_stream_id_parse (caller->stream_id) : NULL;
  if (id != NULL && id->wish == CAM_SRT_WANTS_READ) {
    cam_rtsp_server_take_srt_reader (self->setup.server, self->setup.poller, socket, caller->address, caller->port, id);
    return;
  }
  CamSenderPost *post = id != NULL ? cam_sender_roll_find (self->setup.senders, id->camera, id->stream) : door->post;
  Arrival *arrival = g_new (Arrival, 1);
  *arrival = (Arrival) { .listener = ref_listener (self), .post = post, .socket = socket, .address = g_object_ref (caller->address), .port = caller->port };
  cam_main_inbox_post (self->setup.inbox, "an SRT sender", take_arrival, arrival, free_arrival);
}

static void
on_failed (const CamSrtCaller *caller, CamReason reason, const char *detail, gpointer data)
{
  const Door *door = data;
  g_autoptr (CamSrtStreamId) id = door->post == NULL ? cam_srt_stream_id_parse (caller->stream_id) : NULL;
  const char *name = id != NULL ? id->camera : "";
  if (door->post != NULL)
    name = cam_sender_post_get_camera (door->post)->name;
  g_autofree char *camera = cam_redact_text (name, -1, 64);
  post_refusal (door->listener, caller->address, g_strdup_printf ("for camera '%s': %s", camera, detail));
}

static const CamSrtDoorEvents door_events = { .judge = on_judge, .accepted = on_accepted, .failed = on_failed };

/* Life. */

static void
free_door (gpointer data)
{
  Door *door = data;
  cam_srt_door_close (door->door);
  g_free (door);
}

static bool
open_door (CamSrtListener *self, const char *address, const CamSrtUrl *url, CamSenderPost *post, GStrvBuilder *names, GError **error)
{
  Door *door = g_new0 (Door, 1);
  door->listener = self;
  door->post = post;
  g_ptr_array_add (self->doors, door);
  door->door = cam_srt_door_open (self->setup.poller, address, url, &door_events, door, error);
  if (door->door == NULL)
    return false;
  g_autofree char *host = g_strndup (address, (size_t) (strrchr (address, ':') - address));
  g_autofree char *name = g_strdup_printf ("srt://%s:%u", host, cam_srt_door_get_port (door->door));
  g_strv_builder_add (names, name);
  return true;
}

static bool
open_own_door (CamSrtListener *self, CamSenderPost *post, GStrvBuilder *names, GError **error)
{
  const CamCameraUrl *url = cam_sender_post_get_url (post);
  if (url->srt->mode != CAM_SRT_LISTENER)
    return true;
  const char *host = url->host != NULL ? url->host : "::";
  g_autofree char *address = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, url->port);
  if (open_door (self, address, url->srt, post, names, error))
    return true;
  g_prefix_error (error, "camera '%s': ", cam_sender_post_get_camera (post)->name);
  return false;
}

static bool
open_doors (CamSrtListener *self, GError **error)
{
  g_autoptr (CamSrtUrl) defaults = cam_srt_url_new ();
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  char **listen = self->setup.config->server.srt_listen;
  for (unsigned i = 0; listen != NULL && listen[i] != NULL; i++) {
    if (!open_door (self, listen[i], defaults, NULL, names, error))
      return false;
  }
  for (unsigned i = 0; i < cam_sender_roll_get_length (self->setup.senders); i++) {
    if (!open_own_door (self, cam_sender_roll_get (self->setup.senders, i), names, error))
      return false;
  }
  self->addresses = g_strv_builder_end (names);
  return true;
}

CamSrtListener *
cam_srt_listener_new (const CamSrtListenerSetup *setup, GError **error)
{
  CamSrtListener *self = g_new0 (CamSrtListener, 1);
  self->refs = 1;
  self->setup = *setup;
  cam_main_inbox_ref (setup->inbox);
  cam_config_set_ref (setup->config);
  self->report = cam_refusal_report_new ();
  self->doors = g_ptr_array_new_with_free_func (free_door);
  if (open_doors (self, error))
    return self;
  cam_srt_listener_free (self);
  return NULL;
}

const char *const *
cam_srt_listener_get_addresses (const CamSrtListener *self)
{
  return (const char *const *) self->addresses;
}

void
cam_srt_listener_close (CamSrtListener *self)
{
  g_clear_pointer (&self->doors, g_ptr_array_unref);
}

void
cam_srt_listener_free (CamSrtListener *self)
{
  if (self == NULL)
    return;
  cam_srt_listener_close (self);
  unref_listener (self);
}
