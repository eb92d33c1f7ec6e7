#include "daemon/signals.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>
#include <unistd.h>

#include "camrelay/exit-codes.h"

enum { N_SOURCES = 3 };

struct CamSignals {
  void (*stop) (gpointer data);
  void (*reload) (gpointer data);
  gpointer data; /* borrowed */
  guint sources[N_SOURCES];
  bool is_stopping;
};

/* In a signal handler. Somebody is in a hurry, and a stop was wanted anyway. */
static void
on_second_signal (int number)
{
  _exit (CAM_EXIT_OK);
}

static gboolean
on_stop (gpointer data)
{
  CamSignals *self = data;
  if (self->is_stopping)
    _exit (CAM_EXIT_OK);
  self->is_stopping = true;
  /* From here on without the main context, which may be busy. */
  struct sigaction action = { .sa_handler = on_second_signal };
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
  self->stop (self->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hang_up (gpointer data)
{
  CamSignals *self = data;
  if (!self->is_stopping)
    self->reload (self->data);
  return G_SOURCE_CONTINUE;
}

/* In a signal handler: only what signal-safety(7) allows. */
static void
on_alarm (int number)
{
  static const char message[] = "ERROR the stop takes too long, ending without it\n";
  ssize_t written = write (STDERR_FILENO, message, sizeof message - 1);
  (void) written;
  _exit (CAM_EXIT_INTERNAL);
}

CamSignals *
cam_signals_new (void (*stop) (gpointer data), void (*reload) (gpointer data), gpointer data)
{
  CamSignals *self = g_new0 (CamSignals, 1);
  self->stop = stop;
  self->reload = reload;
  self->data = data;
  self->sources[0] = g_unix_signal_add (SIGTERM, on_stop, self);
  self->sources[1] = g_unix_signal_add (SIGINT, on_stop, self);
  self->sources[2] = g_unix_signal_add (SIGHUP, on_hang_up, self);
  signal (SIGPIPE, SIG_IGN);
  signal (SIGCHLD, SIG_DFL); /* ignored by who started us, the system would collect our children, and their numbers would be others' */
  return self;
}

void
cam_signals_free (CamSignals *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < N_SOURCES; i++)
    g_source_remove (self->sources[i]);
  g_free (self);
}

void
cam_signals_limit_stop (int64_t timeout_us)
{
  struct sigaction action = { .sa_handler = on_alarm };
  sigaction (SIGALRM, &action, NULL);
  struct itimerval timer = { .it_value = { .tv_sec = timeout_us / G_USEC_PER_SEC, .tv_usec = timeout_us % G_USEC_PER_SEC } };
  setitimer (ITIMER_REAL, &timer, NULL);
}
