#include "control/http-door.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 20 };

#define PATIENCE_US (5 * G_USEC_PER_SEC)

typedef struct {
  CamLoopThread *loop;
  CamHttpDoor *door;
  int listener; /* the door's, from open on */
  struct sockaddr_in address;
  GMutex held;      /* while the loop is to wait */
  GArray *turns_us; /* of int64_t: when each was asked; the loop's */
} Fixture;

/* Whoever has his turn is answered at once. */
static void
on_asked (CamHttpConnection *connection, gpointer data)
{
  Fixture *fixture = data;
  int64_t now_us = cam_loop_thread_now_us (fixture->loop);
  g_array_append_val (fixture->turns_us, now_us);
  g_assert_cmpstr (cam_http_connection_get_head (connection)->path, ==, "/");
  cam_http_connection_refuse (connection, 503, "not today");
}

static void
on_open (gpointer data)
{
  Fixture *fixture = data;
  cam_http_door_open (fixture->door, fixture->listener);
}

static void
on_close (gpointer data)
{
  Fixture *fixture = data;
  cam_http_door_close (fixture->door);
}

static void
on_hold (gpointer data)
{
  Fixture *fixture = data;
  g_mutex_lock (&fixture->held);
  g_mutex_unlock (&fixture->held);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t length = sizeof fixture->address;
  fixture->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fixture->listener, (struct sockaddr *) &fixture->address, length), ==, 0);
  g_assert_cmpint (listen (fixture->listener, CLIENTS), ==, 0);
  g_assert_cmpint (getsockname (fixture->listener, (struct sockaddr *) &fixture->address, &length), ==, 0);
  g_mutex_init (&fixture->held);
  fixture->turns_us = g_array_new (FALSE, FALSE, sizeof (int64_t));
  fixture->loop = cam_loop_thread_new ("http", &error);
  g_assert_no_error (error);
  fixture->door = cam_http_door_new (fixture->loop, on_asked, fixture);
  cam_loop_thread_post (fixture->loop, on_open, fixture, NULL);
}

static void
end_loop (Fixture *fixture)
{
  if (fixture->loop == NULL)
    return;
  cam_loop_thread_post (fixture->loop, on_close, fixture, NULL);
  cam_loop_thread_quit (fixture->loop);
  g_assert_true (cam_loop_thread_join (g_steal_pointer (&fixture->loop), PATIENCE_US));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  end_loop (fixture);
  cam_http_door_free (fixture->door);
  g_array_unref (fixture->turns_us);
  g_mutex_clear (&fixture->held);
}

static int
dial_and_ask (const Fixture *fixture)
{
  static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const struct timeval patience = {.tv_sec = PATIENCE_US / G_USEC_PER_SEC};
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);
  g_assert_cmpint (connect (fd, (const struct sockaddr *) &fixture->address, sizeof fixture->address), ==, 0);
  g_assert_cmpint (send (fd, request, strlen (request), MSG_NOSIGNAL), ==, strlen (request));
  return fd;
}

/* All ask while the loop looks elsewhere, and each is answered in a turn of his own. */
static void
test_one_a_turn (Fixture *fixture, gconstpointer data)
{
  int clients[CLIENTS];
  g_mutex_lock (&fixture->held);
  cam_loop_thread_post (fixture->loop, on_hold, fixture, NULL);
  for (unsigned i = 0; i < CLIENTS; i++)
    clients[i] = dial_and_ask (fixture);
  g_mutex_unlock (&fixture->held);
  for (unsigned i = 0; i < CLIENTS; i++) {
    char answer[512] = "";
    g_assert_cmpint (recv (clients[i], answer, sizeof answer - 1, 0), >, 0);
    g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 503 "));
    close (clients[i]);
  }
  end_loop (fixture);
  g_assert_cmpuint (fixture->turns_us->len, ==, CLIENTS);
  for (unsigned i = 1; i < CLIENTS; i++)
    g_assert_cmpint (g_array_index (fixture->turns_us, int64_t, i), >, g_array_index (fixture->turns_us, int64_t, i - 1));
}

/* Who has asked and leaves before his turn, or is there when the door closes, is forgotten. */
static void
test_leaving (Fixture *fixture, gconstpointer data)
{
  g_mutex_lock (&fixture->held);
  cam_loop_thread_post (fixture->loop, on_hold, fixture, NULL);
  for (unsigned i = 0; i < CLIENTS; i++) {
    int client = dial_and_ask (fixture);
    const struct linger at_once = {.l_onoff = 1};
    g_assert_cmpint (setsockopt (client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), ==, 0);
    close (client);
  }
  g_mutex_unlock (&fixture->held);
  end_loop (fixture);
  g_assert_cmpuint (cam_http_door_count (fixture->door), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http-door/one-a-turn", Fixture, NULL, set_up, test_one_a_turn, tear_down);
  g_test_add ("/http-door/leaving", Fixture, NULL, set_up, test_leaving, tear_down);
  return g_test_run ();
}
