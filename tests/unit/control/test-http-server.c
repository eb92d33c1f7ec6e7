#include "control/http-server.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "serve/serve-error.h"
#include "serve/tcp-listener.h"

typedef struct {
  CamStatusBoard *board; /* ref */
  CamControlDesk *desk;  /* owned */
} Fixture;

static CamConfigSet *
make_config (const char *listen)
{
  CamConfigSet *config = cam_config_set_new ();
  g_strfreev (config->server.http_listen);
  config->server.http_listen = g_strsplit (listen, " ", -1);
  return config;
}

/* @config holds from now on; M has looked @age_us ago. */
static void
publish (Fixture *self, CamConfigSet *config, int64_t age_us)
{
  CamStatus *status = cam_status_new ();
  cam_config_set_unref (status->config);
  status->config = cam_config_set_ref (config);
  status->monotonic_us = g_get_monotonic_time () - age_us;
  cam_status_seal (status);
  cam_status_board_publish (self->board, status);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->board = cam_status_board_new ();
  self->desk = cam_control_desk_new (&(CamControlSetup) {.board = self->board}, NULL);
  g_assert_nonnull (self->desk);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_true (cam_control_desk_stop (self->desk, 5 * G_USEC_PER_SEC));
  cam_control_desk_free (self->desk);
  cam_status_board_unref (self->board);
}

/* The whole answer to GET @path; NULL: nobody listens at @url. */
static char *
ask (const char *url, const char *path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_socket_client_set_timeout (client, 10);
  g_autoptr (GSocketConnection) link = g_socket_client_connect_to_uri (client, url, 80, NULL, NULL);
  if (link == NULL)
    return NULL;
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (link)), request, strlen (request), NULL, NULL, NULL));
  char answer[4096] = {0};
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (link)), answer, sizeof answer - 1, NULL, NULL, NULL);
  return g_strdup (answer);
}

static void
assert_answers (const char *url, const char *path, const char *start, const char *end)
{
  g_autofree char *answer = ask (url, path);
  g_assert_nonnull (answer);
  g_assert_true (g_str_has_prefix (answer, start));
  g_assert_true (g_str_has_suffix (answer, end));
}

/* On every address of this machine. */
static unsigned
find_free_port (void)
{
  static const char *const any[] = {"0.0.0.0:0", NULL};
  int fd = cam_tcp_listener_open (NULL, "http", any[0], any, NULL);
  g_autofree char *url = cam_tcp_listener_describe (fd, "http");
  close (fd);
  return (unsigned) g_ascii_strtoull (strrchr (url, ':') + 1, NULL, 10);
}

static void
change (Fixture *self, CamHttpServer *server, const char *listen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = make_config (listen);
  g_assert_true (cam_http_server_prepare (server, config, &error));
  g_assert_no_error (error);
  publish (self, config, 0);
  cam_http_server_adopt (server);
}

/* Tried, by a reload that comes to nothing. */
static void
abandon (CamHttpServer *server, const char *listen, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = make_config (listen);
  g_assert_cmpint (cam_http_server_prepare (server, config, &error), ==, expected == NULL);
  if (expected != NULL) {
    g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
    g_assert_nonnull (strstr (error->message, expected));
  }
  cam_http_server_abandon (server);
}

static void
test_pages (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = make_config ("127.0.0.1:0");
  CamHttpServer *server = cam_http_server_new (self->desk, config, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (cam_http_server_check (server, &error));
  const char *url = cam_http_server_get_addresses (server)[0];
  assert_answers (url, "/healthz", "HTTP/1.1 200", "{\"alive\":true}");
  assert_answers (url, "/readyz", "HTTP/1.1 503", "{\"ready\":false}");
  assert_answers (url, "/metrics", "HTTP/1.1 503", "}");
  assert_answers (url, "/api/v1/status", "HTTP/1.1 503", "}");
  cam_http_server_set_ready (server, true);
  publish (self, config, 0);
  assert_answers (url, "/readyz", "HTTP/1.1 200", "{\"ready\":true}");
  assert_answers (url, "/api/v1/cameras", "HTTP/1.1 200", "[]");
  publish (self, config, 11 * G_USEC_PER_SEC);
  assert_answers (url, "/healthz", "HTTP/1.1 503", "{\"alive\":false}");
}

/* Where it does not listen any more nobody answers, what stays is the same socket, and what cannot be had leaves all as it was. */
static void
test_another_configuration (Fixture *self, gconstpointer data)
{
  unsigned port = find_free_port ();
  g_autofree char *both = g_strdup_printf ("127.0.0.1:0 127.0.0.2:%u", port);
  g_autofree char *impossible = g_strdup_printf ("127.0.0.1:0 127.0.0.3:%u 192.0.2.1:1", port);
  g_autofree char *wider = g_strdup_printf ("127.0.0.1:0 0.0.0.0:%u", port);
  g_autofree char *second = g_strdup_printf ("http://127.0.0.2:%u", port);
  g_autoptr (CamConfigSet) config = make_config (both);
  CamHttpServer *server = cam_http_server_new (self->desk, config, NULL, NULL);
  g_autofree char *first = g_strdup (cam_http_server_get_addresses (server)[0]);

  abandon (server, impossible, "192.0.2.1:1");
  abandon (server, wider, NULL);
  abandon (server, "127.0.0.4:0", NULL);
  g_assert_cmpuint (g_strv_length ((char **) cam_http_server_get_addresses (server)), ==, 2);
  g_assert_cmpstr (cam_http_server_get_addresses (server)[1], ==, second);
  assert_answers (first, "/healthz", "HTTP/1.1 200", "}");
  assert_answers (second, "/healthz", "HTTP/1.1 200", "}");

  change (self, server, wider);
  g_assert_cmpstr (cam_http_server_get_addresses (server)[0], ==, first);
  assert_answers (first, "/healthz", "HTTP/1.1 200", "}");
  assert_answers (second, "/healthz", "HTTP/1.1 200", "}");

  change (self, server, "127.0.0.4:0");
  assert_answers (cam_http_server_get_addresses (server)[0], "/healthz", "HTTP/1.1 200", "}");
  g_assert_null (ask (first, "/healthz"));
  g_assert_null (ask (second, "/healthz"));
}

static void
test_taken (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = make_config ("127.0.0.1:0 192.0.2.1:1");
  g_assert_null (cam_http_server_new (self->desk, config, NULL, &error));
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_BIND);
  g_assert_nonnull (strstr (error->message, "192.0.2.1:1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/control/http-server/pages", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/control/http-server/another-configuration", Fixture, NULL, set_up, test_another_configuration, tear_down);
  g_test_add ("/control/http-server/taken", Fixture, NULL, set_up, test_taken, tear_down);
  return g_test_run ();
}
