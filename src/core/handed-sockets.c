#include "core/handed-sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/address-text.h"

enum {
  BACKLOG = 1024,
  LONGEST_TEXT = 200, /* of 255 characters that a name may have */
};

/* How the names of kept sockets begin; a socket unit's never do. */
#define KEPT "kept-"

typedef struct {
  char *name; /* owned; a kind, or KEPT … */
  int fd;     /* owned */
  struct sockaddr_storage address;
  socklen_t size;
} Handed;

struct CamHandedSockets {
  CamSocketKeeper keeper;
  GMutex lock;
  GPtrArray *left; /* of Handed, owned; under the lock */
};

static const struct {
  const char *kind;
  const char *key; /* what makes us listen there */
} kinds[] = {
  { "rtsp", "[RTSP] Listen=" },
  { "rtsps", "[RTSP] ListenTLS=" },
  { "http", "[HTTP] Listen=" },
  { "control", "[Control] Socket=" },
};

static void
free_handed (gpointer data)
{
  Handed *handed = data;
  close (handed->fd);
  g_free (handed->name);
  g_free (handed);
}

static bool
is_kept (const Handed *handed)
{
  return g_str_has_prefix (handed->name, KEPT);
}

CamHandedSockets *
cam_handed_sockets_new (const CamSocketKeeper *keeper)
{
  CamHandedSockets *self = g_new0 (CamHandedSockets, 1);
  if (keeper != NULL)
    self->keeper = *keeper;
  g_mutex_init (&self->lock);
  self->left = g_ptr_array_new_with_free_func (free_handed);
  return self;
}

void
cam_handed_sockets_free (CamHandedSockets *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->left);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* "127.0.0.1:8554", or a path. (transfer full) */
static char *
describe_address (const struct sockaddr_storage *storage, socklen_t size)
{
  const struct sockaddr_un *local = (const struct sockaddr_un *) storage;
  if (storage->ss_family == AF_UNIX)
    return g_strndup (local->sun_path, size - offsetof (struct sockaddr_un, sun_path));
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native ((gpointer) storage, size);
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup_printf ("of family %d", storage->ss_family);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  return cam_address_text (g_inet_socket_address_get_address (inet), g_inet_socket_address_get_port (inet));
}

static int
find_kind (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, name))
      return (int) i;
  return -1;
}

static bool
get_number (int fd, int option, int *ret_value)
{
  socklen_t size = sizeof *ret_value;
  return getsockopt (fd, SOL_SOCKET, option, ret_value, &size) == 0;
}

static bool
is_listening_stream (int fd)
{
  int type, is_listening;
  return get_number (fd, SO_TYPE, &type) && type == SOCK_STREAM && get_number (fd, SO_ACCEPTCONN, &is_listening) && is_listening != 0;
}

static bool
refuse (Handed *handed, GError **error, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "descriptor %d, handed over as '%s', %s", handed->fd, handed->name, why);
  free_handed (handed);
  return false;
}

static void
forget (CamHandedSockets *self, const char *name)
{
  if (self->keeper.forget != NULL)
    self->keeper.forget (name, self->keeper.data);
}

bool
cam_handed_sockets_add (CamHandedSockets *self, const char *name, int fd, GError **error)
{
  Handed *handed = g_new0 (Handed, 1);
  *handed = (Handed) { .name = g_strdup (name), .fd = fd, .size = sizeof handed->address };
  bool listens = is_listening_stream (fd) && getsockname (fd, (struct sockaddr *) &handed->address, &handed->size) == 0;
  if (!listens && is_kept (handed)) { /* let go by a process that ended before systemd had heard of it */
    forget (self, name);
    free_handed (handed);
    return true;
  }
  if (!listens)
    return refuse (handed, error, "is no listening stream socket");
  if (!is_kept (handed) && find_kind (name) < 0)
    return refuse (handed, error, "has a name that says nothing: expected FileDescriptorName=rtsp, rtsps, http or control");
  fcntl (fd, F_SETFD, FD_CLOEXEC);
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  listen (fd, BACKLOG); /* as ours; it listens already */
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->left, handed);
  g_mutex_unlock (&self->lock);
  return true;
}

/* As sd_pid_notify_with_fds(3) allows it in FDNAME=; any other would come back as "stored". Whose names are the same has another address. (transfer full) */
static char *
make_kept_name (const char *kind, const char *text)
{
  char *name = g_strdup_printf (KEPT "%s-%.*s", kind, LONGEST_TEXT, text);
  for (char *at = name; *at != '\0'; at++)
    if (!g_ascii_isprint (*at) || *at == ':')
      *at = '_';
  return name;
}

static unsigned
get_port (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return ntohs (((const struct sockaddr_in *) address)->sin_port);
  return address->sa_family == AF_INET6 ? ntohs (((const struct sockaddr_in6 *) address)->sin6_port) : 0;
}

/* Ports aside. */
static bool
is_same_host (const struct sockaddr *a, const struct sockaddr *b)
{
  if (a->sa_family != b->sa_family)
    return false;
  if (a->sa_family == AF_INET)
    return ((const struct sockaddr_in *) a)->sin_addr.s_addr == ((const struct sockaddr_in *) b)->sin_addr.s_addr;
  if (a->sa_family == AF_INET6)
    return IN6_ARE_ADDR_EQUAL (&((const struct sockaddr_in6 *) a)->sin6_addr, &((const struct sockaddr_in6 *) b)->sin6_addr) &&
           ((const struct sockaddr_in6 *) a)->sin6_scope_id == ((const struct sockaddr_in6 *) b)->sin6_scope_id;
  return a->sa_family == AF_UNIX && g_str_equal (((const struct sockaddr_un *) a)->sun_path, ((const struct sockaddr_un *) b)->sun_path);
}

static bool
is_any (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return ((const struct sockaddr_in *) address)->sin_addr.s_addr == htonl (INADDR_ANY);
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED (&((const struct sockaddr_in6 *) address)->sin6_addr);
}

static bool
is_ipv6_only (int fd)
{
  int only = 0;
  socklen_t size = sizeof only;
  return getsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0 && only != 0;
}

/* A path that somebody removed leads nowhere, whoever listens behind it. */
static bool
is_reachable (const Handed *handed)
{
  const struct sockaddr_un *local = (const struct sockaddr_un *) &handed->address;
  struct stat found;
  return local->sun_family != AF_UNIX || (lstat (local->sun_path, &found) == 0 && S_ISSOCK (found.st_mode));
}

static bool
was_kept_for (const Handed *handed, const CamListenWish *wish)
{
  g_autofree char *name = make_kept_name (wish->kind, wish->text);
  const struct sockaddr *address = (const struct sockaddr *) &handed->address;
  if (!g_str_equal (handed->name, name) || !is_reachable (handed) || !is_same_host (address, wish->address))
    return false;
  bool has_port = get_port (wish->address) == 0 || get_port (wish->address) == get_port (address);
  /* It cannot be changed any more once a socket is bound. */
  return has_port && (address->sa_family != AF_INET6 || !is_any (address) || is_ipv6_only (handed->fd) == wish->ipv6_only);
}

static bool
is_unit_for (const Handed *handed, const CamListenWish *wish)
{
  const struct sockaddr *address = (const struct sockaddr *) &handed->address;
  return g_str_equal (handed->name, wish->kind) && is_same_host (address, wish->address) && get_port (address) == get_port (wish->address);
}

static bool
is_fallback_for (const Handed *handed, const CamListenWish *wish)
{
  const struct sockaddr *address = (const struct sockaddr *) &handed->address;
  return g_str_equal (handed->name, wish->kind) && wish->address->sa_family == AF_INET6 && is_any (wish->address) && !wish->ipv6_only &&
         address->sa_family == AF_INET && is_any (address) && get_port (address) == get_port (wish->address);
}

/* Under the lock. */
static int
take_one (CamHandedSockets *self, const CamListenWish *wish, bool (*fits) (const Handed *handed, const CamListenWish *wish))
{
  for (unsigned i = 0; i < self->left->len; i++) {
    Handed *handed = g_ptr_array_index (self->left, i);
    if (!fits (handed, wish))
      continue;
    int fd = handed->fd;
    g_ptr_array_steal_index (self->left, i);
    g_free (handed->name);
    g_free (handed);
    return fd;
  }
  return -1;
}

int
cam_handed_sockets_take (CamHandedSockets *self, const CamListenWish *wish)
{
  static bool (*const rules[]) (const Handed *, const CamListenWish *) = { is_unit_for, was_kept_for, is_fallback_for };
  int fd = -1;
  if (self == NULL)
    return -1;
  g_mutex_lock (&self->lock);
  for (unsigned i = 0; i < G_N_ELEMENTS (rules) && fd < 0; i++)
    fd = take_one (self, wish, rules[i]);
  g_mutex_unlock (&self->lock);
  return fd;
}

/* The service manager has it, too, for a moment: only a socket that does not listen any more leaves its port to another one. */
static void
let_go (CamHandedSockets *self, Handed *handed)
{
  shutdown (handed->fd, SHUT_RDWR);
  forget (self, handed->name);
  free_handed (handed);
}

/* Out of those left: the kept ones on @port, or all (0). (transfer full) */
static GPtrArray *
steal_kept (CamHandedSockets *self, unsigned port)
{
  GPtrArray *stolen = g_ptr_array_new ();
  g_mutex_lock (&self->lock);
  for (unsigned i = self->left->len; i-- > 0;) {
    Handed *handed = g_ptr_array_index (self->left, i);
    if (is_kept (handed) && (port == 0 || get_port ((const struct sockaddr *) &handed->address) == port))
      g_ptr_array_add (stolen, g_ptr_array_steal_index (self->left, i));
  }
  g_mutex_unlock (&self->lock);
  return stolen;
}

bool
cam_handed_sockets_make_room (CamHandedSockets *self, const CamListenWish *wish)
{
  unsigned port = get_port (wish->address);
  if (self == NULL || port == 0)
    return false;
  g_autoptr (GPtrArray) stolen = steal_kept (self, port);
  for (unsigned i = 0; i < stolen->len; i++)
    let_go (self, g_ptr_array_index (stolen, i));
  return stolen->len > 0;
}

void
cam_handed_sockets_note_opened (CamHandedSockets *self, const CamListenWish *wish, int fd)
{
  if (self == NULL || self->keeper.keep == NULL)
    return;
  g_autofree char *name = make_kept_name (wish->kind, wish->text);
  self->keeper.keep (name, fd, self->keeper.data);
}

void
cam_handed_sockets_note_closed (CamHandedSockets *self, const char *kind, const char *text)
{
  if (self == NULL)
    return;
  g_autofree char *name = make_kept_name (kind, text);
  forget (self, name);
}

/* "'rtsp' on 127.0.0.1:8555, which no [RTSP] Listen= names". (transfer full) */
static char *
describe_left (const Handed *handed)
{
  g_autofree char *address = describe_address (&handed->address, handed->size);
  return g_strdup_printf ("'%s' on %s, which no %s names", handed->name, address, kinds[find_kind (handed->name)].key);
}

bool
cam_handed_sockets_finish (CamHandedSockets *self, GError **error)
{
  g_autoptr (GPtrArray) stolen = steal_kept (self, 0);
  for (unsigned i = 0; i < stolen->len; i++)
    let_go (self, g_ptr_array_index (stolen, i));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_mutex_lock (&self->lock);
  for (unsigned i = 0; i < self->left->len; i++) {
    g_autofree char *text = describe_left (g_ptr_array_index (self->left, i));
    g_strv_builder_add (builder, text);
  }
  g_mutex_unlock (&self->lock);
  g_auto (GStrv) all = g_strv_builder_end (builder);
  if (all[0] == NULL)
    return true;
  g_autofree char *text = g_strjoinv ("; ", all);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a socket was handed over as %s", text);
  return false;
}
