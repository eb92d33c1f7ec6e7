#include "ingest/tcp-dialer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_US ((int64_t) (20 * G_USEC_PER_SEC))

typedef struct {
  CamLoopThread *loop;   /* owned */
  CamResolver *resolver; /* owned */
  CamTcpDialer *dialer;  /* owned; on the loop */
  const char *host;
  unsigned port;
  int listener; /* owned */
  GMutex lock;
  GCond changed;
  unsigned answers;
  bool is_idle;
  int fd; /* owned; -1 for none */
  CamReason reason;
  char *detail; /* owned */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->fd = -1;
  self->loop = cam_loop_thread_new ("test-loop", &error);
  g_assert_no_error (error);
  self->resolver = cam_resolver_new ();
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &length), ==, 0);
  self->port = ntohs (address.sin_port);
}

static void
note_idle (gpointer data)
{
  Fixture *self = data;
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free);
  g_mutex_lock (&self->lock);
  self->is_idle = true;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
await (Fixture *self, const bool *is_idle, const unsigned *answers)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  g_mutex_lock (&self->lock);
  while ((is_idle == NULL || !*is_idle) && (answers == NULL || *answers == 0) &&
         g_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  g_mutex_unlock (&self->lock);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_loop_thread_post (self->loop, note_idle, self, NULL);
  await (self, &self->is_idle, NULL);
  g_assert_true (self->is_idle);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_resolver_free (self->resolver);
  if (self->listener >= 0)
    close (self->listener);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->detail);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

static void
take_answer (int fd, CamReason reason, const char *detail, gpointer data)
{
  Fixture *self = data;
  CAM_ASSERT_ON (self->loop);
  g_clear_pointer (&self->dialer, cam_tcp_dialer_free); /* allowed from within */
  g_mutex_lock (&self->lock);
  self->answers++;
  self->fd = fd;
  self->reason = reason;
  self->detail = g_strdup (detail);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
dial (gpointer data)
{
  Fixture *self = data;
  self->dialer = cam_tcp_dialer_new (self->loop, self->resolver, self->host, self->port, take_answer, self);
  g_assert_cmpuint (self->answers, ==, 0); /* never from within new */
}

static void
dial_host (Fixture *self, const char *host)
{
  self->host = host;
  cam_loop_thread_post (self->loop, dial, self, NULL);
  await (self, NULL, &self->answers);
  g_assert_cmpuint (self->answers, ==, 1);
}

static void
test_connect (Fixture *self, gconstpointer data)
{
  dial_host (self, "127.0.0.1");
  g_assert_cmpint (self->fd, >=, 0);
  g_assert_cmpint (self->reason, ==, CAM_REASON_NONE);
  int one = 0;
  socklen_t length = sizeof one;
  g_assert_cmpint (getsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, &length), ==, 0);
  g_assert_cmpint (one, !=, 0);
  g_assert_true (fcntl (self->fd, F_GETFL) & O_NONBLOCK);
  g_assert_true (fcntl (self->fd, F_GETFD) & FD_CLOEXEC);
}

/* A name with several addresses, of which only one is listened on: the others are tried and left. */
static void
test_next_address (Fixture *self, gconstpointer data)
{
  dial_host (self, "localhost");
  g_assert_cmpint (self->fd, >=, 0);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  close (self->listener);
  self->listener = -1;
  dial_host (self, "127.0.0.1");
  g_assert_cmpint (self->fd, ==, -1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_REFUSED);
  g_assert_nonnull (strstr (self->detail, "127.0.0.1:"));
}

/* A camera that is off answers no SYN, as a listener that takes no more; once it is on it is found at once, not when the kernel asks again. */
static void
test_silent_then_there (Fixture *self, gconstpointer data)
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  int fillers[2];
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpint (listen (self->listener, 0), ==, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (fillers); i++) {
    fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connect (fillers[i], (struct sockaddr *) &address, length);
  }
  self->host = "127.0.0.1";
  int64_t on_us = g_get_monotonic_time () + 1200000; /* after the kernel's second SYN */
  cam_loop_thread_post (self->loop, dial, self, NULL);
  g_mutex_lock (&self->lock);
  while (self->answers == 0 && g_cond_wait_until (&self->changed, &self->lock, on_us))
    continue;
  g_assert_cmpuint (self->answers, ==, 0);
  g_mutex_unlock (&self->lock);
  g_assert_cmpint (listen (self->listener, 16), ==, 0);
  await (self, NULL, &self->answers);
  g_assert_cmpint (self->fd, >=, 0);
  g_assert_cmpint (g_get_monotonic_time () - on_us, <, 650000); /* the kernel's third would come 0.8 or 1.8 s after */
  close (fillers[0]);
  close (fillers[1]);
}

static void
test_unreachable (Fixture *self, gconstpointer data)
{
  dial_host (self, "255.255.255.255"); /* no address to connect to: refused by the kernel at once */
  g_assert_cmpint (self->fd, ==, -1);
  g_assert_cmpint (self->reason, ==, CAM_REASON_UNREACHABLE);
}

static void
test_no_name (Fixture *self, gconstpointer data)
{
  dial_host (self, "no-such-camera.invalid");
  g_assert_cmpint (self->reason, ==, CAM_REASON_DNS);
  g_assert_nonnull (strstr (self->detail, "no-such-camera.invalid"));
}

/* Freed before its answer: none comes. */
static void
test_free_early (Fixture *self, gconstpointer data)
{
  self->host = "127.0.0.1";
  cam_loop_thread_post (self->loop, dial, self, NULL);
  cam_loop_thread_post (self->loop, note_idle, self, NULL);
  await (self, &self->is_idle, NULL);
  self->is_idle = false;
  cam_loop_thread_post (self->loop, note_idle, self, NULL);
  await (self, &self->is_idle, NULL);
  g_assert_cmpuint (self->answers, <=, 1);
  g_assert_null (self->dialer);
}

static void
test_reasons (void)
{
  static const struct {
    int error_number;
    CamReason reason;
  } rows[] = {
      {ECONNREFUSED, CAM_REASON_REFUSED},    {ECONNRESET, CAM_REASON_RESET},         {EPIPE, CAM_REASON_RESET},
      {ECONNABORTED, CAM_REASON_RESET},      {ETIMEDOUT, CAM_REASON_TIMEOUT},        {EMFILE, CAM_REASON_INTERNAL},
      {ENFILE, CAM_REASON_INTERNAL},         {ENOBUFS, CAM_REASON_INTERNAL},         {ENOMEM, CAM_REASON_INTERNAL},
      {ENETUNREACH, CAM_REASON_UNREACHABLE}, {EHOSTUNREACH, CAM_REASON_UNREACHABLE}, {EACCES, CAM_REASON_UNREACHABLE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cam_tcp_reason (rows[i].error_number), ==, rows[i].reason);
}

#define ADD(path, func) g_test_add ("/tcp-dialer/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("connect", test_connect);
  ADD ("next-address", test_next_address);
  ADD ("refused", test_refused);
  ADD ("silent-then-there", test_silent_then_there);
  ADD ("unreachable", test_unreachable);
  ADD ("no-name", test_no_name);
  ADD ("free-early", test_free_early);
  g_test_add_func ("/tcp-dialer/reasons", test_reasons);
  return g_test_run ();
}
