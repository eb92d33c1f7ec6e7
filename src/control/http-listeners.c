#include "control/http-listeners.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/serve-error.h"
#include "serve/socket-stream.h"
#include "serve/tcp-listener.h"

#define SCHEME "http"

enum { CHECK_S = 2 };

typedef struct {
  char *text; /* owned; as configured */
  int fd;     /* the door's */
} Listener;

struct CamHttpListeners {
  CamHandedSockets *handed; /* borrowed */
  GArray *listeners;        /* of Listener */
  GPtrArray *urls;          /* of char *, owned, NULL-terminated */

  /* Prepared, until that is adopted or abandoned; NULL: nothing is. */
  GArray *wanted;   /* of Listener: what takes the place of listeners */
  GArray *opened;   /* of int: of them, those that are new */
  GArray *unwanted; /* of int: what nobody wants any more */
  GArray *held;     /* of int: of that, what does not listen meanwhile */
};

static void
clear_listener (gpointer data)
{
  g_free (((Listener *) data)->text);
}

static GArray *
listeners_array_new (void)
{
  GArray *listeners = g_array_new (FALSE, FALSE, sizeof (Listener));
  g_array_set_clear_func (listeners, clear_listener);
  return listeners;
}

CamHttpListeners *
cam_http_listeners_new (CamHandedSockets *handed)
{
  CamHttpListeners *self = g_new0 (CamHttpListeners, 1);
  self->handed = handed;
  self->listeners = listeners_array_new ();
  self->urls = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->urls, NULL);
  return self;
}

void
cam_http_listeners_free (CamHttpListeners *self)
{
  if (self == NULL)
    return;
  g_assert (self->wanted == NULL);
  g_array_unref (self->listeners);
  g_ptr_array_unref (self->urls);
  g_free (self);
}

/* −1: it is not among them. */
static int
find (const GArray *listeners, const char *text)
{
  for (unsigned i = 0; i < listeners->len; i++) {
    const Listener *listener = &g_array_index (listeners, Listener, i);
    if (g_str_equal (listener->text, text))
      return listener->fd;
  }
  return -1;
}

/* Those of @addresses in order, opened or as they are. */
static bool
open_wanted (CamHttpListeners *self, const char *const *addresses, GError **error)
{
  for (const char *const *text = addresses; *text != NULL; text++) {
    int fd = find (self->listeners, *text);
    if (fd < 0) {
      fd = cam_tcp_listener_open (self->handed, SCHEME, *text, addresses, error);
      if (fd < 0)
        return false;
      g_array_append_val (self->opened, fd);
    }
    const Listener listener = {.text = g_strdup (*text), .fd = fd};
    g_array_append_val (self->wanted, listener);
  }
  return true;
}

/* The sockets that @addresses do not name any more. */
static GArray *
find_unwanted (CamHttpListeners *self, const char *const *addresses)
{
  GArray *unwanted = g_array_new (FALSE, FALSE, sizeof (int));
  for (unsigned i = 0; i < self->listeners->len; i++) {
    const Listener *listener = &g_array_index (self->listeners, Listener, i);
    if (!g_strv_contains (addresses, listener->text))
      g_array_append_val (unwanted, listener->fd);
  }
  return unwanted;
}

/* Whether one of @addresses is on the port of @text, which is a certain one. */
static bool
is_port_wanted (const char *const *addresses, const char *text)
{
  const char *port = strrchr (text, ':');
  bool is_wanted = false;
  for (; *addresses != NULL; addresses++)
    is_wanted |= g_str_equal (strrchr (*addresses, ':'), port);
  return is_wanted && !g_str_equal (port, ":0");
}

/* Sockets in the way of those that are to be opened: "127.0.0.1:8090" becomes "[::]:8090". One that is shut down awaits nobody, so that another may be bound
 * over it, and can be made to listen again. */
static GArray *
hold_back (CamHttpListeners *self, const char *const *addresses)
{
  GArray *held = g_array_new (FALSE, FALSE, sizeof (int));
  for (unsigned i = 0; i < self->listeners->len; i++) {
    const Listener *listener = &g_array_index (self->listeners, Listener, i);
    if (g_strv_contains (addresses, listener->text) || !is_port_wanted (addresses, listener->text))
      continue;
    shutdown (listener->fd, SHUT_RDWR);
    g_array_append_val (held, listener->fd);
  }
  return held;
}

static void
let_go (CamHttpListeners *self, const char *text)
{
  cam_handed_sockets_note_closed (self->handed, SCHEME, text);
}

static void
rename_all (CamHttpListeners *self)
{
  g_ptr_array_set_size (self->urls, 0);
  for (unsigned i = 0; i < self->listeners->len; i++)
    g_ptr_array_add (self->urls, cam_tcp_listener_describe (g_array_index (self->listeners, Listener, i).fd, SCHEME));
  g_ptr_array_add (self->urls, NULL);
}

bool
cam_http_listeners_prepare (CamHttpListeners *self, const char *const *addresses, GError **error)
{
  static const char *const none[] = {NULL};
  const char *const *texts = addresses != NULL ? addresses : none;
  g_assert (self->wanted == NULL);
  self->wanted = listeners_array_new ();
  self->opened = g_array_new (FALSE, FALSE, sizeof (int));
  self->unwanted = find_unwanted (self, texts);
  self->held = hold_back (self, texts);
  if (open_wanted (self, texts, error))
    return true;
  cam_http_listeners_abandon (self);
  return false;
}

void
cam_http_listeners_abandon (CamHttpListeners *self)
{
  if (self->wanted == NULL)
    return;
  for (unsigned i = 0; i < self->wanted->len; i++) {
    const Listener *listener = &g_array_index (self->wanted, Listener, i);
    if (find (self->listeners, listener->text) >= 0)
      continue;
    close (listener->fd);
    let_go (self, listener->text);
  }
  for (unsigned i = 0; i < self->held->len; i++)
    listen (g_array_index (self->held, int, i), CAM_TCP_BACKLOG);
  g_clear_pointer (&self->wanted, g_array_unref);
  g_clear_pointer (&self->opened, g_array_unref);
  g_clear_pointer (&self->unwanted, g_array_unref);
  g_clear_pointer (&self->held, g_array_unref);
}

void
cam_http_listeners_adopt (CamHttpListeners *self, GArray **ret_opened, GArray **ret_closed)
{
  g_assert (self->wanted != NULL);
  for (unsigned i = 0; i < self->listeners->len; i++) {
    const Listener *listener = &g_array_index (self->listeners, Listener, i);
    if (find (self->wanted, listener->text) < 0)
      let_go (self, listener->text);
  }
  g_array_unref (self->listeners);
  self->listeners = g_steal_pointer (&self->wanted);
  rename_all (self);
  g_clear_pointer (&self->held, g_array_unref);
  *ret_opened = g_steal_pointer (&self->opened);
  *ret_closed = g_steal_pointer (&self->unwanted);
}

const char *const *
cam_http_listeners_get_urls (const CamHttpListeners *self)
{
  return (const char *const *) self->urls->pdata;
}

static bool
ask_listener (int listener)
{
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  static const char expected[] = "HTTP/1.1 200";
  char answer[sizeof expected] = {0};
  gsize got = 0;
  int fd = cam_tcp_listener_call (listener);
  if (fd < 0)
    return false;
  g_autoptr (CamSocketStream) stream = cam_socket_stream_new (fd, g_get_monotonic_time () + CHECK_S * G_USEC_PER_SEC);
  GIOStream *link = G_IO_STREAM (stream);
  return g_output_stream_write_all (g_io_stream_get_output_stream (link), request, strlen (request), NULL, NULL, NULL) &&
         g_input_stream_read_all (g_io_stream_get_input_stream (link), answer, strlen (expected), &got, NULL, NULL) && g_str_equal (answer, expected);
}

bool
cam_http_listeners_check (const CamHttpListeners *self, GError **error)
{
  for (unsigned i = 0; i < self->listeners->len; i++) {
    if (ask_listener (g_array_index (self->listeners, Listener, i).fd))
      continue;
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "'%s' does not answer", cam_http_listeners_get_urls (self)[i]);
    return false;
  }
  return true;
}
