#include "serve/rtsp-server.h"

#include <stdatomic.h>

#include "serve/front-door.h"
#include "serve/multicast-plan.h"
#include "serve/rtsp-listeners.h"
#include "serve/serve-draft-private.h"
#include "serve/serve-loop.h"
#include "serve/srt-access.h"
#include "serve/srt-reader.h"

enum { KICK_GRACE_US = 3 * G_USEC_PER_SEC / 2 }; /* for BYE and what is queued, then RST */
/* For who has come to a mount since its readers were ended, and before it was replaced. */
#define REPLACED_GRACE_US (4 * G_USEC_PER_SEC)

struct CamRtspServer {
  CamServeContext context;
  CamRtspListeners *listeners; /* owned */
  CamTlsIdentity *identity;    /* ref; NULL when nothing is sealed */
  CamFrontDoor *door;          /* owned; used on loop 0 */
  CamHandedSockets *handed;    /* borrowed; NULL: none */
  CamMulticastPlan *multicast; /* owned */
  CamSrtAccess *srt_access;    /* owned */
  bool is_started;             /* on M */
  bool is_closing;             /* on M */
  atomic_bool door_is_shut;
  atomic_uint open_mounts; /* whose task still runs */
};

static CamServeLoop *
first_loop (const CamRtspServer *self)
{
  return self->context.loops->pdata[0];
}

/* What sealed listeners show; @ret_identity: NULL when there are none. */
static bool
read_identity (const CamServerConfig *config, CamTlsIdentity **ret_identity, GError **error)
{
  *ret_identity = NULL;
  if (config->listen_tls == NULL || config->listen_tls[0] == NULL)
    return true;
  *ret_identity = cam_tls_identity_new (config->certificate, config->private_key, error);
  return *ret_identity != NULL;
}

bool
cam_rtsp_server_check_config (const CamConfigSet *config, GError **error)
{
  CamTlsIdentity *identity = NULL;
  bool is_well = read_identity (&config->server, &identity, error);
  cam_tls_identity_unref (identity);
  return is_well;
}

static bool
open_all (CamRtspServer *self, const CamServerConfig *config, GError **error)
{
  if (!read_identity (config, &self->identity, error))
    return false;
  self->listeners = cam_rtsp_listeners_new ((const char *const *) config->listen, (const char *const *) config->listen_tls, self->handed, error);
  if (self->listeners == NULL)
    return false;
  self->context.udp_ports = cam_udp_ports_new (config->udp_ports, error);
  return self->context.udp_ports != NULL;
}

CamRtspServer *
cam_rtsp_server_new (const CamConfigSet *config, CamLoopThread *const *loops, unsigned n_loops, CamHandedSockets *handed, GError **error)
{
  g_assert (n_loops > 0);
  CamRtspServer *self = g_new0 (CamRtspServer, 1);
  CamServeContext *context = &self->context;
  g_autoptr (CamServeRules) rules = cam_serve_rules_new ((CamConfigSet *) config);
  context->book = cam_serve_book_new (rules);
  context->mounts = cam_rtsp_mounts_new ();
  context->registry = cam_client_registry_new (&config->server);
  self->multicast = cam_multicast_plan_new (config);
  self->srt_access = cam_srt_access_new (context->book, context->registry);
  context->loops = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_serve_loop_free);
  for (unsigned i = 0; i < n_loops; i++)
    g_ptr_array_add (context->loops, cam_serve_loop_new (context, loops[i]));

  self->handed = handed;
  if (!open_all (self, &config->server, error)) {
    cam_rtsp_server_free (self);
    return NULL;
  }
  self->door = cam_front_door_new (first_loop (self), self->listeners, self->identity);
  return self;
}

void
cam_rtsp_server_free (CamRtspServer *self)
{
  if (self == NULL)
    return;
  g_assert (!self->is_started || cam_rtsp_server_is_gone (self));
  CamServeContext *context = &self->context;
  cam_front_door_free (self->door);
  cam_rtsp_listeners_free (self->listeners);
  cam_tls_identity_unref (self->identity);
  g_ptr_array_unref (context->loops);
  cam_udp_ports_free (context->udp_ports);
  cam_rtsp_mounts_free (context->mounts);
  cam_multicast_plan_free (self->multicast);
  cam_srt_access_free (self->srt_access);
  cam_client_registry_free (context->registry);
  cam_serve_book_free (context->book);
  g_free (self);
}

static void
on_start (gpointer data)
{
  CamRtspServer *self = data;
  cam_udp_ports_start (self->context.udp_ports, cam_serve_loop_get_thread (first_loop (self)));
  cam_front_door_open (self->door);
}

void
cam_rtsp_server_start (CamRtspServer *self)
{
  self->is_started = true;
  cam_loop_thread_post (cam_serve_loop_get_thread (first_loop (self)), on_start, self, NULL);
}

const char *const *
cam_rtsp_server_get_addresses (const CamRtspServer *self)
{
  return cam_rtsp_listeners_get_urls (self->listeners);
}

bool
cam_rtsp_server_check (CamRtspServer *self, GError **error)
{
  return cam_rtsp_listeners_check (self->listeners, error);
}

/* ---- mounts ---- */

static void
ask_to_leave (gpointer member, int64_t grace_us)
{
  const CamServeGuest *guest = member;
  guest->end (guest->data, grace_us);
}

/* The end of one mount's audience, on its way from M to the loop and, as the audience's waiter, until all are gone. */
typedef struct {
  CamRtspServer *server;   /* borrowed: freed after all mounts are closed */
  CamRtspFactory *factory; /* ref */
  bool keeps_mount;
  int64_t grace_us;
  void (*done) (gpointer data); /* NULL for none */
  gpointer data;
} AudienceEnd;

static void
on_audience_gone (gpointer data)
{
  g_autofree AudienceEnd *end = data;
  g_autoptr (CamRtspFactory) factory = end->factory;
  if (!end->keeps_mount)
    cam_rtsp_factory_close (factory);
  if (end->done != NULL)
    end->done (end->data);
  if (!end->keeps_mount)
    end->server->open_mounts--;
}

static void
on_end_audience (gpointer data)
{
  AudienceEnd *end = data;
  if (!end->keeps_mount)
    cam_rtsp_factory_retire (end->factory);
  cam_audience_end (cam_rtsp_factory_get_audience (end->factory), end->grace_us, on_audience_gone, end);
}

/* @factory: (transfer full). */
static void
end_mount (CamRtspServer *self, CamRtspFactory *factory, bool keep_mount, int64_t grace_us, void (*done) (gpointer data), gpointer data)
{
  AudienceEnd *end = g_new (AudienceEnd, 1);
  *end = (AudienceEnd){
      .server = self,
      .factory = factory,
      .keeps_mount = keep_mount,
      .grace_us = grace_us,
      .done = done,
      .data = data,
  };
  if (!keep_mount)
    cam_rtsp_mounts_withdraw (self->context.mounts, factory);
  cam_loop_thread_post (cam_rtsp_factory_get_loop (factory), on_end_audience, end, NULL);
}

/* A mount on its way from M to its loop. */
typedef struct {
  CamRtspServer *server;   /* borrowed: freed after all mounts are closed */
  CamRtspFactory *factory; /* ref */
} Publication;

static void
publication_free (gpointer data)
{
  Publication *publication = data;
  g_object_unref (publication->factory);
  g_free (publication);
}

static void
on_publish (gpointer data)
{
  const Publication *publication = data;
  cam_rtsp_factory_open (publication->factory, ask_to_leave, publication->server->context.registry);
}

void
cam_rtsp_server_publish (CamRtspServer *self, CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop,
                         CamMountWantedFunc wanted, gpointer data)
{
  if (self->is_closing)
    return;
  g_autoptr (CamRtspFactory) factory = cam_rtsp_factory_new (camera, stream, hub, loop);
  g_autoptr (CamServeRules) rules = cam_serve_book_open (self->context.book);
  CamRtspFactory *before = cam_rtsp_mounts_find (self->context.mounts, camera->name, stream);
  CamMulticastPlace place;
  cam_rtsp_factory_set_wanted (factory, wanted, data);
  if (before != NULL)
    cam_rtsp_factory_set_shed (factory, atomic_load_explicit (cam_rtsp_factory_get_shed (before), memory_order_relaxed));
  if (cam_multicast_plan_find (self->multicast, camera->name, stream, &place))
    cam_rtsp_factory_set_multicast (factory, rules->config, &place);
  self->open_mounts++;
  cam_rtsp_mounts_publish (self->context.mounts, factory);
  Publication *publication = g_new (Publication, 1);
  *publication = (Publication){.server = self, .factory = g_object_ref (factory)};
  cam_loop_thread_post (loop, on_publish, publication, publication_free);
  if (before != NULL)
    end_mount (self, before, false, REPLACED_GRACE_US, NULL, NULL);
}

void
cam_rtsp_server_end_audience (CamRtspServer *self,
                              const char *camera,
                              unsigned stream,
                              bool keep_mount,
                              int64_t grace_us,
                              void (*done) (gpointer data),
                              gpointer data)
{
  CamRtspFactory *factory = cam_rtsp_mounts_find (self->context.mounts, camera, stream);
  if (factory != NULL)
    end_mount (self, factory, keep_mount, grace_us, done, data);
  else if (done != NULL)
    done (data);
}

unsigned
cam_rtsp_server_count_readers (CamRtspServer *self, const char *camera, unsigned stream)
{
  return cam_client_registry_count_readers (self->context.registry, camera, stream);
}

bool
cam_rtsp_server_view_mount (CamRtspServer *self, const char *camera, unsigned stream, CamMountView *ret_view)
{
  g_autoptr (CamRtspFactory) mount = cam_rtsp_mounts_find (self->context.mounts, camera, stream);
  if (mount == NULL)
    return false;
  cam_mount_counters_view (cam_rtsp_factory_get_counters (mount), ret_view);
  ret_view->is_shed = atomic_load_explicit (cam_rtsp_factory_get_shed (mount), memory_order_relaxed);
  return true;
}

void
cam_rtsp_server_set_shed (CamRtspServer *self, const char *camera, unsigned stream, bool is_shed)
{
  g_autoptr (CamRtspFactory) mount = cam_rtsp_mounts_find (self->context.mounts, camera, stream);
  if (mount != NULL)
    cam_rtsp_factory_set_shed (mount, is_shed);
}

void
cam_rtsp_server_reconfigure (CamRtspServer *self, CamCameraConfig *camera, unsigned stream)
{
  g_autoptr (CamRtspFactory) factory = cam_rtsp_mounts_find (self->context.mounts, camera->name, stream);
  if (factory != NULL)
    cam_rtsp_factory_set_camera (factory, camera);
}

/* ---- another configuration ---- */

bool
cam_rtsp_server_prepare (CamRtspServer *self, CamServeDraft *draft, GError **error)
{
  const CamServerConfig *config = &draft->rules->config->server;
  draft->listeners = cam_rtsp_listeners_new_beside (self->listeners, (const char *const *) config->listen, (const char *const *) config->listen_tls,
                                                    self->handed, error);
  return draft->listeners != NULL;
}

static void
change_door (CamRtspServer *self, CamServeDraft *draft)
{
  CamRtspListeners *before = self->listeners;
  self->listeners = g_steal_pointer (&draft->listeners);
  cam_rtsp_listeners_note_replaced (before, self->listeners, self->handed);
  cam_front_door_post_change (self->door, before, self->listeners, draft->identity);
}

static void
change_multicast (CamRtspServer *self, CamConfigSet *config)
{
  CamMulticastPlan *plan = cam_multicast_plan_new_after (self->multicast, config);
  cam_multicast_plan_free (self->multicast);
  self->multicast = plan;
  g_autoptr (GPtrArray) mounts = cam_rtsp_mounts_list (self->context.mounts);
  for (unsigned i = 0; i < mounts->len; i++)
    cam_rtsp_factory_change_multicast (mounts->pdata[i], config);
}

void
cam_rtsp_server_adopt (CamRtspServer *self, CamServeDraft *draft)
{
  g_assert (!self->is_closing);
  CamConfigSet *config = draft->rules->config;
  cam_serve_book_turn (self->context.book, draft->rules);
  cam_client_registry_set_limits (self->context.registry, &config->server);
  change_door (self, draft);
  change_multicast (self, config);
  for (unsigned i = 0; i < self->context.loops->len; i++)
    cam_serve_loop_review (self->context.loops->pdata[i]);
  cam_serve_draft_free (draft);
}

/* ---- who comes by SRT ---- */

CamSrtRefusal
cam_rtsp_server_judge_srt (CamRtspServer *self, GInetAddress *address, const CamSrtStreamId *id)
{
  return cam_srt_access_judge (self->srt_access, address, id, g_get_monotonic_time ());
}

/* A reader on its way to its mount's loop. */
typedef struct {
  CamServeLoop *home;    /* borrowed: loops outlive their guests */
  CamRtspFactory *mount; /* ref */
  CamSrtPoller *poller;  /* borrowed */
  GInetAddress *address; /* ref */
  unsigned port;
  CamSrtForm form;
  char audio[sizeof ((CamSrtStreamId *) NULL)->audio];
  char *user;            /* owned; NULL: nobody logged in */
  int socket;            /* -1 once it was handed on */
} SrtArrival;

static void
srt_arrival_free (gpointer data)
{
  SrtArrival *arrival = data;
  if (arrival->socket >= 0)
    cam_srt_poller_discard (arrival->poller, arrival->socket);
  g_object_unref (arrival->mount);
  g_object_unref (arrival->address);
  g_free (arrival->user);
  g_free (arrival);
}

static void
on_srt_arrival (gpointer data)
{
  SrtArrival *arrival = data;
  const CamSrtReaderSetup setup = {
      .home = arrival->home,
      .mount = arrival->mount,
      .poller = arrival->poller,
      .address = arrival->address,
      .port = arrival->port,
      .form = arrival->form,
      .audio = arrival->audio,
      .user = arrival->user,
  };
  cam_srt_reader_start (&setup, arrival->socket);
  arrival->socket = -1;
}

void
cam_rtsp_server_take_srt_reader (CamRtspServer *self, CamSrtPoller *poller, int socket, GInetAddress *address, unsigned port,
                                 const CamSrtStreamId *id)
{
  CamRtspFactory *mount = cam_rtsp_mounts_find (self->context.mounts, id->camera, id->stream);
  if (mount == NULL) {
    cam_srt_poller_discard (poller, socket);
    return;
  }
  g_autoptr (CamServeRules) rules = cam_serve_book_open (self->context.book);
  bool has_user = id->username != NULL && cam_rtsp_users_any (rules->users); /* and its password was right */
  SrtArrival *arrival = g_new (SrtArrival, 1);
  *arrival = (SrtArrival){
      .home = cam_serve_context_find_loop (&self->context, cam_rtsp_factory_get_loop (mount)),
      .mount = mount,
      .poller = poller,
      .address = g_object_ref (address),
      .port = port,
      .form = id->form,
      .user = has_user ? g_strdup (id->username) : NULL,
      .socket = socket,
  };
  g_strlcpy (arrival->audio, id->audio, sizeof arrival->audio);
  cam_loop_thread_post (cam_rtsp_factory_get_loop (mount), on_srt_arrival, arrival, srt_arrival_free);
}

/* ---- the end ---- */

static void
on_door_shut (gpointer data)
{
  CamRtspServer *self = data;
  self->door_is_shut = true;
}

static void
on_shut_door (gpointer data)
{
  CamRtspServer *self = data;
  cam_udp_ports_stop (self->context.udp_ports);
  cam_front_door_close (self->door, on_door_shut, self);
}

void
cam_rtsp_server_close (CamRtspServer *self, int64_t grace_us)
{
  if (self->is_closing)
    return;
  self->is_closing = true;
  cam_loop_thread_post (cam_serve_loop_get_thread (first_loop (self)), on_shut_door, self, NULL);

  g_autoptr (GPtrArray) mounts = cam_rtsp_mounts_list (self->context.mounts);
  for (unsigned i = 0; i < mounts->len; i++)
    end_mount (self, g_object_ref (mounts->pdata[i]), false, grace_us, NULL, NULL);
  for (unsigned i = 0; i < self->context.loops->len; i++)
    cam_serve_loop_close (self->context.loops->pdata[i], grace_us);
}

bool
cam_rtsp_server_is_gone (CamRtspServer *self)
{
  if (!self->is_closing || !self->door_is_shut || self->open_mounts > 0)
    return false;
  for (unsigned i = 0; i < self->context.loops->len; i++)
    if (!cam_serve_loop_is_gone (self->context.loops->pdata[i]))
      return false;
  /* A connection on its way between two loops is on neither's list. */
  return cam_client_registry_count_connections (self->context.registry) == 0;
}

GPtrArray *
cam_rtsp_server_list_readers (CamRtspServer *self, const char *camera)
{
  return cam_client_registry_list (self->context.registry, camera);
}

void
cam_rtsp_server_kick (CamRtspServer *self, const char *id)
{
  for (unsigned i = 0; i < self->context.loops->len; i++)
    cam_serve_loop_kick (self->context.loops->pdata[i], id, KICK_GRACE_US);
}

CamServerCounters
cam_rtsp_server_get_counters (CamRtspServer *self)
{
  CamClientRegistry *registry = self->context.registry;
  return (CamServerCounters){
      .connections = cam_client_registry_count_connections (registry),
      .readers = cam_client_registry_count_all_readers (registry),
      .accepted = cam_client_registry_get (registry, CAM_CLIENT_COUNT_ACCEPTED),
      .refused = cam_client_registry_get (registry, CAM_CLIENT_COUNT_REFUSED),
      .bytes_out = cam_client_registry_get (registry, CAM_CLIENT_COUNT_BYTES_OUT),
      .units_skipped = cam_client_registry_get (registry, CAM_CLIENT_COUNT_UNITS_SKIPPED),
      .requests_over_20ms = cam_client_registry_get (registry, CAM_CLIENT_COUNT_SLOW_REQUESTS),
  };
}
