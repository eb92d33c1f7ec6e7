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
    int fd = cam_tcp_listener_open (NULL, "rtsp", addresses[i], addresses, &error);
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
  int first = cam_tcp_listener_open (NULL, "rtsp", any[0], any, NULL);
  g_autofree char *url = cam_tcp_listener_describe (first, "http");
  const char *const taken[] = {url + strlen ("http://"), NULL};
  g_assert_cmpint (cam_tcp_listener_open (NULL, "rtsp", taken[0], taken, &error), ==, -1);
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  g_assert_nonnull (strstr (error->message, taken[0]));
  close (first);
}

static void
note_name (const char *name, int fd, gpointer data)
{
  g_ptr_array_add (data, g_strdup (name));
}

static void
note_forgotten (const char *name, gpointer data)
{
  g_ptr_array_add (data, g_strconcat ("not ", name, NULL));
}

/* What one process opened the next one is given; what the next one has no use for does not keep it from the port. */
static void
test_handed (void)
{
  static const char *const addresses[] = {"127.0.0.1:0", NULL};
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  CamHandedSockets *handed = cam_handed_sockets_new (&(CamSocketKeeper){.keep = note_name, .forget = note_forgotten, .data = names});
  int first = cam_tcp_listener_open (handed, "rtsp", addresses[0], addresses, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 1);
  g_assert_true (cam_handed_sockets_add (handed, names->pdata[0], dup (first), &error));
  int second = cam_tcp_listener_open (handed, "rtsp", addresses[0], addresses, &error);
  g_autofree char *first_url = cam_tcp_listener_describe (first, "rtsp");
  g_autofree char *second_url = cam_tcp_listener_describe (second, "rtsp");
  g_assert_cmpstr (second_url, ==, first_url);
  g_assert_cmpuint (names->len, ==, 1); /* kept already */
  assert_is_called (second);

  close (second);
  g_assert_true (cam_handed_sockets_add (handed, names->pdata[0], dup (first), &error));
  const char *const others[] = {first_url + strlen ("rtsp://"), NULL};
  int third = cam_tcp_listener_open (handed, "http", others[0], others, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 3);
  g_assert_true (g_str_has_prefix (names->pdata[1], "not kept-rtsp-"));
  g_assert_true (g_str_has_prefix (names->pdata[2], "kept-http-"));
  close (third);
  close (first);
  cam_handed_sockets_free (handed);
}

static void
test_unreadable (void)
{
  static const char *const wrong[] = {"127.0.0.1", "127.0.0.1:", "192.0.2.1:0", NULL};
  for (unsigned i = 0; wrong[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (cam_tcp_listener_open (NULL, "rtsp", wrong[i], wrong, &error), ==, -1);
    g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve/tcp-listener/open", test_open);
  g_test_add_func ("/serve/tcp-listener/taken", test_taken);
  g_test_add_func ("/serve/tcp-listener/handed", test_handed);
  g_test_add_func ("/serve/tcp-listener/unreadable", test_unreadable);
  return g_test_run ();
}
