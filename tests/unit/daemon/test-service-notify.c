#include "daemon/service-notify.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
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
  cam_service_notify_status (3, 16, 2);
  assert_hears (fixture, "STATUS=3 of 16 streams connected, 2 readers");
  cam_service_notify_alive ();
  assert_hears (fixture, "WATCHDOG=1");
  cam_service_notify_stopping ();
  assert_hears (fixture, "STOPPING=1\nSTATUS=Stopping");
}

/* systemd wants to know when we began, by its own clock. */
static void
test_reloading (Fixture *fixture, gconstpointer data)
{
  static const char expected[] = "RELOADING=1\nMONOTONIC_USEC=";
  int64_t before_us = g_get_monotonic_time ();
  cam_service_notify_reloading ();
  char buffer[256] = { 0 };
  g_assert_cmpint (recv (fixture->fd, buffer, sizeof buffer - 1, 0), >, 0);
  g_assert_true (g_str_has_prefix (buffer, expected));
  int64_t told_us = g_ascii_strtoll (buffer + strlen (expected), NULL, 10);
  g_assert_cmpint (told_us, >=, before_us);
  g_assert_cmpint (told_us, <=, g_get_monotonic_time ());
}

/* The descriptor in the message at @fixture, which says @text; −1 when there is none. */
static int
receive_descriptor (Fixture *fixture, const char *text)
{
  char buffer[256] = { 0 };
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int)) + CMSG_SPACE (sizeof (struct ucred))];
  } control = { 0 };
  struct iovec vector = { .iov_base = buffer, .iov_len = sizeof buffer - 1 };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
  g_assert_cmpint (recvmsg (fixture->fd, &message, MSG_CMSG_CLOEXEC), >, 0);
  g_assert_cmpstr (buffer, ==, text);
  for (struct cmsghdr *header = CMSG_FIRSTHDR (&message); header != NULL; header = CMSG_NXTHDR (&message, header))
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
      return *(const int *) (const void *) CMSG_DATA (header);
  return -1;
}

static void
test_descriptors (Fixture *fixture, gconstpointer data)
{
  int pair[2];
  g_assert_cmpint (pipe (pair), ==, 0);
  g_assert_true (cam_service_notify_keep ("rtsp", &pair[0], 1));
  int kept = receive_descriptor (fixture, "FDSTORE=1\nFDNAME=rtsp");
  g_assert_cmpint (write (pair[1], "x", 1), ==, 1);
  char byte = 0;
  g_assert_cmpint (read (kept, &byte, 1), ==, 1); /* the same pipe */
  cam_service_notify_forget ("rtsp");
  assert_hears (fixture, "FDSTOREREMOVE=1\nFDNAME=rtsp");
  close (kept);
  close (pair[0]);
  close (pair[1]);
}

static void
test_watchdog_period (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (cam_service_notify_get_watchdog_us (), ==, 0);
  g_setenv ("WATCHDOG_USEC", "20000000", TRUE);
  g_assert_cmpint (cam_service_notify_get_watchdog_us (), ==, 20 * G_USEC_PER_SEC);
  g_setenv ("WATCHDOG_PID", "1", TRUE); /* for another process */
  g_assert_cmpint (cam_service_notify_get_watchdog_us (), ==, 0);
  g_unsetenv ("WATCHDOG_PID");
  g_unsetenv ("WATCHDOG_USEC");
}

static void
test_without_systemd (Fixture *fixture, gconstpointer data)
{
  g_unsetenv ("NOTIFY_SOCKET");
  cam_service_notify_ready ();
  g_assert_false (cam_service_notify_keep ("rtsp", &fixture->fd, 1));
  char byte;
  g_assert_cmpint (recv (fixture->fd, &byte, 1, 0), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/service-notify/words", Fixture, NULL, set_up, test_words, tear_down);
  g_test_add ("/service-notify/reloading", Fixture, NULL, set_up, test_reloading, tear_down);
  g_test_add ("/service-notify/descriptors", Fixture, NULL, set_up, test_descriptors, tear_down);
  g_test_add ("/service-notify/watchdog-period", Fixture, NULL, set_up, test_watchdog_period, tear_down);
  g_test_add ("/service-notify/without-systemd", Fixture, NULL, set_up, test_without_systemd, tear_down);
  return g_test_run ();
}
