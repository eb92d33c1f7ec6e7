/* Listening and letting in: addresses, limits of descriptors, many at once. */
#include "rtsp-fixture.h"

#include <sys/resource.h>

#include "serve/rtsp-listeners.h"

static CamRtspListeners *
listen_on (const char *addresses, GError **error)
{
  g_auto (GStrv) list = g_strsplit (addresses, " ", 0);
  return cam_rtsp_listeners_new ((const char *const *) list, NULL, NULL, error);
}

static void
test_addresses (void)
{
  g_autoptr (GError) error = NULL;
  CamRtspListeners *listeners = listen_on ("127.0.0.1:0 [::1]:0 [::]:0 0.0.0.0:0", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cam_rtsp_listeners_count (listeners), ==, 4);
  const char *const *urls = cam_rtsp_listeners_get_urls (listeners);
  const char *prefixes[] = {"rtsp://127.0.0.1:", "rtsp://[::1]:", "rtsp://[::]:", "rtsp://0.0.0.0:"};
  for (unsigned i = 0; i < 4; i++) {
    g_assert_true (g_str_has_prefix (urls[i], prefixes[i]));
    g_assert_cmpint (atoi (strrchr (urls[i], ':') + 1), >, 0);
  }
  g_assert_null (urls[4]);
  cam_rtsp_listeners_free (listeners);
}

/* "[::]" takes IPv4 too, unless somebody else wants it on that port. */
static void
test_both_families_on_one_port (void)
{
  g_autoptr (GError) error = NULL;
  CamRtspListeners *probe = listen_on ("0.0.0.0:0", &error);
  g_assert_no_error (error);
  g_autofree char *port = g_strdup (strrchr (cam_rtsp_listeners_get_urls (probe)[0], ':'));
  cam_rtsp_listeners_free (probe);
  g_autofree char *both = g_strdup_printf ("[::]%s 0.0.0.0%s", port, port);
  CamRtspListeners *listeners = listen_on (both, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cam_rtsp_listeners_count (listeners), ==, 2);
  cam_rtsp_listeners_free (listeners);
}

static void
test_what_cannot_be_bound_is_named (void)
{
  g_autoptr (GError) error = NULL;
  CamRtspListeners *first = listen_on ("127.0.0.1:0", &error);
  g_assert_no_error (error);
  const char *taken = cam_rtsp_listeners_get_urls (first)[0] + strlen ("rtsp://");
  g_autofree char *expected = g_strdup_printf ("cannot listen on '%s': Address already in use", taken);
  g_assert_null (listen_on (taken, &error));
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  g_assert_cmpstr (error->message, ==, expected);
  cam_rtsp_listeners_free (first);

  const char *wrong[] = {"192.0.2.1:8554", "127.0.0.1", "127.0.0.1:", "[::1:8554", "host.invalid:8554"};
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_clear_error (&error);
    g_assert_null (listen_on (wrong[i], &error));
    g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
    g_assert_nonnull (strstr (error->message, wrong[i]));
  }
}

/* Nobody accepts: the check says which address does not answer. */
static void
test_a_deaf_listener_is_found_out (void)
{
  g_autoptr (GError) error = NULL;
  CamRtspListeners *listeners = listen_on ("127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_assert_false (cam_rtsp_listeners_check (listeners, &error));
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  g_assert_nonnull (strstr (error->message, cam_rtsp_listeners_get_urls (listeners)[0]));
  cam_rtsp_listeners_free (listeners);
}

static void
listen_everywhere (RtspFixture *fixture)
{
  fixture_init (fixture);
  g_strfreev (fixture->config->server.listen);
  fixture->config->server.listen = g_strsplit ("[::1]:0 127.0.0.1:0", " ", 0);
  fixture_start (fixture);
}

static void
test_several_listeners (RtspFixture *fixture, gconstpointer data)
{
  listen_everywhere (fixture);
  g_autoptr (GError) error = NULL;
  g_assert_true (cam_rtsp_server_check (fixture->server, &error));
  g_assert_no_error (error);
  RtspClient client;
  client_connect (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "OPTIONS", "*", ""), ==, 200);
  client_close (&client);
}

static rlim_t
lowest_free_descriptor (void)
{
  int fd = dup (0);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  return (rlim_t) fd;
}

/* Without a free descriptor nobody is let in, and nobody who is in notices; then all come in. */
static void
test_descriptors_run_out (RtspFixture *fixture, gconstpointer data)
{
  enum { CLIENTS = 20 };
  fixture_init (fixture);
  fixture_start (fixture);
  RtspClient inside;
  client_connect (&inside, fixture);
  g_assert_cmpint (client_ask_status (&inside, "OPTIONS", "*", ""), ==, 200);

  const struct timeval patience = {.tv_sec = WATCHDOG_S};
  RtspClient clients[CLIENTS];
  for (unsigned i = 0; i < CLIENTS; i++) {
    clients[i] = (RtspClient){.fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .framing = cam_rtsp_framing_new (65536, true)};
    clients[i].frames = g_ptr_array_new ();
    setsockopt (clients[i].fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  struct rlimit before;
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  struct rlimit none = {.rlim_cur = lowest_free_descriptor (), .rlim_max = before.rlim_max};
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  for (unsigned i = 0; i < CLIENTS; i++) {
    g_assert_cmpint (connect (clients[i].fd, (const struct sockaddr *) &fixture->address, fixture->address_size), ==, 0);
    client_send_request (&clients[i], "OPTIONS", "*", "");
  }
  for (unsigned i = 0; i < 10; i++)
    g_assert_cmpint (client_ask_status (&inside, "OPTIONS", "*", ""), ==, 200);
  g_assert_cmpuint (cam_rtsp_server_get_counters (fixture->server).accepted, ==, 1);

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  for (unsigned i = 0; i < CLIENTS; i++) {
    g_autoptr (CamRtspMessage) answer = client_await_answer (&clients[i]);
    g_assert_cmpint (answer->status, ==, 200);
    client_close (&clients[i]);
  }
  client_close (&inside);
}

static void
no_set_up (RtspFixture *fixture, gconstpointer data)
{
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front-door/addresses", test_addresses);
  g_test_add_func ("/front-door/both-families-on-one-port", test_both_families_on_one_port);
  g_test_add_func ("/front-door/what-cannot-be-bound-is-named", test_what_cannot_be_bound_is_named);
  g_test_add_func ("/front-door/a-deaf-listener-is-found-out", test_a_deaf_listener_is_found_out);
  g_test_add ("/front-door/several-listeners", RtspFixture, NULL, no_set_up, test_several_listeners, fixture_tear_down);
  g_test_add ("/front-door/descriptors-run-out", RtspFixture, NULL, no_set_up, test_descriptors_run_out, fixture_tear_down);
  return g_test_run ();
}
