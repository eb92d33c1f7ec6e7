#include "supervise/srt-listener.h"

#include <stdatomic.h>
#include <string.h>

#include "camrelay/log-fields.h"
#include "core/address-text.h"
#include "core/log.h"
#include "core/redact.h"
#include "srt/srt-door.h"
#include "supervise/refusal-report.h"
#include "supervise/refusal-text.h"
#include "wire/srt-stream-id.h"

enum { LINES_UNDER_WAY = 64 }; /* refusals on their way to M; more are not told */

struct CamSrtListener {
  int refs; /* atomic: the owner's, and one for each post under way */
  CamSrtListenerSetup setup; /* inbox: ref */
  GPtrArray *doors;          /* of Door, owned; NULL: closed */
  GPtrArray *next;           /* of Door, owned: those that prepare asks for; NULL: nothing is prepared */
  CamSecret *next_passphrase; /* ref; theirs; NULL for none */
  char **addresses;          /* owned */
  GMutex mutex;
  CamSecret *passphrase;     /* ref; under the mutex; of [SRT] Listen; NULL for none */
  CamRefusalReport *report;  /* owned */
  atomic_uint lines;         /* under way */
};

/* One address, whether it is open or only asked for. */
typedef struct {
  CamSrtListener *listener; /* borrowed: frees the door */
  char *address;            /* owned; as configured */
  char *camera;             /* owned; whose own address it is; NULL: [SRT] Listen */
  unsigned stream;
  char *url;                /* owned; the camera's, which has the options; NULL for none */
  CamSrtDoor *door;         /* owned; NULL: not open */
} Door;

/* A sender that is in, on its way to M. */
typedef struct {
  CamSrtListener *listener; /* ref */
  CamSenderPost *post;      /* ref */
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
  cam_secret_unref (self->passphrase);
  g_mutex_clear (&self->mutex);
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

/* Judging, on libsrt's threads. */

static CamSecret *
ref_passphrase (CamSrtListener *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return self->passphrase != NULL ? cam_secret_ref (self->passphrase) : NULL;
}

/* (transfer full); NULL for none */
static CamSecret *
ref_passphrase_of (const CamSenderPost *post)
{
  CamSecret *passphrase = cam_sender_post_get_passphrase (post);
  return passphrase != NULL ? cam_secret_ref (passphrase) : NULL;
}

/* @ret_passphrase: of the camera, (transfer full); NULL: that of all. */
static CamSrtRefusal
judge_named (CamSrtListener *self, const CamSrtCaller *caller, const CamSrtStreamId *id, CamSecret **ret_passphrase)
{
  *ret_passphrase = NULL;
  if (id == NULL)
    return CAM_SRT_REFUSAL_BAD_REQUEST;
  CamSrtRefusal refusal = cam_rtsp_server_judge_srt (self->setup.server, caller->address, id);
  if (refusal != CAM_SRT_REFUSAL_NONE || id->wish != CAM_SRT_WANTS_PUBLISH)
    return refusal;
  g_autoptr (CamSenderPost) post = cam_sender_roll_find (self->setup.senders, id->camera, id->stream);
  if (post == NULL || cam_sender_post_get_url (post)->srt->mode != CAM_SRT_PUBLISHED)
    return CAM_SRT_REFUSAL_MODE;
  *ret_passphrase = ref_passphrase_of (post);
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
judge_own (const Door *door, const CamSrtCaller *caller)
{
  g_autoptr (CamSenderPost) post = cam_sender_roll_find (door->listener->setup.senders, door->camera, door->stream);
  CamSrtRefusal refusal = post != NULL ? judge_for_post (post, caller) : CAM_SRT_REFUSAL_AWAY;
  bool is_let_in = refusal == CAM_SRT_REFUSAL_NONE;
  if (!is_let_in)
    post_refusal (door->listener, caller->address, cam_refusal_text_of_own (refusal, door->camera));
  return (CamSrtVerdict) { .refusal = refusal, .is_sender = true, .passphrase = is_let_in ? ref_passphrase_of (post) : NULL };
}

static CamSrtVerdict
on_judge (const CamSrtCaller *caller, gpointer data)
{
  const Door *door = data;
  CamSrtListener *self = door->listener;
  if (door->camera != NULL)
    return judge_own (door, caller);
  g_autoptr (CamSrtStreamId) id = cam_srt_stream_id_parse (caller->stream_id);
  g_autoptr (CamSecret) own = NULL;
  CamSrtRefusal refusal = judge_named (self, caller, id, &own);
  bool is_sender = id != NULL && id->wish == CAM_SRT_WANTS_PUBLISH;
  if (refusal != CAM_SRT_REFUSAL_NONE) {
    post_refusal (self, caller->address, cam_refusal_text (refusal, id));
    return (CamSrtVerdict) { .refusal = refusal, .is_sender = is_sender };
  }
  return (CamSrtVerdict) { .is_sender = is_sender, .passphrase = own != NULL ? g_steal_pointer (&own) : ref_passphrase (self) };
}

/* Arrivals, on the poller's thread, and on M. */

static void
free_arrival (gpointer data)
{
  Arrival *arrival = data;
  if (arrival->socket >= 0)
    cam_srt_poller_discard (arrival->listener->setup.poller, arrival->socket);
  unref_listener (arrival->listener);
  cam_sender_post_unref (arrival->post);
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
  g_autoptr (CamSrtStreamId) id = door->camera == NULL ? cam_srt_stream_id_parse (caller->stream_id) : NULL;
  if (id != NULL && id->wish == CAM_SRT_WANTS_READ) {
    cam_rtsp_server_take_srt_reader (self->setup.server, self->setup.poller, socket, caller->address, caller->port, id);
    return;
  }
  CamSenderPost *post = cam_sender_roll_find (self->setup.senders, id != NULL ? id->camera : door->camera, id != NULL ? id->stream : door->stream);
  if (post == NULL) { /* removed since it was judged */
    cam_srt_poller_discard (self->setup.poller, socket);
    return;
  }
  Arrival *arrival = g_new (Arrival, 1);
  *arrival = (Arrival) { .listener = ref_listener (self), .post = post, .socket = socket, .address = g_object_ref (caller->address), .port = caller->port };
  cam_main_inbox_post (self->setup.inbox, "an SRT sender", take_arrival, arrival, free_arrival);
}

static void
on_failed (const CamSrtCaller *caller, CamReason reason, const char *detail, gpointer data)
{
  const Door *door = data;
  g_autoptr (CamSrtStreamId) id = door->camera == NULL ? cam_srt_stream_id_parse (caller->stream_id) : NULL;
  const char *name = id != NULL ? id->camera : "";
  if (door->camera != NULL)
    name = door->camera;
  g_autofree char *camera = cam_redact_text (name, -1, 64);
  post_refusal (door->listener, caller->address, g_strdup_printf ("for camera '%s': %s", camera, detail));
}

static const CamSrtDoorEvents door_events = { .judge = on_judge, .accepted = on_accepted, .failed = on_failed };

/* Doors. */

static void
free_door (gpointer data)
{
  Door *door = data;
  cam_srt_door_close (door->door);
  g_free (door->address);
  g_free (door->camera);
  g_free (door->url);
  g_free (door);
}

static bool
is_same_door (const Door *a, const Door *b)
{
  return g_str_equal (a->address, b->address) && g_strcmp0 (a->camera, b->camera) == 0 && a->stream == b->stream && g_strcmp0 (a->url, b->url) == 0;
}

/* The options of those who come in: a camera's URL says them. False with CAM_SRT_ERROR, naming camera and address. */
static bool
open_door (Door *door, GError **error)
{
  g_autoptr (CamCameraUrl) url = door->url != NULL ? cam_camera_url_parse (door->url, NULL) : NULL;
  g_autoptr (CamSrtUrl) defaults = cam_srt_url_new ();
  const CamSrtUrl *options = url != NULL ? url->srt : defaults;
  door->door = cam_srt_door_open (door->listener->setup.poller, door->address, options, &door_events, door, error);
  if (door->door == NULL && door->camera != NULL)
    g_prefix_error (error, "camera '%s': ", door->camera);
  return door->door != NULL;
}

static void
ask_for_door (CamSrtListener *self, const char *address, const char *camera, unsigned stream, const char *url)
{
  Door *door = g_new0 (Door, 1);
  *door = (Door) { .listener = self, .address = g_strdup (address), .camera = g_strdup (camera), .stream = stream, .url = g_strdup (url) };
  g_ptr_array_add (self->next, door);
}

static void
ask_for_own_door (CamSrtListener *self, const CamCameraConfig *camera, unsigned stream)
{
  const char *text = camera->streams[stream].url;
  g_autoptr (CamCameraUrl) url = text != NULL ? cam_camera_url_parse (text, NULL) : NULL;
  if (url == NULL || url->srt == NULL || url->srt->mode != CAM_SRT_LISTENER)
    return;
  const char *host = url->host != NULL ? url->host : "::";
  g_autofree char *address = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, url->port);
  ask_for_door (self, address, camera->name, stream, text);
}

static void
ask_for_doors (CamSrtListener *self, const CamConfigSet *config)
{
  char **listen = config->server.srt_listen;
  for (unsigned i = 0; listen != NULL && listen[i] != NULL; i++)
    ask_for_door (self, listen[i], NULL, 0, NULL);
  for (unsigned i = 0; i < config->cameras->len; i++) {
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
      ask_for_own_door (self, g_ptr_array_index (config->cameras, i), stream);
  }
}

/* NULL: no open door is like @asked. */
static Door *
find_like (CamSrtListener *self, const Door *asked)
{
  for (unsigned i = 0; i < self->doors->len; i++) {
    Door *door = g_ptr_array_index (self->doors, i);
    if (is_same_door (door, asked))
      return door;
  }
  return NULL;
}

/* An open door is in the way of @asked, for somebody else: it is closed first, when nothing can fail any more. */
static bool
is_address_ours (const CamSrtListener *self, const Door *asked)
{
  for (unsigned i = 0; i < self->doors->len; i++) {
    const Door *door = g_ptr_array_index (self->doors, i);
    if (g_str_equal (door->address, asked->address) && !g_str_has_suffix (asked->address, ":0"))
      return true;
  }
  return false;
}

bool
cam_srt_listener_prepare (CamSrtListener *self, const CamConfigSet *config, GError **error)
{
  g_assert (self->next == NULL && self->doors != NULL);
  self->next = g_ptr_array_new_with_free_func (free_door);
  ask_for_doors (self, config);
  self->next_passphrase = config->server.srt_passphrase != NULL ? cam_secret_ref (config->server.srt_passphrase) : NULL;
  for (unsigned i = 0; i < self->next->len; i++) {
    Door *asked = g_ptr_array_index (self->next, i);
    if (find_like (self, asked) == NULL && !is_address_ours (self, asked) && !open_door (asked, error)) {
      cam_srt_listener_abandon (self);
      return false;
    }
  }
  return true;
}

void
cam_srt_listener_abandon (CamSrtListener *self)
{
  g_clear_pointer (&self->next, g_ptr_array_unref);
  g_clear_pointer (&self->next_passphrase, cam_secret_unref);
}

/* Those that go on or were opened by prepare are in the list that is returned; those that wait for an address of ours stay in next. (transfer full) */
static GPtrArray *
sort_out (CamSrtListener *self)
{
  GPtrArray *doors = g_ptr_array_new_with_free_func (free_door);
  GPtrArray *late = g_ptr_array_new_with_free_func (free_door);
  while (self->next->len > 0) {
    Door *asked = g_ptr_array_steal_index (self->next, 0);
    Door *like = asked->door == NULL ? find_like (self, asked) : NULL;
    guint index;
    if (like != NULL && g_ptr_array_find (self->doors, like, &index))
      g_ptr_array_add (doors, g_ptr_array_steal_index (self->doors, index));
    GPtrArray *list = asked->door != NULL ? doors : late;
    if (like == NULL)
      g_ptr_array_add (list, g_steal_pointer (&asked));
    g_clear_pointer (&asked, free_door);
  }
  g_ptr_array_unref (self->next);
  self->next = late;
  return doors;
}

static void
name_doors (CamSrtListener *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  for (unsigned i = 0; i < self->doors->len; i++) {
    const Door *door = g_ptr_array_index (self->doors, i);
    g_autofree char *host = g_strndup (door->address, (size_t) (strrchr (door->address, ':') - door->address));
    g_autofree char *name = g_strdup_printf ("srt://%s:%u", host, cam_srt_door_get_port (door->door));
    g_strv_builder_add (names, name);
  }
  g_strfreev (self->addresses);
  self->addresses = g_strv_builder_end (names);
}

static void
open_late (CamSrtListener *self)
{
  while (self->next->len > 0) {
    g_autoptr (GError) error = NULL;
    Door *door = g_ptr_array_steal_index (self->next, 0);
    if (open_door (door, &error)) {
      g_ptr_array_add (self->doors, door);
      continue;
    }
    cam_log (CAM_LOG_ERROR, CAM_MSG_LISTENER, NULL, "%s", error->message);
    free_door (door);
  }
}

void
cam_srt_listener_adopt (CamSrtListener *self)
{
  g_assert (self->next != NULL && self->doors != NULL);
  GPtrArray *doors = sort_out (self);
  g_ptr_array_unref (self->doors);
  self->doors = doors;
  open_late (self);
  name_doors (self);
  g_mutex_lock (&self->mutex);
  CamSecret *before = self->passphrase;
  self->passphrase = g_steal_pointer (&self->next_passphrase);
  g_mutex_unlock (&self->mutex);
  cam_secret_unref (before);
  g_clear_pointer (&self->next, g_ptr_array_unref);
}

/* Life. */

CamSrtListener *
cam_srt_listener_new (const CamSrtListenerSetup *setup)
{
  CamSrtListener *self = g_new0 (CamSrtListener, 1);
  self->refs = 1;
  self->setup = *setup;
  cam_main_inbox_ref (setup->inbox);
  g_mutex_init (&self->mutex);
  self->report = cam_refusal_report_new ();
  self->doors = g_ptr_array_new_with_free_func (free_door);
  self->addresses = g_new0 (char *, 1);
  return self;
}

const char *const *
cam_srt_listener_get_addresses (const CamSrtListener *self)
{
  return (const char *const *) self->addresses;
}

void
cam_srt_listener_close (CamSrtListener *self)
{
  cam_srt_listener_abandon (self);
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
