#include "daemon/service-notify.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* systemd's end of the socket. */
typedef struct {
  char *folder, *path;
  int fd;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("notify-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
  fixture->fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, fixture->path, sizeof address.sun_path);
  g_assert_cmpint (bind (fixture->fd, (const struct sockaddr *) &address, sizeof address), ==, 0);
  g_setenv ("NOTIFY_SOCKET", fixture->path, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unsetenv ("NOTIFY_SOCKET");
  close (fixture->fd);
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

/* A datagram is there as soon as it was sent. */
static void
assert_hears (Fixture *fixture, const char *text)
{
  char buffer[256] = { 0 };
  g_assert_cmpint (recv (fixture->fd, buffer, sizeof buffer - 1, 0), >, 0);
  g_assert_cmpstr (buffer, ==, text);
}

static void
test_words (Fixture *fixture, gconstpointer data)
{
  cam_service_notify_ready ();
  assert_hears (fixture, "READY=1");
  cam_service_notify_status (3, 16);
  assert_hears (fixture, "STATUS=3 of 16 streams connected");
  cam_service_notify_stopping ();
  assert_hears (fixture, "STOPPING=1\nSTATUS=Stopping");
}

static void
test_without_systemd (Fixture *fixture, gconstpointer data)
{
  g_unsetenv ("NOTIFY_SOCKET");
  cam_service_notify_ready ();
  char byte;
  g_assert_cmpint (recv (fixture->fd, &byte, 1, 0), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/service-notify/words", Fixture, NULL, set_up, test_words, tear_down);
  g_test_add ("/service-notify/without-systemd", Fixture, NULL, set_up, test_without_systemd, tear_down);
  return g_test_run ();
}
