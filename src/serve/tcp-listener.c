#include "serve/tcp-listener.h"

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
  if (bind (fd, address, size) == 0 && listen (fd, CAM_TCP_BACKLOG) == 0)
    return fd;
  int error = errno;
  close (fd);
  errno = error;
  return -1;
}

static bool
has_no_ipv6 (int error)
{
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
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

/* As listen_on (), with 0.0.0.0 in place of "[::]" where there is no IPv6. */
static int
listen_or_fall_back (const CamListenWish *wish)
{
  int fd = listen_on (wish->address, wish->size, wish->ipv6_only);
  if (fd >= 0 || !is_any_ipv6 (wish->address) || !has_no_ipv6 (errno))
    return fd;
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = ((const struct sockaddr_in6 *) wish->address)->sin6_port};
  fd = listen_on ((const struct sockaddr *) &any, sizeof any, false);
  if (fd >= 0)
    cam_log (CAM_LOG_INFO, CAM_MSG_LISTENER, NULL, "no IPv6 here: listening on 0.0.0.0 in place of '%s'", wish->text);
  return fd;
}

static int
take_or_listen (CamHandedSockets *handed, const CamListenWish *wish)
{
  int fd = cam_handed_sockets_take (handed, wish);
  if (fd >= 0)
    return fd;
  fd = listen_or_fall_back (wish);
  if (fd < 0 && errno == EADDRINUSE) {
    fd = cam_handed_sockets_make_room (handed, wish) ? listen_or_fall_back (wish) : -1;
    errno = EADDRINUSE;
  }
  if (fd >= 0)
    cam_handed_sockets_note_opened (handed, wish, fd);
  return fd;
}

int
cam_tcp_listener_open (CamHandedSockets *handed, const char *scheme, const char *text, const char *const *addresses, GError **error)
{
  g_autofree char *host = NULL;
  g_autofree char *port = NULL;
  struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int failure = split_address (text, &host, &port) ? getaddrinfo (host[0] != '\0' ? host : NULL, port, &hints, &found) : EAI_NONAME;
  if (failure != 0) {
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "cannot listen on '%s': %s", text, gai_strerror (failure));
    return -1;
  }
  const CamListenWish wish = {
      .kind = scheme,
      .text = text,
      .address = found->ai_addr,
      .size = found->ai_addrlen,
      .ipv6_only = is_any_ipv6 (found->ai_addr) && shares_port_with_ipv4 (addresses, text),
  };
  int fd = take_or_listen (handed, &wish);
  int reason = errno;
  freeaddrinfo (found);
  if (fd < 0)
    g_set_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND, "cannot listen on '%s': %s", text, g_strerror (reason));
  return fd;
}

char *
cam_tcp_listener_describe (int fd, const char *scheme)
{
  struct sockaddr_storage storage = {0};
  socklen_t size = sizeof storage;
  getsockname (fd, (struct sockaddr *) &storage, &size);
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native (&storage, size);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  return g_strdup_printf (storage.ss_family == AF_INET6 ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host, g_inet_socket_address_get_port (inet));
}

/* A listener on every address is called on its loopback one. */
static void
aim_inside (struct sockaddr_storage *address)
{
  struct sockaddr_in *ipv4 = (struct sockaddr_in *) address;
  if (is_any_ipv6 ((struct sockaddr *) address))
    ((struct sockaddr_in6 *) address)->sin6_addr = in6addr_loopback;
  else if (address->ss_family == AF_INET && ipv4->sin_addr.s_addr == htonl (INADDR_ANY))
    ipv4->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
}

int
cam_tcp_listener_call (int fd)
{
  struct sockaddr_storage address = {0};
  socklen_t size = sizeof address;
  if (getsockname (fd, (struct sockaddr *) &address, &size) != 0)
    return -1;
  aim_inside (&address);
  int call = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (call < 0 || connect (call, (struct sockaddr *) &address, size) == 0 || errno == EINPROGRESS)
    return call;
  close (call);
  return -1;
}
