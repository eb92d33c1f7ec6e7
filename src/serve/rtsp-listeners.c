#include "serve/rtsp-listeners.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "serve/serve-error.h"
#include "serve/socket-stream.h"
#include "serve/tcp-listener.h"
#include "serve/tls-identity.h"

enum { CHECK_S = 2 };

struct CamRtspListeners {
  GArray *sockets;   /* of int, owned; the sealed ones last */
  unsigned n_plain;
  GPtrArray *words;  /* of char, owned: what each was configured as */
  GPtrArray *urls;   /* of char, owned, NULL-terminated */
};

static void
close_socket (gpointer data)
{
  close (*(int *) data);
}

static const char *
name_scheme (bool is_sealed)
{
  return is_sealed ? "rtsps" : "rtsp";
}

/* Which of @self was configured as @text, −1: none. */
static int
find_word (const CamRtspListeners *self, const char *text, bool is_sealed)
{
  unsigned first = is_sealed ? self->n_plain : 0, end = is_sealed ? self->sockets->len : self->n_plain;
  for (unsigned i = first; i < end; i++)
    if (g_str_equal (self->words->pdata[i], text))
      return (int) i;
  return -1;
}

/* −1: none of @before (nullable) is meant, or no descriptor is left. */
static int
share_socket (const CamRtspListeners *before, const char *text, bool is_sealed)
{
  int index = before != NULL ? find_word (before, text, is_sealed) : -1;
  return index >= 0 ? fcntl (cam_rtsp_listeners_get (before, (unsigned) index), F_DUPFD_CLOEXEC, 0) : -1;
}

static bool
open_all (CamRtspListeners *self, const CamRtspListeners *before, CamHandedSockets *handed, const char *const *addresses, bool is_sealed,
          GError **error)
{
  const char *scheme = name_scheme (is_sealed);
  for (const char *const *text = addresses; *text != NULL; text++) {
    int fd = share_socket (before, *text, is_sealed);
    if (fd < 0)
      fd = cam_tcp_listener_open (handed, scheme, *text, addresses, error);
    if (fd < 0)
      return false;
    g_array_append_val (self->sockets, fd);
    g_ptr_array_add (self->words, g_strdup (*text));
    g_ptr_array_add (self->urls, cam_tcp_listener_describe (fd, scheme));
  }
  return true;
}

CamRtspListeners *
cam_rtsp_listeners_new_beside (const CamRtspListeners *before, const char *const *addresses, const char *const *sealed, CamHandedSockets *handed,
                               GError **error)
{
  static const char *const none[] = {NULL};
  CamRtspListeners *self = g_new0 (CamRtspListeners, 1);
  self->sockets = g_array_new (false, false, sizeof (int));
  g_array_set_clear_func (self->sockets, close_socket);
  self->words = g_ptr_array_new_with_free_func (g_free);
  self->urls = g_ptr_array_new_with_free_func (g_free);
  bool is_open = open_all (self, before, handed, addresses, false, error);
  self->n_plain = self->sockets->len;
  if (!is_open || !open_all (self, before, handed, sealed != NULL ? sealed : none, true, error)) {
    cam_rtsp_listeners_free (self);
    return NULL;
  }
  g_ptr_array_add (self->urls, NULL);
  return self;
}

CamRtspListeners *
cam_rtsp_listeners_new (const char *const *addresses, const char *const *sealed, CamHandedSockets *handed, GError **error)
{
  return cam_rtsp_listeners_new_beside (NULL, addresses, sealed, handed, error);
}

void
cam_rtsp_listeners_note_replaced (const CamRtspListeners *self, const CamRtspListeners *after, CamHandedSockets *handed)
{
  for (unsigned i = 0; i < self->sockets->len; i++) {
    bool is_sealed = cam_rtsp_listeners_is_sealed (self, i);
    if (find_word (after, self->words->pdata[i], is_sealed) < 0)
      cam_handed_sockets_note_closed (handed, name_scheme (is_sealed), self->words->pdata[i]);
  }
}

void
cam_rtsp_listeners_free (CamRtspListeners *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->sockets);
  g_ptr_array_unref (self->words);
  g_ptr_array_unref (self->urls);
  g_free (self);
}

unsigned
cam_rtsp_listeners_count (const CamRtspListeners *self)
{
  return self->sockets->len;
}

int
cam_rtsp_listeners_get (const CamRtspListeners *self, unsigned index)
{
  return g_array_index (self->sockets, int, index);
}

bool
cam_rtsp_listeners_is_sealed (const CamRtspListeners *self, unsigned index)
{
  return index >= self->n_plain;
}

const char *const *
cam_rtsp_listeners_get_urls (const CamRtspListeners *self)
{
  return (const char *const *) self->urls->pdata;
}

/* One OPTIONS over @link, whose hands may have to be shaken first. */
static bool
ask_options (GIOStream *link)
{
  static const char request[] = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nConnection: close\r\n\r\n";
  static const char expected[] = "RTSP/1.0 200";
  char answer[sizeof expected] = {0};
  gsize got = 0;
  return g_output_stream_write_all (g_io_stream_get_output_stream (link), request, strlen (request), NULL, NULL, NULL) &&
         g_input_stream_read_all (g_io_stream_get_input_stream (link), answer, strlen (expected), &got, NULL, NULL) &&
         g_str_equal (answer, expected);
}

/* Connects from inside, and waits for CHECK_S at most. */
static bool
ask_listener (int listener, bool is_sealed)
{
  int fd = cam_tcp_listener_call (listener);
  if (fd < 0)
    return false;
  g_autoptr (CamSocketStream) plain = cam_socket_stream_new (fd, g_get_monotonic_time () + CHECK_S * G_USEC_PER_SEC);
  g_autoptr (GTlsConnection) sealed = is_sealed ? cam_tls_call_anybody (G_IO_STREAM (plain), NULL) : NULL;
  return ask_options (sealed != NULL ? G_IO_STREAM (sealed) : G_IO_STREAM (plain));
}

bool
cam_rtsp_listeners_check (const CamRtspListeners *self, GError **error)
{
  for (unsigned i = 0; i < self->sockets->len; i++) {
    if (ask_listener (cam_rtsp_listeners_get (self, i), cam_rtsp_listeners_is_sealed (self, i)))
      continue;
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "'%s' does not answer", cam_rtsp_listeners_get_urls (self)[i]);
    return false;
  }
  return true;
}
