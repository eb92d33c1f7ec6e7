#include "ingest/tcp-probe.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/resolver-private.h"

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))
#define INTERVAL_US 50000
#define SLACK_US 100000

typedef struct {
  CamLoopThread *loop;   /* owned */
  CamResolver *resolver; /* owned */
  int listener;          /* owned; -1 for none */
  unsigned port;
  unsigned descriptors; /* of the process, before any probe */
  int lookups;          /* atomic */
  GMutex lock;
  GCond changed;
  unsigned found;
  unsigned destroyed;
  int fd; /* owned; the last one found, -1 for none */
  int64_t found_us;
} Fixture;

/* Names are addresses with dashes between; what begins with "late" is known from the second question on. */
static GList *
look_up (const char *host, gpointer data, GError **error)
{
  Fixture *self = data;
  bool is_late = g_str_has_prefix (host, "late-") && g_atomic_int_add (&self->lookups, 1) == 0;
  g_auto (GStrv) words = g_strsplit (host, "-", -1);
  GList *addresses = NULL;
  for (char **word = words; *word != NULL && !is_late; word++) {
    GInetAddress *address = g_inet_address_new_from_string (*word);
    if (address != NULL)
      addresses = g_list_append (addresses, address);
  }
  if (addresses == NULL)
    g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "%s is not known", host);
  return addresses;
}

static unsigned
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  unsigned n = 0;
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static int
bind_to (const char *text, unsigned port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons ((uint16_t) port)};
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (text);
  memcpy (&address.sin_addr, g_inet_address_to_bytes (parsed), 4);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_resolver_free (self->resolver);
  if (self->listener >= 0)
    close (self->listener);
  if (self->fd >= 0)
    close (self->fd);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
take_socket (int fd, gpointer data)
{
  Fixture *self = data;
  CAM_ASSERT_ON (self->loop);
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->destroyed, ==, 0);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = fd;
  self->found++;
  self->found_us = g_get_monotonic_time ();
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
note_destroyed (gpointer data)
{
  Fixture *self = data;
  g_mutex_lock (&self->lock);
  self->destroyed++;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
await (Fixture *self, const unsigned *count, unsigned at_least)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while (*count < at_least && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_assert_cmpuint (*count, >=, at_least);
  g_mutex_unlock (&self->lock);
}

static CamTcpProbe *
probe (Fixture *self, const char *host)
{
  return cam_tcp_probe_new (self->loop, self->resolver, host, self->port, INTERVAL_US, take_socket, self, note_destroyed);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->fd = -1;
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->resolver = cam_resolver_new_with_lookup (look_up, self);
  self->listener = bind_to ("127.0.0.1", 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &length), ==, 0);
  self->port = ntohs (address.sin_port);
  cam_tcp_probe_free (probe (self, "127.0.0.1")); /* what GLib opens once, it has opened then */
  await (self, &self->destroyed, 1);
  self->destroyed = 0;
  self->descriptors = count_descriptors ();
}

/* Ends it, and sees that nothing is left but what was found. */
static void
end (Fixture *self, CamTcpProbe *probe)
{
  cam_tcp_probe_free (probe);
  await (self, &self->destroyed, 1);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  g_assert_cmpuint (count_descriptors (), ==, self->descriptors);
}

static void
test_open (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  CamTcpProbe *knocking = probe (self, "127.0.0.1");
  await (self, &self->found, 1);
  int one = 0;
  socklen_t length = sizeof one;
  g_assert_cmpint (getsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, &length), ==, 0);
  g_assert_cmpint (one, !=, 0);
  g_assert_true (fcntl (self->fd, F_GETFL) & O_NONBLOCK);
  g_assert_true (fcntl (self->fd, F_GETFD) & FD_CLOEXEC);
  int accepted = accept (self->listener, NULL, NULL);
  char byte = 0;
  g_assert_cmpint (recv (accepted, &byte, 1, MSG_DONTWAIT), ==, -1); /* nothing is said, nothing is closed */
  close (accepted);
  end (self, knocking);
  g_assert_cmpuint (self->found, ==, 1);
}

/* Waits until @n knocks or more have begun after now, by the clock of the intervals. */
static void
pass_intervals (Fixture *self, unsigned n)
{
  unsigned never = 0;
  int64_t deadline_us = g_get_monotonic_time () + n * INTERVAL_US;
  g_mutex_lock (&self->lock);
  while (never == 0 && self->found == 0 && g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_mutex_unlock (&self->lock);
}

/* A camera that boots: refused again and again, then found within an interval. */
static void
test_refused_then_open (Fixture *self, gconstpointer data)
{
  CamTcpProbe *knocking = probe (self, "127.0.0.1");
  pass_intervals (self, 3);
  g_assert_cmpuint (self->found, ==, 0);
  int64_t open_us = g_get_monotonic_time ();
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  await (self, &self->found, 1);
  g_assert_cmpint (self->found_us - open_us, <=, INTERVAL_US + SLACK_US);
  end (self, knocking);
}

/* A listener that takes no more answers no SYN: as a camera that is off. */
static void
make_black_hole (int listener, int fillers[2])
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  g_assert_cmpint (listen (listener, 0), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &length), ==, 0);
  for (unsigned i = 0; i < 2; i++) {
    fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connect (fillers[i], (struct sockaddr *) &address, length); /* the first is taken, the second may hang */
  }
}

static void
close_both (int fillers[2])
{
  close (fillers[0]);
  close (fillers[1]);
}

/* No answer at all: a few knocks under way and no more, and the end of the silence is noticed by a new one, not by the old ones' long pauses. */
static void
test_silence_then_open (Fixture *self, gconstpointer data)
{
  int fillers[2];
  make_black_hole (self->listener, fillers);
  CamTcpProbe *knocking = probe (self, "127.0.0.1");
  for (unsigned i = 0; i < 20; i++) {
    pass_intervals (self, 1);
    g_assert_cmpuint (count_descriptors (), <=, self->descriptors + 2 + 4);
  }
  g_assert_cmpuint (self->found, ==, 0);
  int64_t open_us = g_get_monotonic_time ();
  g_assert_cmpint (listen (self->listener, 16), ==, 0);
  await (self, &self->found, 1);
  g_assert_cmpint (self->found_us - open_us, <=, INTERVAL_US + SLACK_US);
  close_both (fillers);
  end (self, knocking);
}

/* An address that refuses costs no interval. */
static void
test_other_address (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  int64_t begin_us = g_get_monotonic_time ();
  CamTcpProbe *knocking = probe (self, "127.0.0.2-127.0.0.3-127.0.0.1");
  await (self, &self->found, 1);
  g_assert_cmpint (self->found_us - begin_us, <=, SLACK_US);
  end (self, knocking);
}

/* One that does not answer costs one. */
static void
test_other_address_behind_silence (Fixture *self, gconstpointer data)
{
  int fillers[2];
  int silent = bind_to ("127.0.0.2", self->port);
  make_black_hole (silent, fillers);
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  int64_t begin_us = g_get_monotonic_time ();
  CamTcpProbe *knocking = probe (self, "127.0.0.2-127.0.0.1");
  await (self, &self->found, 1);
  g_assert_cmpint (self->found_us - begin_us, <=, INTERVAL_US + SLACK_US);
  close_both (fillers);
  close (silent);
  end (self, knocking);
}

/* A name that is not known yet is asked for again. */
static void
test_late_name (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  CamTcpProbe *knocking = probe (self, "late-127.0.0.1");
  await (self, &self->found, 1);
  g_assert_cmpint (g_atomic_int_get (&self->lookups), ==, 2);
  end (self, knocking);
}

/* Freed while it asks for the name, knocks, or finds: nothing is left, and what was handed over is ours. */
static void
test_free_any_time (Fixture *self, gconstpointer data)
{
  enum { ROUNDS = 300 };
  static const char *const hosts[] = {"127.0.0.1", "late-127.0.0.1", "unknown", "127.0.0.2-127.0.0.1"};
  g_assert_cmpint (listen (self->listener, ROUNDS), ==, 0);
  for (unsigned i = 0; i < ROUNDS; i++) {
    CamTcpProbe *knocking = cam_tcp_probe_new (self->loop, self->resolver, hosts[i % G_N_ELEMENTS (hosts)], self->port, INTERVAL_US, take_socket, self, NULL);
    if (i % 3 == 0)
      g_thread_yield ();
    if (i % 7 == 0)
      pass_intervals (self, 1);
    g_mutex_lock (&self->lock);
    self->found = 0;
    g_mutex_unlock (&self->lock);
    cam_tcp_probe_free (knocking);
  }
  end (self, probe (self, "unknown"));
  cam_tcp_probe_free (NULL);
}

#define ADD(path, func) g_test_add ("/tcp-probe/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("open", test_open);
  ADD ("refused-then-open", test_refused_then_open);
  ADD ("silence-then-open", test_silence_then_open);
  ADD ("other-address", test_other_address);
  ADD ("other-address-behind-silence", test_other_address_behind_silence);
  ADD ("late-name", test_late_name);
  ADD ("free-any-time", test_free_any_time);
  return g_test_run ();
}
