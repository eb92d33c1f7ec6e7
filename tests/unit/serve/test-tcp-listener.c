#include "serve/tcp-listener.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "serve/serve-error.h"

static void
assert_is_called (int listener)
{
  int call = cam_tcp_listener_call (listener);
  g_assert_cmpint (call, >=, 0);
  struct pollfd poll_fd = {.fd = listener, .events = POLLIN};
  g_assert_cmpint (poll (&poll_fd, 1, 10000), ==, 1);
  close (call);
}

static void
test_open (void)
{
  static const char *const addresses[] = {"127.0.0.1:0", "0.0.0.0:0", NULL};
  for (unsigned i = 0; addresses[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    int fd = cam_tcp_listener_open (addresses[i], addresses, &error);
    g_assert_no_error (error);
    g_assert_cmpint (fd, >=, 0);
    g_autofree char *url = cam_tcp_listener_describe (fd, "http");
    g_assert_true (g_str_has_prefix (url, i == 0 ? "http://127.0.0.1:" : "http://0.0.0.0:"));
    g_assert_false (g_str_has_suffix (url, ":0"));
    assert_is_called (fd);
    close (fd);
  }
}

static void
test_taken (void)
{
  static const char *const any[] = {"127.0.0.1:0", NULL};
  g_autoptr (GError) error = NULL;
  int first = cam_tcp_listener_open (any[0], any, NULL);
  g_autofree char *url = cam_tcp_listener_describe (first, "http");
  const char *const taken[] = {url + strlen ("http://"), NULL};
  g_assert_cmpint (cam_tcp_listener_open (taken[0], taken, &error), ==, -1);
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  g_assert_nonnull (strstr (error->message, taken[0]));
  close (first);
}

static void
test_unreadable (void)
{
  static const char *const wrong[] = {"127.0.0.1", "127.0.0.1:", "192.0.2.1:0", NULL};
  for (unsigned i = 0; wrong[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (cam_tcp_listener_open (wrong[i], wrong, &error), ==, -1);
    g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve/tcp-listener/open", test_open);
  g_test_add_func ("/serve/tcp-listener/taken", test_taken);
  g_test_add_func ("/serve/tcp-listener/unreadable", test_unreadable);
  return g_test_run ();
}
