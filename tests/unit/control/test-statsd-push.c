#include "control/statsd-push.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/statsd-feed.h"
#include "core/log-ring.h"
#include "status-fixture.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)
#define PERIOD_US (20 * 1000)

typedef struct {
  CamConfigSet *config;
  CamLoopThread *loop;
  CamRtspServer *server;
  CamResolver *resolver;
  CamStatusBoard *board;
  CamControlDesk *desk;
  int socket;
  unsigned port;
} Fixture;

static void
listen_there (Fixture *self)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons ((uint16_t) self->port)};
  socklen_t size = sizeof address;
  self->socket = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->socket, (struct sockaddr *) &address, size), ==, 0);
  g_assert_cmpint (getsockname (self->socket, (struct sockaddr *) &address, &size), ==, 0);
  self->port = ntohs (address.sin_port);
}

/* @address: (transfer full), nullable. */
static void
publish (Fixture *self, char *address, unsigned threads)
{
  CamStatus *status = make_up_status (2);
  status->threads = threads;
  status->config = cam_config_set_new ();
  g_free (status->config->server.statsd_address);
  status->config->server.statsd_address = address;
  cam_status_board_publish (self->board, status);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->config = cam_config_set_new ();
  g_strfreev (self->config->server.listen);
  self->config->server.listen = g_strsplit ("127.0.0.1:0", " ", -1);
  self->loop = cam_loop_thread_new ("media0", &error);
  g_assert_no_error (error);
  self->server = cam_rtsp_server_new (self->config, &self->loop, 1, NULL, &error);
  g_assert_no_error (error);
  self->resolver = cam_resolver_new ();
  self->board = cam_status_board_new ();
  self->desk = cam_control_desk_new (&(CamControlSetup){.board = self->board, .server = self->server}, &error);
  g_assert_no_error (error);
  listen_there (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_true (cam_control_desk_stop (self->desk, DEADLINE_US));
  cam_control_desk_free (self->desk);
  cam_status_board_unref (self->board);
  cam_rtsp_server_close (self->server, 0);
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (!cam_rtsp_server_is_gone (self->server))
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
  cam_rtsp_server_free (self->server);
  cam_loop_thread_quit (self->loop);
  g_assert_true (cam_loop_thread_join (self->loop, DEADLINE_US));
  cam_resolver_free (self->resolver);
  cam_config_set_unref (self->config);
  close (self->socket);
}

/* Until a packet has @line. */
static void
await_line (Fixture *self, const char *line)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  char packet[2048];
  do {
    struct pollfd poll_fd = {.fd = self->socket, .events = POLLIN};
    g_assert_cmpint (poll (&poll_fd, 1, DEADLINE_US / 1000), ==, 1);
    ssize_t size = recv (self->socket, packet, sizeof packet - 1, 0);
    g_assert_cmpint (size, >, 0);
    g_assert_cmpint (size, <=, CAM_STATSD_PACKET_BYTES);
    packet[size] = '\0';
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
  } while (strstr (packet, line) == NULL);
}

/* Until the log has exactly @count lines with @text behind line @after. */
static void
await_lines (uint64_t after, const char *text, unsigned count)
{
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  unsigned found = 0;
  while (found < count) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    g_autoptr (GPtrArray) lines = cam_log_ring_list (CAM_LOG_INFO, after, G_MAXUINT);
    found = 0;
    for (unsigned i = 0; i < lines->len; i++)
      found += strstr (((const CamLogRingLine *) g_ptr_array_index (lines, i))->text, text) != NULL;
    g_assert_cmpuint (found, <=, count);
    g_thread_yield ();
  }
}

static void
test_pushed (Fixture *self, gconstpointer data)
{
  publish (self, g_strdup_printf ("127.0.0.1:%u", self->port), 41);
  cam_statsd_push_open (self->desk, self->resolver, PERIOD_US);
  await_line (self, "camrelay_threads:41|g");
  await_line (self, "camrelay_stream_state.camera1.sub.connected:1|g");
  publish (self, g_strdup_printf ("127.0.0.1:%u", self->port), 42);
  await_line (self, "camrelay_threads:42|g");
}

/* Nobody wants metrics at first; then they go here, then there, by a name. */
static void
test_address_changes (Fixture *self, gconstpointer data)
{
  cam_statsd_push_open (self->desk, self->resolver, PERIOD_US);
  publish (self, NULL, 1);
  publish (self, g_strdup (""), 1);
  publish (self, g_strdup_printf ("127.0.0.1:%u", self->port), 2);
  await_line (self, "camrelay_threads:2|g");
  close (self->socket);
  self->port = 0;
  listen_there (self);
  publish (self, g_strdup_printf ("localhost:%u", self->port), 3);
  await_line (self, "camrelay_threads:3|g");
}

/* While nobody listens nothing is lost but metrics, and it is said once, whatever the number of rounds; then they come again. */
static void
test_nobody_listens (Fixture *self, gconstpointer data)
{
  static const char warning[] = "metrics cannot be pushed to";
  static const char relief[] = "metrics are pushed to";
  g_autoptr (GPtrArray) before = cam_log_ring_list (CAM_LOG_DEBUG, 0, 1);
  uint64_t after = before->len > 0 ? ((const CamLogRingLine *) g_ptr_array_index (before, 0))->number : 0;
  close (self->socket);
  publish (self, g_strdup_printf ("127.0.0.1:%u", self->port), 5);
  cam_statsd_push_open (self->desk, self->resolver, PERIOD_US);
  await_lines (after, warning, 1);
  listen_there (self);
  await_line (self, "camrelay_threads:5|g");
  await_lines (after, relief, 1);
  await_lines (after, warning, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_log_ring_open ();
  g_test_add ("/control/statsd-push/pushed", Fixture, NULL, set_up, test_pushed, tear_down);
  g_test_add ("/control/statsd-push/address-changes", Fixture, NULL, set_up, test_address_changes, tear_down);
  g_test_add ("/control/statsd-push/nobody-listens", Fixture, NULL, set_up, test_nobody_listens, tear_down);
  return g_test_run ();
}
