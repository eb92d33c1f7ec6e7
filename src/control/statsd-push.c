#include "control/statsd-push.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/statsd-feed.h"
#include "core/log.h"

#define NAME_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define NAME_HOLDS_US (60 * G_USEC_PER_SEC) /* then it is looked up again: the collector may have moved */

/* A round of 400 streams is some hundred packets; sent at once they would not fit into a receiver's buffer. */
#define PACKETS_A_TICK 16
#define TICK_US (10 * 1000)

typedef struct {
  CamControlDesk *desk;  /* borrowed: owns us */
  CamResolver *resolver; /* borrowed */
  CamLoopThread *loop;   /* borrowed */
  int64_t period_us;

  /* On H. */
  CamLoopTimer *timer;     /* owned; NULL once closed */
  CamResolverQuery *query; /* owned; while the name is looked up */
  char *address;           /* owned; what the socket is for; NULL: nobody wants metrics */
  int fd;                  /* owned; connected; -1: none */
  int64_t known_until_us;  /* then the name is looked up again */
  int64_t round_us;        /* when the next round is due */
  CamStatsdFeed *feed;     /* owned; of this address */
  GPtrArray *packets;      /* owned; of the round at hand; NULL: it is over */
  unsigned next;           /* of them, to be sent */
  int error;               /* of the round at hand, errno; 0: none */
  bool is_failing;         /* as was logged */
} StatsdPush;

static void
close_target (StatsdPush *self)
{
  g_clear_pointer (&self->query, cam_resolver_query_free);
  g_clear_pointer (&self->packets, g_ptr_array_unref);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static void
say_failing (StatsdPush *self, const char *why)
{
  if (!self->is_failing)
    cam_log (CAM_LOG_WARNING, NULL, NULL, "metrics cannot be pushed to '%s': %s", self->address, why);
  self->is_failing = true;
}

/* ---- the target ---- */

static int
connect_socket (const GInetAddress *address, unsigned port)
{
  g_autoptr (GSocketAddress) there = g_inet_socket_address_new ((GInetAddress *) address, (guint16) port);
  struct sockaddr_storage native;
  gssize size = g_socket_address_get_native_size (there);
  if (!g_socket_address_to_native (there, &native, sizeof native, NULL))
    return -1;
  int fd = socket (native.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &native, (socklen_t) size) != 0) {
    close (fd);
    return -1;
  }
  return fd;
}

static unsigned
get_port (const StatsdPush *self)
{
  return (unsigned) g_ascii_strtoull (strrchr (self->address, ':') + 1, NULL, 10);
}

static void begin_round (StatsdPush *self);

static void
on_resolved (const GList *addresses, const GError *error, gpointer data)
{
  StatsdPush *self = data;
  CAM_ASSERT_ON (self->loop);
  g_clear_pointer (&self->query, cam_resolver_query_free);
  if (addresses == NULL) {
    say_failing (self, error->message);
    return;
  }
  int fd = connect_socket (addresses->data, get_port (self));
  if (fd < 0) {
    say_failing (self, g_strerror (errno));
    return;
  }
  if (self->fd >= 0)
    close (self->fd);
  self->fd = fd;
  self->known_until_us = cam_loop_thread_now_us (self->loop) + NAME_HOLDS_US;
  begin_round (self);
}

static void
look_up (StatsdPush *self)
{
  g_autofree char *host = g_strndup (self->address, (gsize) (strrchr (self->address, ':') - self->address));
  size_t length = strlen (host);
  bool has_brackets = host[0] == '[' && host[length - 1] == ']';
  if (has_brackets)
    host[length - 1] = '\0';
  self->query = cam_resolver_ask (self->resolver, self->loop, host + has_brackets, NAME_TIMEOUT_US, on_resolved, self);
}

/* ---- a round ---- */

static void
end_round (StatsdPush *self)
{
  g_clear_pointer (&self->packets, g_ptr_array_unref);
  if (self->error != 0) {
    say_failing (self, g_strerror (self->error));
    self->known_until_us = 0;
  } else if (self->is_failing) {
    self->is_failing = false;
    cam_log (CAM_LOG_INFO, NULL, NULL, "metrics are pushed to '%s' again", self->address);
  }
}

static void
send_some (StatsdPush *self)
{
  for (unsigned i = 0; i < PACKETS_A_TICK && self->next < self->packets->len; i++) {
    gsize size = 0;
    const void *data = g_bytes_get_data (g_ptr_array_index (self->packets, self->next), &size);
    self->next++;
    /* What is said of an earlier packet (nobody listens there) comes with a later one. */
    if (send (self->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
      self->error = errno;
  }
  if (self->next == self->packets->len)
    end_round (self);
}

static void
arm (StatsdPush *self)
{
  cam_loop_timer_arm (self->timer, self->packets != NULL ? cam_loop_thread_now_us (self->loop) + TICK_US : self->round_us);
}

static void
begin_round (StatsdPush *self)
{
  const CamControlSetup *setup = cam_control_desk_get_setup (self->desk);
  g_autoptr (CamStatus) status = cam_status_board_get (setup->board);
  if (status == NULL)
    return;
  g_autoptr (GPtrArray) readers = cam_rtsp_server_list_readers (setup->server, NULL);
  g_clear_pointer (&self->packets, g_ptr_array_unref);
  self->packets = cam_statsd_feed_take (self->feed, status, readers, cam_loop_thread_now_us (self->loop));
  self->next = 0;
  self->error = 0;
  send_some (self);
  arm (self);
}

/* Whether there is anybody to push to; a new address begins anew. */
static bool
follow_config (StatsdPush *self)
{
  g_autoptr (CamStatus) status = cam_status_board_get (cam_control_desk_get_setup (self->desk)->board);
  const char *wanted = status != NULL && status->config != NULL ? status->config->server.statsd_address : NULL;
  if (wanted != NULL && wanted[0] == '\0')
    wanted = NULL;
  if (g_strcmp0 (wanted, self->address) == 0)
    return wanted != NULL;
  close_target (self);
  g_clear_pointer (&self->feed, cam_statsd_feed_free);
  g_free (self->address);
  self->address = g_strdup (wanted);
  self->is_failing = false;
  self->known_until_us = 0;
  if (wanted != NULL)
    self->feed = cam_statsd_feed_new ();
  return wanted != NULL;
}

static void
on_timer (gpointer data)
{
  StatsdPush *self = data;
  CAM_ASSERT_ON (self->loop);
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  if (now_us < self->round_us && self->packets != NULL) {
    send_some (self);
    arm (self);
    return;
  }
  self->round_us = now_us + self->period_us;
  if (follow_config (self) && self->query == NULL) {
    if (self->fd < 0 || now_us >= self->known_until_us)
      look_up (self);
    else
      begin_round (self);
  }
  arm (self);
}

/* ---- the door ---- */

static void
begin (gpointer data)
{
  StatsdPush *self = data;
  CAM_ASSERT_ON (self->loop);
  self->timer = cam_loop_timer_new (self->loop, on_timer, self);
  cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->loop));
}

static void
close_push (gpointer door)
{
  StatsdPush *self = door;
  CAM_ASSERT_ON (self->loop);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  close_target (self);
}

static void
free_push (gpointer door)
{
  StatsdPush *self = door;
  cam_statsd_feed_free (self->feed);
  g_free (self->address);
  g_free (self);
}

void
cam_statsd_push_open (CamControlDesk *desk, CamResolver *resolver, int64_t period_us)
{
  StatsdPush *self = g_new0 (StatsdPush, 1);
  self->desk = desk;
  self->resolver = resolver;
  self->loop = cam_control_desk_get_loop (desk);
  self->period_us = period_us;
  self->fd = -1;
  cam_control_desk_add_door (desk, self, close_push, free_push);
  cam_loop_thread_post (self->loop, begin, self, NULL);
}
