#include "serve/client-link.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  CamClientLink *link;
  int client;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  int ends[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
  self->link = cam_client_link_new (ends[0]);
  self->client = ends[1];
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_client_link_free (self->link, false);
  close (self->client);
}

static void
test_plain_reads (Fixture *self, gconstpointer data)
{
  uint8_t bytes[8192] = {0};
  g_assert_cmpuint (cam_client_link_get_read_bytes (self->link), <=, sizeof bytes);
  g_assert_cmpint (cam_client_link_read (self->link, bytes, sizeof bytes), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
  g_assert_cmpint (write (self->client, "OPTIONS", 7), ==, 7);
  g_assert_cmpint (cam_client_link_read (self->link, bytes, sizeof bytes), ==, 7);
  g_assert_cmpmem (bytes, 7, "OPTIONS", 7);
  shutdown (self->client, SHUT_WR);
  g_assert_cmpint (cam_client_link_read (self->link, bytes, sizeof bytes), ==, 0);
}

static void
test_plain_writes_in_order (Fixture *self, gconstpointer data)
{
  char first[] = "one ";
  char second[] = "two";
  const struct iovec vectors[] = {{.iov_base = first, .iov_len = 4}, {.iov_base = second, .iov_len = 3}};
  g_assert_cmpint (cam_client_link_write (self->link, vectors, 2), ==, 7);
  cam_client_link_shut (self->link);
  char text[16] = {0};
  g_assert_cmpint (read (self->client, text, sizeof text), ==, 7);
  g_assert_cmpstr (text, ==, "one two");
  g_assert_cmpint (read (self->client, text, sizeof text), ==, 0);
}

static void
test_plain_full_is_told (Fixture *self, gconstpointer data)
{
  enum { CHUNK = 65536 };
  g_autofree uint8_t *chunk = g_malloc0 (CHUNK);
  const struct iovec vector = {.iov_base = chunk, .iov_len = CHUNK};
  ssize_t written = 0;
  do
    written = cam_client_link_write (self->link, &vector, 1);
  while (written > 0);
  g_assert_cmpint (errno, ==, EAGAIN);
}

static void
test_plain_discards (Fixture *self, gconstpointer data)
{
  g_assert_true (cam_client_link_discard (self->link));
  g_assert_cmpint (write (self->client, "late", 4), ==, 4);
  g_assert_true (cam_client_link_discard (self->link));
  shutdown (self->client, SHUT_WR);
  g_assert_false (cam_client_link_discard (self->link));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/client-link/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("plain-reads", test_plain_reads);
  ADD ("plain-writes-in-order", test_plain_writes_in_order);
  ADD ("plain-full-is-told", test_plain_full_is_told);
  ADD ("plain-discards", test_plain_discards);
  return g_test_run ();
}
