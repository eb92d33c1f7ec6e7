#include "control/control-socket.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/control-connection.h"
#include "control/control-error.h"
#include "control/peer-credentials.h"
#include "core/log.h"

#define FILE_NAME "control.sock"
#define MODE 0660

enum {
  BACKLOG = 512, /* whoever finds it full is refused by the kernel, or waits */
  ACCEPTS_A_TURN = 16,
  PAUSE_US = 100 * 1000, /* when there is no descriptor left */
};

struct CamControlSocket {
  CamControlDesk *desk; /* borrowed: owns it */
  CamLoopThread *loop;  /* borrowed */
  int fd;               /* owned */
  CamLoopWatch *watch;  /* owned; H's, as all below */
  CamLoopTimer *timer;  /* owned; armed while nothing is accepted */
  GPtrArray *connections; /* of CamControlConnection, owned */
};

/* ---- who comes ---- */

/* Whoever is not let in is told why, if his socket takes it at once. */
static void
turn_away (int fd, CamAnswerKind kind, const char *message)
{
  g_autofree char *line = cam_control_connection_error_line (kind, message, NULL, NULL);
  if (send (fd, line, strlen (line), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    cam_log (CAM_LOG_DEBUG, NULL, NULL, "a peer of the control socket was gone before it was turned away");
  close (fd);
}

static void
on_gone (CamControlConnection *connection, gpointer data)
{
  CamControlSocket *self = data;
  g_ptr_array_remove_fast (self->connections, connection);
}

/* @fd: (transfer full). */
static void
greet (CamControlSocket *self, int fd)
{
  CamPeerCredentials credentials;
  CamRole role;
  if (!cam_peer_credentials_read (fd, &credentials) || !cam_peer_credentials_find_role (&credentials, geteuid (), getegid (), &role)) {
    turn_away (fd, CAM_ANSWER_FORBIDDEN, "only root, the daemon's user and members of its group may use the control socket");
    return;
  }
  if (self->connections->len >= CAM_CONTROL_MAX_CONNECTIONS) {
    turn_away (fd, CAM_ANSWER_BUSY, "too many connections to the control socket");
    return;
  }
  g_autofree char *who = g_strdup_printf ("user %u, process %d", (unsigned) credentials.user, (int) credentials.process);
  const CamControlConnectionSetup setup = {.desk = self->desk, .role = role, .who = who, .gone = on_gone, .data = self};
  CamControlConnection *connection = cam_control_connection_new (&setup, fd);
  if (connection != NULL)
    g_ptr_array_add (self->connections, connection);
}

static void
pause_accepting (CamControlSocket *self)
{
  cam_loop_watch_set_events (self->watch, 0);
  cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->loop) + PAUSE_US);
}

static void
on_pause_over (gpointer data)
{
  CamControlSocket *self = data;
  cam_loop_watch_set_events (self->watch, EPOLLIN);
}

static void
on_incoming (gpointer data, uint32_t events)
{
  CamControlSocket *self = data;
  for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
    int fd = accept4 (self->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      greet (self, fd);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      pause_accepting (self);
      return;
    }
  }
}

/* ---- the socket ---- */

static bool
fail (const char *path, const char *why, GError **error)
{
  g_set_error (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_SOCKET, "control socket '%s': %s", path, why);
  return false;
}

typedef enum
{
  PLACE_FREE,   /* nothing is there */
  PLACE_STALE,  /* a socket that nobody listens on */
  PLACE_TAKEN,  /* somebody listens */
  PLACE_FOREIGN /* no socket */
} Place;

/* Connecting to a Unix socket never waits: a full backlog is EAGAIN, and somebody who listens. */
static Place
look_at (const struct sockaddr_un *address)
{
  struct stat found;
  if (lstat (address->sun_path, &found) != 0)
    return PLACE_FREE;
  if (!S_ISSOCK (found.st_mode))
    return PLACE_FOREIGN;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool is_refused = fd >= 0 && connect (fd, (const struct sockaddr *) address, sizeof *address) != 0 && errno == ECONNREFUSED;
  if (fd >= 0)
    close (fd);
  return is_refused ? PLACE_STALE : PLACE_TAKEN;
}

static bool
make_room (const struct sockaddr_un *address, CamHandedSockets *handed, const CamListenWish *wish, GError **error)
{
  Place place = look_at (address);
  if (place == PLACE_TAKEN && cam_handed_sockets_make_room (handed, wish))
    place = look_at (address);
  switch (place) {
  case PLACE_FREE:
    return true;
  case PLACE_STALE:
    return unlink (address->sun_path) == 0 || fail (address->sun_path, g_strerror (errno), error);
  case PLACE_TAKEN:
    return fail (address->sun_path, "another process listens there", error);
  case PLACE_FOREIGN:
    break;
  }
  return fail (address->sun_path, "there is a file that is no socket", error);
}

/* The mode is set before anybody can connect, and once more as the umask took something from it. */
static int
listen_at (const struct sockaddr_un *address, GError **error)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool is_good = fd >= 0 && fchmod (fd, MODE) == 0 && bind (fd, (const struct sockaddr *) address, sizeof *address) == 0 &&
                 chmod (address->sun_path, MODE) == 0 && listen (fd, BACKLOG) == 0;
  if (is_good)
    return fd;
  fail (address->sun_path, g_strerror (errno), error);
  if (fd >= 0)
    close (fd);
  return -1;
}

/* -1: an error. */
static int
take_or_listen (const char *path, CamHandedSockets *handed, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen (path) >= sizeof address.sun_path) {
    fail (path, "the path is too long for a socket", error);
    return -1;
  }
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  const CamListenWish wish = {.kind = "control", .text = path, .address = (const struct sockaddr *) &address, .size = sizeof address};
  int fd = cam_handed_sockets_take (handed, &wish);
  if (fd >= 0)
    return fd;
  if (!make_room (&address, handed, &wish, error))
    return -1;
  fd = listen_at (&address, error);
  if (fd >= 0)
    cam_handed_sockets_note_opened (handed, &wish, fd);
  return fd;
}

static void
on_open (gpointer data)
{
  CamControlSocket *self = data;
  self->timer = cam_loop_timer_new (self->loop, on_pause_over, self);
  self->watch = cam_loop_watch_new (self->loop, self->fd, EPOLLIN, on_incoming, self);
  if (self->watch == NULL)
    cam_log (CAM_LOG_ERROR, NULL, NULL, "the control socket cannot be watched: nothing can be asked by it");
}

static void
close_door (gpointer door)
{
  CamControlSocket *self = door;
  g_clear_pointer (&self->watch, cam_loop_watch_free);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_ptr_array_set_size (self->connections, 0);
}

static void
free_door (gpointer door)
{
  CamControlSocket *self = door;
  g_ptr_array_unref (self->connections);
  close (self->fd);
  g_free (self);
}

bool
cam_control_socket_open (CamControlDesk *desk, const char *path, CamHandedSockets *handed, GError **error)
{
  int fd = take_or_listen (path, handed, error);
  if (fd < 0)
    return false;
  CamControlSocket *self = g_new0 (CamControlSocket, 1);
  self->desk = desk;
  self->loop = cam_control_desk_get_loop (desk);
  self->fd = fd;
  self->connections = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_control_connection_free);
  cam_control_desk_add_door (desk, self, close_door, free_door);
  cam_loop_thread_post (self->loop, on_open, self, NULL);
  return true;
}

char *
cam_control_socket_choose_path (const char *configured, const char *runtime_folder, const char *state_folder)
{
  if (configured != NULL && configured[0] != '\0')
    return g_strdup (configured);
  const char *folder = runtime_folder != NULL ? runtime_folder : state_folder;
  return folder != NULL ? g_build_filename (folder, FILE_NAME, NULL) : NULL;
}
