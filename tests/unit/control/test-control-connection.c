#include "control/control-connection.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/order-book.h"
#include "status-fixture.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)

/* A desk without a server or supervisor, on whose thread one connection lives; the other end is the test's. */
typedef struct {
  CamStatusBoard *board; /* ref */
  CamControlDesk *desk;  /* owned */
  CamRole role;
  CamControlConnection *connection; /* owned; H's */
  int theirs, ours;
  gint has_gone; /* atomic */
} Fixture;

static void
on_gone (CamControlConnection *connection, gpointer data)
{
  Fixture *fixture = data;
  g_assert_true (connection == fixture->connection);
  g_clear_pointer (&fixture->connection, cam_control_connection_free);
  g_atomic_int_set (&fixture->has_gone, 1);
}

static void
on_connect (gpointer data)
{
  Fixture *fixture = data;
  const CamControlConnectionSetup setup = {.desk = fixture->desk, .role = fixture->role, .who = "a test", .gone = on_gone, .data = fixture};
  fixture->connection = cam_control_connection_new (&setup, fixture->theirs);
  g_assert_nonnull (fixture->connection);
}

static void
close_door (gpointer door)
{
  Fixture *fixture = door;
  g_clear_pointer (&fixture->connection, cam_control_connection_free);
}

static void
set_up (Fixture *fixture, gconstpointer role)
{
  int fds[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (fcntl (fds[0], F_SETFL, O_NONBLOCK), ==, 0);
  *fixture = (Fixture){.board = cam_status_board_new (), .role = (CamRole) GPOINTER_TO_INT (role), .theirs = fds[0], .ours = fds[1]};
  CamStatus *status = make_up_status (1);
  status->config = cam_config_set_new ();
  cam_status_board_publish (fixture->board, status);
  g_autoptr (GError) error = NULL;
  fixture->desk = cam_control_desk_new (&(CamControlSetup){.board = fixture->board}, &error);
  g_assert_no_error (error);
  cam_control_desk_add_door (fixture->desk, fixture, close_door, NULL);
  cam_loop_thread_post (cam_control_desk_get_loop (fixture->desk), on_connect, fixture, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer role)
{
  g_assert_true (cam_control_desk_stop (fixture->desk, DEADLINE_US));
  g_assert_true (cam_control_desk_stop (fixture->desk, DEADLINE_US));
  cam_control_desk_free (fixture->desk);
  cam_status_board_unref (fixture->board);
  close (fixture->ours);
}

static void
send_text (const Fixture *fixture, const char *text)
{
  g_assert_cmpint (write (fixture->ours, text, strlen (text)), ==, (ssize_t) strlen (text));
}

/* The next line, "" at the end. (transfer full) */
static char *
read_line (const Fixture *fixture)
{
  const struct timeval patience = {.tv_sec = DEADLINE_US / G_USEC_PER_SEC};
  setsockopt (fixture->ours, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  GString *line = g_string_new (NULL);
  char character;
  while (read (fixture->ours, &character, 1) == 1 && character != '\n')
    g_string_append_c (line, character);
  return g_string_free (line, FALSE);
}

static void
assert_answer (const Fixture *fixture, const char *request, const char *part)
{
  send_text (fixture, request);
  g_autofree char *line = read_line (fixture);
  if (strstr (line, part) == NULL)
    g_error ("no '%s' in '%s'", part, line);
}

static void
test_requests (Fixture *fixture, gconstpointer role)
{
  assert_answer (fixture, "{\"verb\":\"status\",\"tag\":5}\n", "\"tag\":5}");
  assert_answer (fixture, "{\"verb\":\"health\"}\n", "{\"ok\":true,\"result\":{");
  assert_answer (fixture, "{\"verb\":\"camera\",\"name\":\"nobody\"}\n", "\"code\":\"not-found\"");
  assert_answer (fixture, "nonsense\n", "\"code\":\"bad-request\"");
  assert_answer (fixture, "{\"verb\":[]}\n", "\"code\":\"bad-request\"");
  assert_answer (fixture, "{\"verb\":\"fly\"}\n", "\"code\":\"not-found\"");
  /* The tag of a request is not the next one's. */
  assert_answer (fixture, "{\"verb\":\"fly\",\"tag\":\"x\"}\n", "\"tag\":\"x\"");
  assert_answer (fixture, "{\"verb\":\"fly\"}\n", "\"details\":[]}}");
}

/* What would not come out as it went in is refused: what json-glib writes of it is no JSON, or another number. */
static void
test_tags (Fixture *fixture, gconstpointer role)
{
  static const char *const good[] = {"0", "-123456789012345678", "\"\"", "\"\\u007f\\n\"", "null"};
  for (unsigned i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *request = g_strdup_printf ("{\"verb\":\"health\",\"tag\":%s}\n", good[i]);
    g_autofree char *answer = g_strdup_printf (",\"tag\":%s}", good[i]);
    assert_answer (fixture, request, answer);
  }
  static const char *const bad[] = {"1e300", "1e999", "0.1", "[1]", "{}", "true", "99999999999999999999"};
  for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *request = g_strdup_printf ("{\"verb\":\"health\",\"tag\":%s}\n", bad[i]);
    assert_answer (fixture, request, "\"code\":\"bad-request\"");
  }
}

static void
test_pieces (Fixture *fixture, gconstpointer role)
{
  static const char text[] = "{\"verb\":\"health\",\"tag\":1}\n{\"verb\":\"health\",\"tag\":2}";
  for (const char *at = text; *at != '\0'; at++)
    g_assert_cmpint (write (fixture->ours, at, 1), ==, 1);
  g_assert_cmpint (shutdown (fixture->ours, SHUT_WR), ==, 0);
  g_autofree char *first = read_line (fixture);
  g_autofree char *second = read_line (fixture);
  g_autofree char *end = read_line (fixture);
  g_assert_true (g_str_has_suffix (first, "\"tag\":1}"));
  g_assert_true (g_str_has_suffix (second, "\"tag\":2}"));
  g_assert_cmpstr (end, ==, "");
}

/* Who says nothing at all, or nothing more, is let go without a word. */
static void
test_nothing (Fixture *fixture, gconstpointer role)
{
  g_assert_cmpint (shutdown (fixture->ours, SHUT_WR), ==, 0);
  g_autofree char *end = read_line (fixture);
  g_assert_cmpstr (end, ==, "");
}

static void
test_role (Fixture *fixture, gconstpointer role)
{
  static const struct {
    const char *request;
    CamRole least;
  } rows[] = {
      {"{\"verb\":\"status\"}\n", CAM_ROLE_VIEWER},
      {"{\"verb\":\"log\"}\n", CAM_ROLE_OPERATOR},
      {"{\"verb\":\"retry\"}\n", CAM_ROLE_OPERATOR},
      {"{\"verb\":\"enable\"}\n", CAM_ROLE_OPERATOR},
      {"{\"verb\":\"add\"}\n", CAM_ROLE_ADMIN},
      {"{\"verb\":\"remove\"}\n", CAM_ROLE_ADMIN},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    send_text (fixture, rows[i].request);
    g_autofree char *line = read_line (fixture);
    g_assert_true ((strstr (line, "\"code\":\"forbidden\"") != NULL) == (fixture->role < rows[i].least));
  }
}

/* M does not run in this test: what waits for it is over when the desk stops. */
static void
test_stop (Fixture *fixture, gconstpointer role)
{
  send_text (fixture, "{\"verb\":\"check\"}\n{\"verb\":\"check\"}\n");
  g_assert_true (cam_control_desk_stop (fixture->desk, DEADLINE_US));
  char last[64];
  g_assert_cmpint (read (fixture->ours, last, sizeof last), <=, 0); /* closed with its door; nothing is left of what was asked */
}

typedef struct {
  unsigned busy, answered;
} Tally;

static void
on_answer (CamAnswerKind kind, JsonNode *result, const char *message, GPtrArray *details, gpointer data)
{
  Tally *tally = data;
  g_assert_cmpint (kind, ==, CAM_ANSWER_BUSY);
  tally->answered++;
  tally->busy += strstr (message, "too many") != NULL;
}

typedef struct {
  Fixture *fixture;
  Tally tally;
} Ordering;

static void
on_order (gpointer data)
{
  Ordering *ordering = data;
  g_autoptr (JsonObject) arguments = json_object_new ();
  for (unsigned i = 0; i < CAM_ORDERS_MAX + 2; i++)
    cam_request_run (ordering->fixture->desk, CAM_VERB_CHECK, arguments, CAM_ROLE_ADMIN, "a test", on_answer, &ordering->tally);
}

/* More orders than may wait are refused at once, the others when the desk stops. */
static void
test_bound (Fixture *fixture, gconstpointer role)
{
  Ordering ordering = {.fixture = fixture};
  cam_loop_thread_post (cam_control_desk_get_loop (fixture->desk), on_order, &ordering, NULL);
  g_assert_true (cam_control_desk_stop (fixture->desk, DEADLINE_US));
  g_assert_cmpuint (ordering.tally.busy, ==, 2);
  g_assert_cmpuint (ordering.tally.answered, ==, CAM_ORDERS_MAX + 2);
}

/* Whoever hangs up is let go, also with half a line and with answers on their way. */
static void
test_hang_up (Fixture *fixture, gconstpointer role)
{
  send_text (fixture, "{\"verb\":\"check\"}\n{\"verb\":\"sta");
  close (fixture->ours);
  fixture->ours = -1;
  int64_t deadline_us = g_get_monotonic_time () + DEADLINE_US;
  while (g_atomic_int_get (&fixture->has_gone) == 0 && g_get_monotonic_time () < deadline_us)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&fixture->has_gone), ==, 1);
}

static void
add (const char *path, CamRole role, void (*test) (Fixture *fixture, gconstpointer role))
{
  g_test_add (path, Fixture, GINT_TO_POINTER (role), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/control-connection/requests", CAM_ROLE_ADMIN, test_requests);
  add ("/control-connection/tags", CAM_ROLE_ADMIN, test_tags);
  add ("/control-connection/pieces", CAM_ROLE_ADMIN, test_pieces);
  add ("/control-connection/nothing", CAM_ROLE_ADMIN, test_nothing);
  add ("/control-connection/viewer", CAM_ROLE_VIEWER, test_role);
  add ("/control-connection/operator", CAM_ROLE_OPERATOR, test_role);
  add ("/control-connection/admin", CAM_ROLE_ADMIN, test_role);
  add ("/control-connection/stop", CAM_ROLE_ADMIN, test_stop);
  add ("/control-connection/bound", CAM_ROLE_ADMIN, test_bound);
  add ("/control-connection/hang-up", CAM_ROLE_ADMIN, test_hang_up);
  return g_test_run ();
}
