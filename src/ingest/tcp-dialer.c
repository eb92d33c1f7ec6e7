#include "ingest/tcp-dialer.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/address-text.h"
#include "core/redact.h"
#include "ingest/tcp-attempt.h"

#define NAME_US (5 * G_USEC_PER_SEC)
#define ADDRESS_US (5 * G_USEC_PER_SEC)
#define ALL_US (10 * G_USEC_PER_SEC)
#define FRESH_US (G_USEC_PER_SEC / 2)

/* At an address that does not answer, the first attempt is for slow links: the kernel repeats its SYN after 1 and 3 s, newer ones each second.
 * The fresh one is made anew each FRESH_US, so that a camera that comes back meanwhile is found at once. */
enum { FIRST, FRESH, N_ATTEMPTS };

typedef struct {
  CamTcpDialer *dialer; /* borrowed */
  int fd;               /* owned; -1 for none */
  CamLoopWatch *watch;  /* owned */
} Attempt;

struct CamTcpDialer {
  CamLoopThread *loop; /* borrowed */
  CamTcpDialerFunc func;
  gpointer data;
  char *host; /* owned */
  unsigned port;
  CamResolverQuery *query; /* owned */
  GPtrArray *addresses;    /* of GInetAddress, ref; NULL before the name is known */
  unsigned next;           /* index of the address to try next */
  Attempt attempts[N_ATTEMPTS]; /* at the same address */
  int64_t address_over_us; /* when we give that address up */
  CamLoopTimer *timer;     /* owned */
  int64_t over_us;         /* when we give up altogether */
  CamReason reason;        /* of the most telling failure so far */
  char *detail;            /* owned */
};

CamReason
cam_tcp_reason (int error_number)
{
  switch (error_number) {
  case ECONNREFUSED:
    return CAM_REASON_REFUSED;
  case ECONNRESET:
  case EPIPE:
  case ECONNABORTED:
    return CAM_REASON_RESET;
  case ETIMEDOUT:
    return CAM_REASON_TIMEOUT;
  case EMFILE:
  case ENFILE:
  case ENOBUFS:
  case ENOMEM:
    return CAM_REASON_INTERNAL;
  default: /* EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, EPERM of a firewall … */
    return CAM_REASON_UNREACHABLE;
  }
}

static void
drop_attempt (Attempt *attempt)
{
  g_clear_pointer (&attempt->watch, cam_loop_watch_free);
  if (attempt->fd >= 0)
    close (attempt->fd);
  attempt->fd = -1;
}

static void
drop_attempts (CamTcpDialer *self)
{
  for (unsigned i = 0; i < N_ATTEMPTS; i++)
    drop_attempt (&self->attempts[i]);
}

void
cam_tcp_dialer_free (CamTcpDialer *self)
{
  if (self == NULL)
    return;
  drop_attempts (self);
  cam_resolver_query_free (self->query);
  cam_loop_timer_free (self->timer);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_free (self->host);
  g_free (self->detail);
  g_free (self);
}

/* A machine that refuses says more than another address of it that no route leads to. */
static void
note_failure (CamTcpDialer *self, CamReason reason, char *detail /* (transfer full) */)
{
  if (self->reason == CAM_REASON_REFUSED && reason != CAM_REASON_REFUSED) {
    g_free (detail);
    return;
  }
  self->reason = reason;
  g_free (self->detail);
  self->detail = detail;
}

static void
give_up (CamTcpDialer *self)
{
  drop_attempts (self);
  cam_loop_timer_arm (self->timer, INT64_MAX);
  g_autofree char *detail = g_strdup (self->detail); /* the callee may free us */
  self->func (-1, self->reason, detail, self->data);
}

static void
hand_over (CamTcpDialer *self, Attempt *attempt)
{
  int fd = attempt->fd;
  attempt->fd = -1;
  drop_attempts (self);
  cam_loop_timer_arm (self->timer, INT64_MAX);
  self->func (fd, CAM_REASON_NONE, NULL, self->data);
}

static char *
name_attempt (const CamTcpDialer *self)
{
  GInetAddress *address = g_ptr_array_index (self->addresses, self->next - 1);
  return cam_address_text (address, self->port);
}

static void
note_errno (CamTcpDialer *self, int error_number)
{
  g_autofree char *name = name_attempt (self);
  note_failure (self, cam_tcp_reason (error_number), g_strdup_printf ("%s: %s", name, g_strerror (error_number)));
}

static void
on_writable (gpointer data, uint32_t events G_GNUC_UNUSED)
{
  Attempt *attempt = data;
  CamTcpDialer *self = attempt->dialer;
  int error_number = cam_tcp_attempt_outcome (attempt->fd);
  if (error_number == 0) {
    hand_over (self, attempt);
    return;
  }
  note_errno (self, error_number);
  drop_attempts (self);
  cam_loop_timer_arm (self->timer, 0); /* the next address, not nested in this one's event */
}

/* 0, or the errno of an attempt that failed at once. */
static int
begin_attempt (CamTcpDialer *self, Attempt *attempt)
{
  GInetAddress *address = g_ptr_array_index (self->addresses, self->next - 1);
  int error_number = cam_tcp_attempt_begin (address, self->port, &attempt->fd);
  if (error_number != 0)
    return error_number;
  attempt->watch = cam_loop_watch_new (self->loop, attempt->fd, EPOLLOUT, on_writable, attempt);
  return attempt->watch != NULL ? 0 : ENOMEM;
}

static void
try_next (CamTcpDialer *self)
{
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  while (self->next < self->addresses->len && now_us < self->over_us) {
    self->next++;
    int error_number = begin_attempt (self, &self->attempts[FIRST]);
    if (error_number == 0) {
      self->address_over_us = MIN (now_us + ADDRESS_US, self->over_us);
      cam_loop_timer_arm (self->timer, MIN (now_us + FRESH_US, self->address_over_us));
      return;
    }
    note_errno (self, error_number);
    drop_attempts (self);
  }
  give_up (self);
}

static void
on_timer (gpointer data)
{
  CamTcpDialer *self = data;
  int64_t now_us = cam_loop_thread_now_us (self->loop);
  bool is_trying = self->attempts[FIRST].watch != NULL;
  if (is_trying && now_us < self->address_over_us) {
    drop_attempt (&self->attempts[FRESH]);
    if (begin_attempt (self, &self->attempts[FRESH]) != 0)
      drop_attempt (&self->attempts[FRESH]); /* the first one is still on its way */
    cam_loop_timer_arm (self->timer, MIN (now_us + FRESH_US, self->address_over_us));
    return;
  }
  if (is_trying)
    note_errno (self, ETIMEDOUT);
  drop_attempts (self);
  try_next (self);
}

static void
on_resolved (const GList *addresses, const GError *error, gpointer data)
{
  CamTcpDialer *self = data;
  if (addresses == NULL) {
    g_autofree char *host = cam_redact_text (self->host, -1, 100);
    note_failure (self, CAM_REASON_DNS, g_strdup_printf ("%s: %s", host, error != NULL ? error->message : "no address"));
    give_up (self);
    return;
  }
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (const GList *link = addresses; link != NULL; link = link->next)
    g_ptr_array_add (self->addresses, g_object_ref (link->data));
  try_next (self);
}

CamTcpDialer *
cam_tcp_dialer_new (CamLoopThread *loop, CamResolver *resolver, const char *host, unsigned port, CamTcpDialerFunc func, gpointer data)
{
  CAM_ASSERT_ON (loop);
  CamTcpDialer *self = g_new0 (CamTcpDialer, 1);
  self->loop = loop;
  self->func = func;
  self->data = data;
  self->host = g_strdup (host);
  self->port = port;
  for (unsigned i = 0; i < N_ATTEMPTS; i++)
    self->attempts[i] = (Attempt){.dialer = self, .fd = -1};
  self->reason = CAM_REASON_UNREACHABLE;
  self->over_us = cam_loop_thread_now_us (loop) + ALL_US;
  self->timer = cam_loop_timer_new (loop, on_timer, self);
  self->query = cam_resolver_ask (resolver, loop, host, NAME_US, on_resolved, self);
  return self;
}
