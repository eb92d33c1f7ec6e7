#include "control/http-server.h"

#include "camrelay/log-fields.h"
#include "control/api-openapi.h"
#include "control/http-door.h"
#include "control/http-exchange.h"
#include "control/http-listeners.h"
#include "core/log.h"

struct CamHttpServer {
  CamLoopThread *loop;          /* borrowed: H */
  CamHttpListeners *listeners;  /* owned; M */
  CamConfigSet *config;         /* ref; M: what holds */
  CamConfigSet *next;           /* ref; M: as prepared; NULL: nothing is */
  bool has_warned;              /* M: of no tokens, since there were some */
  CamHttpDoor *door;            /* owned; H */
  SoupServer *soup;             /* ref; H; NULL until it opens and after it closed */
  GQuark connection;            /* what a client's address carries to find its connection */
  CamHttpOffice office;         /* what it points to is owned: config, wrong, openapi */
  gint is_ready;                /* atomic */
};

/* Sockets for H to begin with, or to have done with. */
typedef struct {
  CamHttpServer *server; /* borrowed: outlives H */
  GArray *opened;        /* owned */
  GArray *closed;        /* owned */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;
  g_array_unref (change->opened);
  g_array_unref (change->closed);
  g_free (change);
}

/* ---- H ---- */

static void
on_message (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  CamHttpServer *self = data;
  GSocketAddress *address = soup_server_message_get_remote_address (message);
  CamHttpConnection *connection = g_object_get_qdata (G_OBJECT (address), self->connection);
  cam_http_exchange_begin (&self->office, connection, message);
}

/* A socket address of GIO's, (transfer full). */
static GSocketAddress *
make_address (const struct sockaddr_storage *storage)
{
  return g_socket_address_new_from_native ((gpointer) storage, sizeof *storage);
}

static void
on_asked (CamHttpConnection *connection, gpointer data)
{
  CamHttpServer *self = data;
  CamHttpStream *stream = cam_http_connection_open_stream (connection);
  if (stream == NULL)
    return;
  const CamRtspPeer *peer = cam_http_connection_get_peer (connection);
  g_autoptr (GSocketAddress) local = make_address (&peer->local);
  g_autoptr (GSocketAddress) remote = make_address (&peer->remote);
  g_object_set_qdata (G_OBJECT (remote), self->connection, connection);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (stream), local, remote, NULL);
}

static void
open_soup (CamHttpServer *self)
{
  self->soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_remove_websocket_extension (self->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_handler (self->soup, NULL, on_message, self, NULL);
}

static void
on_change (gpointer data)
{
  const Change *change = data;
  CamHttpServer *self = change->server;
  if (self->soup == NULL)
    open_soup (self);
  for (unsigned i = 0; i < change->closed->len; i++)
    cam_http_door_shut (self->door, g_array_index (change->closed, int, i));
  for (unsigned i = 0; i < change->opened->len; i++)
    cam_http_door_open (self->door, g_array_index (change->opened, int, i));
}

static void
close_door (gpointer data)
{
  CamHttpServer *self = data;
  if (self->soup != NULL)
    soup_server_disconnect (self->soup);
  cam_http_door_close (self->door);
  g_clear_object (&self->soup);
}

/* ---- M ---- */

/* After H has ended. */
static void
free_server (gpointer data)
{
  CamHttpServer *self = data;
  cam_wrong_logins_free (self->office.wrong);
  g_bytes_unref (self->office.openapi);
  cam_config_set_unref (self->office.config);
  cam_http_door_free (self->door);
  cam_http_listeners_free (self->listeners);
  cam_config_set_unref (self->config);
  g_free (self);
}

/* Whether somebody who is not on this machine could call there. */
static bool
is_open_to_others (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GInetAddress) address = uri != NULL ? g_inet_address_new_from_string (g_uri_get_host (uri)) : NULL;
  return address == NULL || !g_inet_address_get_is_loopback (address);
}

/* Nobody is let in by mistake; the operator wonders why. */
static void
warn_of_no_tokens (CamHttpServer *self)
{
  bool has_tokens = self->config->tokens->len > 0;
  self->has_warned = self->has_warned && !has_tokens;
  for (const char *const *url = cam_http_server_get_addresses (self); *url != NULL && !has_tokens && !self->has_warned; url++) {
    if (!is_open_to_others (*url))
      continue;
    self->has_warned = true;
    cam_log (CAM_LOG_WARNING,
             CAM_MSG_LISTENER,
             NULL,
             "%s is open to other machines, but no token is configured: they get 403 for everything but /healthz and /readyz until there is a [Token NAME]",
             *url);
  }
}

bool
cam_http_server_prepare (CamHttpServer *self, CamConfigSet *config, GError **error)
{
  if (!cam_http_listeners_prepare (self->listeners, (const char *const *) config->server.http_listen, error))
    return false;
  self->next = cam_config_set_ref (config);
  return true;
}

void
cam_http_server_abandon (CamHttpServer *self)
{
  cam_http_listeners_abandon (self->listeners);
  g_clear_pointer (&self->next, cam_config_set_unref);
}

void
cam_http_server_adopt (CamHttpServer *self)
{
  Change *change = g_new0 (Change, 1);
  change->server = self;
  cam_http_listeners_adopt (self->listeners, &change->opened, &change->closed);
  cam_loop_thread_post (self->loop, on_change, change, change_free);
  cam_config_set_unref (self->config);
  self->config = g_steal_pointer (&self->next);
  warn_of_no_tokens (self);
}

CamHttpServer *
cam_http_server_new (CamControlDesk *desk, CamConfigSet *config, CamHandedSockets *handed, GError **error)
{
  CamHttpServer *self = g_new0 (CamHttpServer, 1);
  self->loop = cam_control_desk_get_loop (desk);
  self->connection = g_quark_from_static_string ("camrelay-http-connection");
  self->listeners = cam_http_listeners_new (handed);
  self->door = cam_http_door_new (self->loop, on_asked, self);
  self->office = (CamHttpOffice) {
      .loop = self->loop,
      .desk = desk,
      .config = cam_config_set_ref (config),
      .wrong = cam_wrong_logins_new (),
      .openapi = cam_api_openapi_text (),
      .is_ready = &self->is_ready,
  };
  if (!cam_http_server_prepare (self, config, error)) {
    free_server (self);
    return NULL;
  }
  cam_http_server_adopt (self);
  cam_control_desk_add_door (desk, self, close_door, free_server);
  return self;
}

const char *const *
cam_http_server_get_addresses (const CamHttpServer *self)
{
  return cam_http_listeners_get_urls (self->listeners);
}

bool
cam_http_server_check (const CamHttpServer *self, GError **error)
{
  return cam_http_listeners_check (self->listeners, error);
}

void
cam_http_server_set_ready (CamHttpServer *self, bool is_ready)
{
  g_atomic_int_set (&self->is_ready, is_ready);
}
