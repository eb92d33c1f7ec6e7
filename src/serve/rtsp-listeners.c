#include "serve/rtsp-listeners.h"

#include <errno.h>
#include <gio/gio.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "serve/serve-error.h"
#include "serve/socket-stream.h"
#include "serve/tls-identity.h"

enum { BACKLOG = 1024, CHECK_S = 2 };

struct CamRtspListeners {
  GArray *sockets;   /* of int, owned; the sealed ones last */
  unsigned n_plain;
  GPtrArray *urls;   /* of char, owned, NULL-terminated */
};

static void
close_socket (gpointer data)
{
  close (*(int *) data);
}

/* "host:port" and "[v6]:port" apart. */
static bool
split_address (const char *text, char **ret_host, char **ret_port)
{
  const char *colon = strrchr (text, ':');
  if (colon == NULL || colon[1] == '\0')
    return false;
  const char *host = text;
  size_t length = (size_t) (colon - text);
  if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
    host++;
    length -= 2;
  }
  *ret_host = g_strndup (host, length);
  *ret_port = g_strdup (colon + 1);
  return true;
}

static bool
is_any_ipv6 (const struct sockaddr *address)
{
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED (&((const struct sockaddr_in6 *) address)->sin6_addr);
}

/* A bound, listening socket, or −1 with errno. "[::]" takes IPv4 too unless @ipv6_only. */
static int
listen_on (const struct sockaddr *address, socklen_t size, bool ipv6_only)
{
  const int on = 1;
  const int only = ipv6_only || !is_any_ipv6 (address);
  int fd = socket (address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->sa_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  if (bind (fd, address, size) == 0 && listen (fd, BACKLOG) == 0)
    return fd;
  int error = errno;
  close (fd);
  errno = error;
  return -1;
}

/* Where @fd really listens. */
static char *
make_url (int fd, bool is_sealed)
{
  struct sockaddr_storage storage = {0};
  socklen_t size = sizeof storage;
  getsockname (fd, (struct sockaddr *) &storage, &size);
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native (&storage, size);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  const char *scheme = is_sealed ? "rtsps" : "rtsp";
  return g_strdup_printf (storage.ss_family == AF_INET6 ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host, g_inet_socket_address_get_port (inet));
}

static void
add_socket (CamRtspListeners *self, int fd, bool is_sealed)
{
  g_array_append_val (self->sockets, fd);
  g_ptr_array_add (self->urls, make_url (fd, is_sealed));
}

static bool
has_no_ipv6 (int error)
{
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

static bool
open_one (CamRtspListeners *self, const char *text, bool is_sealed, bool ipv6_only, GError **error)
{
  g_autofree char *host = NULL;
  g_autofree char *port = NULL;
  struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int failure = split_address (text, &host, &port) ? getaddrinfo (host[0] != '\0' ? host : NULL, port, &hints, &found) : EAI_NONAME;
  if (failure != 0) {
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "cannot listen on '%s': %s", text, gai_strerror (failure));
    return false;
  }
  int fd = listen_on (found->ai_addr, found->ai_addrlen, ipv6_only);
  int reason = errno;
  if (fd < 0 && is_any_ipv6 (found->ai_addr) && has_no_ipv6 (reason)) {
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = ((struct sockaddr_in6 *) found->ai_addr)->sin6_port};
    fd = listen_on ((const struct sockaddr *) &any, sizeof any, false);
    reason = errno;
    if (fd >= 0)
      cam_log (CAM_LOG_INFO, CAM_MSG_LISTENER, NULL, "no IPv6 here: listening on 0.0.0.0 in place of '%s'", text);
  }
  freeaddrinfo (found);
  if (fd < 0) {
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "cannot listen on '%s': %s", text, g_strerror (reason));
    return false;
  }
  add_socket (self, fd, is_sealed);
  return true;
}

/* Whether one of @addresses wants IPv4 on the port of @text for itself. */
static bool
shares_port_with_ipv4 (const char *const *addresses, const char *text)
{
  const char *port = strrchr (text, ':');
  if (port == NULL || g_str_equal (port, ":0"))
    return false;
  for (const char *const *other = addresses; *other != NULL; other++)
    if ((*other)[0] != '[' && g_str_has_suffix (*other, port))
      return true;
  return false;
}

static bool
open_all (CamRtspListeners *self, const char *const *addresses, bool is_sealed, GError **error)
{
  for (const char *const *text = addresses; *text != NULL; text++)
    if (!open_one (self, *text, is_sealed, shares_port_with_ipv4 (addresses, *text), error))
      return false;
  return true;
}

CamRtspListeners *
cam_rtsp_listeners_new (const char *const *addresses, const char *const *sealed, GError **error)
{
  static const char *const none[] = {NULL};
  CamRtspListeners *self = g_new0 (CamRtspListeners, 1);
  self->sockets = g_array_new (false, false, sizeof (int));
  g_array_set_clear_func (self->sockets, close_socket);
  self->urls = g_ptr_array_new_with_free_func (g_free);
  bool is_open = open_all (self, addresses, false, error);
  self->n_plain = self->sockets->len;
  if (!is_open || !open_all (self, sealed != NULL ? sealed : none, true, error)) {
    cam_rtsp_listeners_free (self);
    return NULL;
  }
  g_ptr_array_add (self->urls, NULL);
  return self;
}

void
cam_rtsp_listeners_free (CamRtspListeners *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->sockets);
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

/* A listener on every address is asked on its loopback one. */
static void
aim_inside (struct sockaddr_storage *address)
{
  struct sockaddr_in *ipv4 = (struct sockaddr_in *) address;
  if (is_any_ipv6 ((struct sockaddr *) address))
    ((struct sockaddr_in6 *) address)->sin6_addr = in6addr_loopback;
  else if (address->ss_family == AF_INET && ipv4->sin_addr.s_addr == htonl (INADDR_ANY))
    ipv4->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
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
  struct sockaddr_storage address = {0};
  socklen_t size = sizeof address;
  if (getsockname (listener, (struct sockaddr *) &address, &size) != 0)
    return false;
  aim_inside (&address);
  int fd = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return false;
  g_autoptr (CamSocketStream) plain = cam_socket_stream_new (fd, g_get_monotonic_time () + CHECK_S * G_USEC_PER_SEC);
  if (connect (fd, (struct sockaddr *) &address, size) != 0 && errno != EINPROGRESS)
    return false;
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
