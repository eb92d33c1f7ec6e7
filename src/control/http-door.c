#include "control/http-door.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camrelay/log-fields.h"
#include "core/log.h"

enum { ACCEPTS_A_TURN = 32 };
#define REST_US (100 * 1000)

typedef struct {
  CamHttpDoor *door;   /* borrowed */
  int listener;        /* owned */
  CamLoopWatch *watch; /* owned; NULL when epoll refused it */
} Entrance;

struct CamHttpDoor {
  CamLoopThread *loop; /* borrowed */
  void (*asked) (CamHttpConnection *connection, gpointer data);
  gpointer data;
  GPtrArray *entrances;   /* of Entrance, owned */
  GPtrArray *connections; /* of CamHttpConnection, owned; oldest first */
  CamLoopTimer *rest;     /* owned; armed while no descriptor is left; NULL until the first entrance */
  CamLoopTimer *turn;     /* owned; armed while somebody has asked; NULL until the first entrance */
  bool has_said_full;     /* once until there is room again */
};

static void
entrance_free (gpointer data)
{
  Entrance *entrance = data;
  cam_loop_watch_free (entrance->watch);
  close (entrance->listener);
  g_free (entrance);
}

static void
connection_free (gpointer data)
{
  cam_http_connection_free (data);
}

/* NULL: nobody. @ret_has_more: somebody else has, too. */
static CamHttpConnection *
find_asker (const CamHttpDoor *self, bool *ret_has_more)
{
  CamHttpConnection *first = NULL;
  for (unsigned i = 0; i < self->connections->len && !*ret_has_more; i++) {
    CamHttpConnection *connection = g_ptr_array_index (self->connections, i);
    if (!cam_http_connection_has_asked (connection))
      continue;
    *ret_has_more = first != NULL;
    first = first != NULL ? first : connection;
  }
  return first;
}

static void
on_turn (gpointer data)
{
  CamHttpDoor *self = data;
  bool has_more = false;
  CamHttpConnection *asker = find_asker (self, &has_more);
  if (has_more)
    cam_loop_timer_arm (self->turn, cam_loop_thread_now_us (self->loop));
  if (asker != NULL)
    self->asked (asker, self->data);
}

static void
on_asked (CamHttpConnection *connection, gpointer data)
{
  CamHttpDoor *self = data;
  cam_loop_timer_arm (self->turn, cam_loop_thread_now_us (self->loop));
}

static void
on_gone (CamHttpConnection *connection, gpointer data)
{
  CamHttpDoor *self = data;
  self->has_said_full = self->has_said_full && self->connections->len >= CAM_HTTP_MOST;
  g_ptr_array_remove (self->connections, connection);
}

static bool
is_same_address (const CamHttpConnection *a, const CamHttpConnection *b)
{
  return g_inet_address_equal (cam_http_connection_get_peer (a)->address, cam_http_connection_get_peer (b)->address);
}

/* How many there are like @newcomer, who is not among them, and who of them has kept us waiting longest; NULL: nobody. @like: of the same address, else all. */
static unsigned
count (const CamHttpDoor *self, const CamHttpConnection *newcomer, bool like, CamHttpConnection **ret_slowest)
{
  unsigned n = 0;
  *ret_slowest = NULL;
  for (unsigned i = 0; i < self->connections->len; i++) {
    CamHttpConnection *other = g_ptr_array_index (self->connections, i);
    if (like && !is_same_address (other, newcomer))
      continue;
    n++;
    if (*ret_slowest == NULL && cam_http_connection_is_waiting (other))
      *ret_slowest = other;
  }
  return n;
}

static void
say_full (CamHttpDoor *self, const CamHttpConnection *newcomer)
{
  if (self->has_said_full)
    return;
  self->has_said_full = true;
  const CamLogFields fields = {.address = cam_http_connection_get_peer (newcomer)->text};
  cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, &fields, "HTTP client refused: %u connections are answered", self->connections->len);
}

/* Room for @newcomer among @most: there is, or somebody who has not asked yet leaves. */
static bool
make_room (CamHttpDoor *self, const CamHttpConnection *newcomer, bool like, unsigned most)
{
  CamHttpConnection *slowest;
  if (count (self, newcomer, like, &slowest) < most)
    return true;
  if (slowest != NULL)
    g_ptr_array_remove (self->connections, slowest);
  return slowest != NULL;
}

static void
let_in (CamHttpDoor *self, int fd)
{
  const CamHttpConnectionEvents events = {.asked = on_asked, .gone = on_gone, .data = self};
  CamHttpConnection *newcomer = cam_http_connection_new (self->loop, fd, &events);
  if (newcomer == NULL)
    return;
  bool is_loopback = cam_http_connection_is_loopback (newcomer);
  bool has_room = (is_loopback || make_room (self, newcomer, true, CAM_HTTP_MOST_OF_ONE)) &&
                  make_room (self, newcomer, false, CAM_HTTP_MOST + (is_loopback ? CAM_HTTP_RESERVE : 0));
  if (!has_room) {
    say_full (self, newcomer);
    cam_http_connection_free (newcomer);
    return;
  }
  g_ptr_array_add (self->connections, newcomer);
}

static void
watch_all (CamHttpDoor *self, uint32_t events)
{
  for (unsigned i = 0; i < self->entrances->len; i++) {
    Entrance *entrance = g_ptr_array_index (self->entrances, i);
    if (entrance->watch != NULL)
      cam_loop_watch_set_events (entrance->watch, events);
  }
}

static void
on_rested (gpointer data)
{
  watch_all (data, EPOLLIN);
}

/* No descriptor or memory left: the waiting connection would wake us again at once, so nobody looks for a while. */
static void
take_a_rest (CamHttpDoor *self)
{
  watch_all (self, 0);
  cam_loop_timer_arm (self->rest, cam_loop_thread_now_us (self->loop) + REST_US);
}

static void
on_knock (gpointer data, uint32_t events)
{
  const Entrance *entrance = data;
  CamHttpDoor *self = entrance->door;
  for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
    int fd = accept4 (entrance->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
      let_in (self, fd);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      take_a_rest (self);
    else if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO)
      continue;
    if (fd < 0)
      return;
  }
}

CamHttpDoor *
cam_http_door_new (CamLoopThread *loop, void (*asked) (CamHttpConnection *connection, gpointer data), gpointer data)
{
  CamHttpDoor *self = g_new0 (CamHttpDoor, 1);
  self->loop = loop;
  self->asked = asked;
  self->data = data;
  self->entrances = g_ptr_array_new_with_free_func (entrance_free);
  self->connections = g_ptr_array_new_with_free_func (connection_free);
  return self;
}

void
cam_http_door_free (CamHttpDoor *self)
{
  if (self == NULL)
    return;
  g_assert (self->entrances->len == 0 && self->connections->len == 0 && self->rest == NULL && self->turn == NULL);
  g_ptr_array_unref (self->entrances);
  g_ptr_array_unref (self->connections);
  g_free (self);
}

void
cam_http_door_open (CamHttpDoor *self, int listener)
{
  CAM_ASSERT_ON (self->loop);
  if (self->rest == NULL) {
    self->rest = cam_loop_timer_new (self->loop, on_rested, self);
    self->turn = cam_loop_timer_new (self->loop, on_turn, self);
  }
  Entrance *entrance = g_new0 (Entrance, 1);
  entrance->door = self;
  entrance->listener = listener;
  entrance->watch = cam_loop_watch_new (self->loop, listener, EPOLLIN, on_knock, entrance);
  g_ptr_array_add (self->entrances, entrance);
}

void
cam_http_door_shut (CamHttpDoor *self, int listener)
{
  CAM_ASSERT_ON (self->loop);
  for (unsigned i = 0; i < self->entrances->len; i++) {
    if (((Entrance *) g_ptr_array_index (self->entrances, i))->listener == listener) {
      g_ptr_array_remove_index (self->entrances, i);
      return;
    }
  }
}

void
cam_http_door_close (CamHttpDoor *self)
{
  CAM_ASSERT_ON (self->loop);
  g_ptr_array_set_size (self->entrances, 0);
  g_ptr_array_set_size (self->connections, 0);
  g_clear_pointer (&self->rest, cam_loop_timer_free);
  g_clear_pointer (&self->turn, cam_loop_timer_free);
}

unsigned
cam_http_door_count (const CamHttpDoor *self)
{
  return self->connections->len;
}
