/* Clients of an rtsps:// port on their way in, at a server on real loops. */
#include "rtsp-fixture.h"
#include "tls-fixture.h"

#include "serve/tls-handshakes.h"
#include "wire/tls-record.h"

static void
configure (CamServerConfig *config, const char *certificate, const char *key)
{
  g_strfreev (config->listen_tls);
  g_free (config->certificate);
  g_free (config->private_key);
  config->listen_tls = g_strsplit ("127.0.0.1:0", " ", 0);
  config->certificate = tls_file (certificate);
  config->private_key = key != NULL ? tls_file (key) : NULL;
}

static void
sealed_set_up (RtspFixture *self, gconstpointer data)
{
  fixture_init (self);
  configure (&self->config->server, "first.pem", "first.key");
  fixture_start (self);
  fixture_go_live (self, true);
}

/* To the sealed listener; the far end of TLS is not there yet. */
static CamSocketStream *
knock (const RtspFixture *self)
{
  const char *url = cam_rtsp_server_get_addresses (self->server)[1];
  g_assert_true (g_str_has_prefix (url, "rtsps://127.0.0.1:"));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl (INADDR_LOOPBACK)}, .sin_port = htons ((uint16_t) atoi (strrchr (url, ':') + 1))};
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return cam_socket_stream_new (fd, g_get_monotonic_time () + TLS_PATIENCE_US);
}

static void
say (CamSocketStream *client, const void *bytes, size_t size)
{
  g_assert_cmpint (send (cam_socket_stream_get_fd (client), bytes, size, MSG_NOSIGNAL), ==, (ssize_t) size);
}

/* What the server said until it closed. */
static char *
hear_all (CamSocketStream *client)
{
  char text[256] = {0};
  gsize size = 0;
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (client)), text, sizeof text - 1, &size, NULL, NULL);
  return g_memdup2 (text, size + 1);
}

static unsigned
count_clients (const RtspFixture *self)
{
  return cam_rtsp_server_get_counters (self->server).connections;
}

/* One request over TLS, the stream being on another loop than the one that accepts. */
static void
assert_is_served (const RtspFixture *self)
{
  static const char request[] = "DESCRIBE rtsps://relay/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n";
  static const char expected[] = "RTSP/1.0 200 OK\r\n";
  char answer[sizeof expected] = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (CamSocketStream) client = knock (self);
  g_autoptr (GTlsConnection) tls = cam_tls_call_anybody (G_IO_STREAM (client), &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (tls)), request, strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (tls)), answer, strlen (expected), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, expected);
}

static void
test_served (RtspFixture *self, gconstpointer data)
{
  assert_is_served (self);
  AWAIT (count_clients (self) == 0);
}

static void
test_the_listeners_answer_from_inside (RtspFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cam_rtsp_server_check (self->server, &error));
  g_assert_no_error (error);
}

static void
test_turned_away (RtspFixture *self, gconstpointer data)
{
  static const uint8_t old[] = {0x16, 0x03, 0x01, 0x00, 0x90, 0x01, 0x00, 0x00, 0x8c, 0x03, 0x02, 0x55};
  static const char plain[] = "OPTIONS * RTSP/1.0\r\n\r\n";
  g_autoptr (CamSocketStream) first = knock (self);
  say (first, old, sizeof old);
  g_autofree char *alert = hear_all (first);
  g_assert_cmpmem (alert, CAM_TLS_ALERT_BYTES, CAM_TLS_ALERT_OLD, CAM_TLS_ALERT_BYTES);
  g_autoptr (CamSocketStream) second = knock (self);
  say (second, plain, strlen (plain));
  g_autofree char *answer = hear_all (second);
  g_assert_true (g_str_has_prefix (answer, "RTSP/1.0 400 "));
  AWAIT (count_clients (self) == 0);
}

/* A greeting's begin that is not whole waits; its end is noticed in either case. */
static void
test_leaves_early (RtspFixture *self, gconstpointer data)
{
  static const uint8_t greeting[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03};
  for (size_t said = 0; said <= sizeof greeting; said++) {
    g_autoptr (CamSocketStream) client = knock (self);
    say (client, greeting, said);
    AWAIT (count_clients (self) == 1);
    g_clear_object (&client);
    AWAIT (count_clients (self) == 0);
  }
}

/* All places are taken by clients that greet and say no more: others are let in when those were sent away, and all are gone with the server. */
static void
test_places_are_taken_in_turn (RtspFixture *self, gconstpointer data)
{
  static const uint8_t greeting[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03};
  CamSocketStream *slow[CAM_TLS_PLACES];
  for (size_t i = 0; i < CAM_TLS_PLACES; i++) {
    slow[i] = knock (self);
    say (slow[i], greeting, sizeof greeting);
  }
  AWAIT (count_clients (self) == CAM_TLS_PLACES);
  int64_t before_us = g_get_monotonic_time ();
  assert_is_served (self);
  g_assert_cmpint (g_get_monotonic_time () - before_us, >=, CAM_TLS_PATIENCE_US / 2);
  for (size_t i = 0; i < CAM_TLS_PLACES; i++) {
    g_autofree char *nothing = hear_all (slow[i]);
    g_assert_cmpstr (nothing, ==, "");
    g_object_unref (slow[i]);
  }
}

static void
test_closed_while_clients_are_on_their_way (RtspFixture *self, gconstpointer data)
{
  static const uint8_t greeting[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03};
  CamSocketStream *clients[CAM_TLS_PLACES + 4];
  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++) {
    clients[i] = knock (self);
    say (clients[i], greeting, i % 2 == 0 ? sizeof greeting : 3);
  }
  AWAIT (count_clients (self) == G_N_ELEMENTS (clients));
  cam_rtsp_server_close (self->server, G_USEC_PER_SEC);
  AWAIT (cam_rtsp_server_is_gone (self->server));
  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++)
    g_object_unref (clients[i]);
}

static void
test_no_identity_no_server (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  g_assert_true (cam_rtsp_server_check_config (config, &error));
  configure (&config->server, "missing.pem", NULL);
  g_assert_false (cam_rtsp_server_check_config (config, &error));
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS);
  g_clear_error (&error);
  configure (&config->server, "second.pem", NULL);
  g_assert_true (cam_rtsp_server_check_config (config, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/tls-handshakes/" name, RtspFixture, NULL, sealed_set_up, func, fixture_tear_down)
  ADD ("served", test_served);
  ADD ("the-listeners-answer-from-inside", test_the_listeners_answer_from_inside);
  ADD ("turned-away", test_turned_away);
  ADD ("leaves-early", test_leaves_early);
  ADD ("places-are-taken-in-turn", test_places_are_taken_in_turn);
  ADD ("closed-while-clients-are-on-their-way", test_closed_while_clients_are_on_their_way);
  g_test_add_func ("/tls-handshakes/no-identity-no-server", test_no_identity_no_server);
  return g_test_run ();
}
