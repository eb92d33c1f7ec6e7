#include "ingest/tcp-probe.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "ingest/tcp-attempt.h"

enum {
  MOST_KNOCKS = 4, /* under way: where an answer takes this many intervals, it is none */
  NAME_US = 5 * G_USEC_PER_SEC,
  NAME_PAUSE_US = G_USEC_PER_SEC,
  NAME_AGE_US = 10 * G_USEC_PER_SEC,
};

typedef struct {
  CamTcpProbe *probe;  /* borrowed */
  int fd;              /* owned; -1: none is under way here */
  CamLoopWatch *watch; /* owned */
} Knock;

struct CamTcpProbe {
  int refs;              /* atomic: the maker's, and one for each post */
  CamLoopThread *loop;   /* borrowed */
  CamResolver *resolver; /* borrowed */
  char *host;            /* owned */
  unsigned port;
  int64_t interval_us;
  CamTcpProbeFunc func;
  gpointer data;
  GDestroyNotify destroy;

  /* On the loop from here on. */
  CamResolverQuery *query; /* owned; while asking */
  int64_t ask_us;          /* when to ask for the name again */
  GPtrArray *addresses;    /* of GInetAddress, ref; NULL before the name is known */
  unsigned next;           /* index of the address to knock at next */
  unsigned untried;        /* addresses that were not knocked at in this interval */
  Knock knocks[MOST_KNOCKS];
  unsigned newest;     /* index of the knock that began last */
  CamLoopTimer *timer; /* owned */
};

static void knock_on (CamTcpProbe *self);

static void
probe_unref (gpointer data)
{
  CamTcpProbe *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self->host);
  g_free (self);
}

static CamTcpProbe *
probe_ref (CamTcpProbe *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
drop_knock (Knock *knock)
{
  g_clear_pointer (&knock->watch, cam_loop_watch_free);
  if (knock->fd >= 0)
    close (knock->fd);
  knock->fd = -1;
}

static void
end_probe (gpointer data)
{
  CamTcpProbe *self = data;
  CAM_ASSERT_ON (self->loop);
  for (unsigned i = 0; i < MOST_KNOCKS; i++)
    drop_knock (&self->knocks[i]);
  g_clear_pointer (&self->query, cam_resolver_query_free);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->timer, cam_loop_timer_free);
}

static void
on_writable (gpointer data, uint32_t events G_GNUC_UNUSED)
{
  Knock *knock = data;
  CamTcpProbe *self = knock->probe;
  if (cam_tcp_attempt_outcome (knock->fd) != 0) {
    bool is_newest = knock == &self->knocks[self->newest];
    drop_knock (knock);
    if (is_newest)
      knock_on (self);
    return;
  }
  int fd = knock->fd;
  knock->fd = -1;
  end_probe (self);
  self->func (fd, self->data);
}

/* Knocks at the next address, in the place of the oldest knock. False: that failed at once. */
static bool
knock_at_next (CamTcpProbe *self)
{
  GInetAddress *address = g_ptr_array_index (self->addresses, self->next++ % self->addresses->len);
  self->untried--;
  self->newest = (self->newest + 1) % MOST_KNOCKS;
  Knock *knock = &self->knocks[self->newest];
  drop_knock (knock);
  if (cam_tcp_attempt_begin (address, self->port, &knock->fd) != 0)
    return false;
  knock->watch = cam_loop_watch_new (self->loop, knock->fd, EPOLLOUT, on_writable, knock);
  if (knock->watch == NULL)
    drop_knock (knock);
  return knock->fd >= 0;
}

/* One knock; where it fails at once, the other addresses too: an interval is for those that do not answer. */
static void
knock_on (CamTcpProbe *self)
{
  while (self->untried > 0 && !knock_at_next (self))
    continue;
}

static void
begin_interval (CamTcpProbe *self)
{
  if (self->addresses == NULL)
    return;
  self->untried = self->addresses->len;
  self->next %= self->addresses->len;
  knock_on (self);
}

static void
on_resolved (const GList *addresses, const GError *error G_GNUC_UNUSED, gpointer data)
{
  CamTcpProbe *self = data;
  g_clear_pointer (&self->query, cam_resolver_query_free);
  self->ask_us = cam_loop_thread_now_us (self->loop) + (addresses != NULL ? NAME_AGE_US : NAME_PAUSE_US);
  if (addresses == NULL)
    return;
  bool is_first = self->addresses == NULL;
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (const GList *link = addresses; link != NULL; link = link->next)
    g_ptr_array_add (self->addresses, g_object_ref (link->data));
  self->untried = MIN (self->untried, self->addresses->len);
  if (is_first)
    begin_interval (self);
}

static void
on_timer (gpointer data)
{
  CamTcpProbe *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  if (self->query == NULL && now_us >= self->ask_us)
    self->query = cam_resolver_ask (self->resolver, self->loop, self->host, NAME_US, on_resolved, self);
  begin_interval (self);
  cam_loop_timer_arm (self->timer, now_us + self->interval_us);
}

static void
begin_probe (gpointer data)
{
  CamTcpProbe *self = data;
  CAM_ASSERT_ON (self->loop);
  self->timer = cam_loop_timer_new (self->loop, on_timer, self);
  on_timer (self);
}

CamTcpProbe *
cam_tcp_probe_new (CamLoopThread *loop,
                   CamResolver *resolver,
                   const char *host,
                   unsigned port,
                   int64_t interval_us,
                   CamTcpProbeFunc func,
                   gpointer data,
                   GDestroyNotify destroy)
{
  CamTcpProbe *self = g_new0 (CamTcpProbe, 1);
  self->refs = 1;
  self->loop = loop;
  self->resolver = resolver;
  self->host = g_strdup (host);
  self->port = port;
  self->interval_us = interval_us;
  self->func = func;
  self->data = data;
  self->destroy = destroy;
  for (unsigned i = 0; i < MOST_KNOCKS; i++)
    self->knocks[i] = (Knock){.probe = self, .fd = -1};
  cam_loop_thread_post (loop, begin_probe, probe_ref (self), probe_unref);
  return self;
}

void
cam_tcp_probe_free (CamTcpProbe *self)
{
  if (self == NULL)
    return;
  cam_loop_thread_post (self->loop, end_probe, probe_ref (self), probe_unref);
  probe_unref (self);
}
