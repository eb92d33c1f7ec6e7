#include "serve/client-link.h"

#include "tls-fixture.h"

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

/* ---- sealed ---- */

typedef struct {
  TlsPair pair;
  CamClientLink *link;
  GInputStream *input;   /* borrowed: the client's */
  GOutputStream *output; /* borrowed: likewise */
} Sealed;

static void
sealed_set_up (Sealed *self, gconstpointer data)
{
  CamTlsIdentity *identity = tls_first_identity ();
  tls_pair_init (&self->pair, identity);
  cam_tls_identity_unref (identity);
  self->link = cam_client_link_new_sealed (g_steal_pointer (&self->pair.near), g_steal_pointer (&self->pair.near_socket));
  self->input = g_io_stream_get_input_stream (G_IO_STREAM (self->pair.far));
  self->output = g_io_stream_get_output_stream (G_IO_STREAM (self->pair.far));
  g_assert_true (cam_client_link_is_sealed (self->link));
}

static void
sealed_tear_down (Sealed *self, gconstpointer data)
{
  cam_client_link_free (self->link, false);
  tls_pair_clear (&self->pair);
}

static void
client_writes (Sealed *self, const void *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_output_stream_write_all (self->output, data, size, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_sealed_reads (Sealed *self, gconstpointer data)
{
  size_t room = cam_client_link_get_read_bytes (self->link);
  g_autofree uint8_t *bytes = g_malloc (room);
  g_assert_cmpint (cam_client_link_read (self->link, bytes, room), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
  client_writes (self, "OPTIONS", 7);
  g_assert_cmpint (cam_client_link_read (self->link, bytes, room), ==, 7);
  g_assert_cmpmem (bytes, 7, "OPTIONS", 7);
}

/* What the socket does not show any more is not in TLS either. */
static void
test_sealed_leaves_nothing_behind (Sealed *self, gconstpointer data)
{
  enum { BYTES = 100000 };
  g_autofree uint8_t *sent = g_malloc (BYTES);
  for (unsigned i = 0; i < BYTES; i++)
    sent[i] = (uint8_t) (i * 7);
  client_writes (self, sent, BYTES);
  size_t room = cam_client_link_get_read_bytes (self->link);
  g_autofree uint8_t *got = g_malloc (BYTES + room);
  size_t total = 0;
  char peeked;
  while (recv (cam_client_link_get_fd (self->link), &peeked, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
    ssize_t read = cam_client_link_read (self->link, got + total, room);
    g_assert_cmpint (read, >, 0);
    total += (size_t) read;
  }
  g_assert_cmpmem (got, total, sent, BYTES);
}

static void
test_sealed_end (Sealed *self, gconstpointer data)
{
  uint8_t byte;
  g_io_stream_close (G_IO_STREAM (self->pair.far), NULL, NULL);
  g_assert_cmpint (cam_client_link_read (self->link, &byte, 1), ==, 0);
}

/* More than the socket takes, in pieces small and large: what is taken comes, in order, and what is held comes with a write of nothing. */
static void
test_sealed_writes_in_order (Sealed *self, gconstpointer data)
{
  enum { ROUNDS = 40, SMALL = 100, LARGE = 70000, TOTAL = ROUNDS * (SMALL + LARGE) };
  g_autofree uint8_t *sent = g_malloc (TOTAL);
  g_autofree uint8_t *got = g_malloc (TOTAL);
  for (unsigned i = 0; i < TOTAL; i++)
    sent[i] = (uint8_t) (i / 251 + i);
  size_t taken = 0;
  gsize received = 0;
  bool has_held = false;
  bool was_blocked = false;
  while (taken < TOTAL || cam_client_link_holds (self->link)) {
    struct iovec vectors[] = {{.iov_base = sent + taken, .iov_len = MIN ((size_t) SMALL, TOTAL - taken)},
                              {.iov_base = sent + taken + SMALL, .iov_len = MIN ((size_t) LARGE, TOTAL - MIN (taken + SMALL, (size_t) TOTAL))}};
    ssize_t written = cam_client_link_write (self->link, vectors, taken < TOTAL ? 2 : 0);
    has_held |= cam_client_link_holds (self->link);
    if (written >= 0) {
      taken += (size_t) written;
      continue;
    }
    g_assert_cmpint (errno, ==, EAGAIN);
    was_blocked = true;
    gssize read = g_input_stream_read (self->input, got + received, TOTAL - received, NULL, NULL);
    g_assert_cmpint (read, >, 0);
    received += (gsize) read;
  }
  gsize rest = 0;
  g_assert_true (g_input_stream_read_all (self->input, got + received, TOTAL - received, &rest, NULL, NULL));
  g_assert_cmpmem (got, received + rest, sent, TOTAL);
  g_assert_true (was_blocked && has_held);
}

/* Pieces of all sizes, nothing among them, come as one stream of bytes. */
static void
test_sealed_joins_pieces (Sealed *self, gconstpointer data)
{
  enum { PIECES = 60, TOTAL = 64 * 1024 };
  uint8_t *sent = g_malloc (TOTAL);
  uint8_t *got = g_malloc (TOTAL);
  struct iovec vectors[PIECES];
  size_t size = 0;
  for (unsigned i = 0; i < TOTAL; i++)
    sent[i] = (uint8_t) (i / 251 + i);
  for (unsigned i = 0; i < PIECES; i++) {
    size_t length = i == 30 ? 20000 : i % 2 == 0 ? 8 : (i * 211) % 1500;
    vectors[i] = (struct iovec){.iov_base = length > 0 ? sent + size : NULL, .iov_len = length};
    size += length;
    if (i == 40)
      vectors[++i] = (struct iovec){.iov_base = NULL, .iov_len = 0};
  }
  g_assert_cmpuint (size, <, TOTAL);
  g_assert_cmpint (cam_client_link_write (self->link, vectors, PIECES), ==, (ssize_t) size);
  while (cam_client_link_holds (self->link))
    cam_client_link_write (self->link, vectors, 0);
  g_assert_true (g_input_stream_read_all (self->input, got, size, NULL, NULL, NULL));
  g_assert_cmpmem (got, size, sent, size);
  g_free (sent);
  g_free (got);
}

/* TLS says good-bye: a client that insists on it reads an end, not an error. */
static void
test_sealed_good_bye (Sealed *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char text[8];
  char word[] = "word";
  g_tls_connection_set_require_close_notify (self->pair.far, TRUE);
  g_assert_cmpint (cam_client_link_write (self->link, &(struct iovec){.iov_base = word, .iov_len = 4}, 1), ==, 4);
  cam_client_link_shut (self->link);
  cam_client_link_shut (self->link);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, 4);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, 0);
  g_assert_no_error (error);
  client_writes (self, "late", 4);
  g_assert_true (cam_client_link_discard (self->link));
  shutdown (cam_socket_stream_get_fd (self->pair.far_socket), SHUT_WR);
  g_assert_false (cam_client_link_discard (self->link));
}

static void
test_sealed_broken_is_told (Sealed *self, gconstpointer data)
{
  static const uint8_t records[][16] = {
      {22, 3, 3, 0, 4, 0, 0, 0, 0},  /* hands again */
      {23, 3, 3, 0, 4, 1, 2, 3, 4},  /* not sealed by the client */
      {'O', 'P', 'T', 'I', 'O', 'N', 'S', ' ', '*'},
  };
  const uint8_t *record = records[GPOINTER_TO_INT (data)];
  uint8_t byte;
  g_assert_cmpint (send (cam_socket_stream_get_fd (self->pair.far_socket), record, 9, 0), ==, 9);
  g_assert_cmpint (cam_client_link_read (self->link, &byte, 1), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
}

static void
test_sealed_client_gone (Sealed *self, gconstpointer data)
{
  char word[] = "word";
  const struct iovec vector = {.iov_base = word, .iov_len = 4};
  shutdown (cam_socket_stream_get_fd (self->pair.far_socket), SHUT_RDWR);
  ssize_t written = 0;
  for (unsigned i = 0; i < 2 && written >= 0; i++) /* the first may still be taken */
    written = cam_client_link_write (self->link, &vector, 1);
  g_assert_cmpint (written, ==, -1);
  g_assert_cmpint (errno, !=, EAGAIN);
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
#define ADD_SEALED(name, data, func) g_test_add ("/client-link/" name, Sealed, GINT_TO_POINTER (data), sealed_set_up, func, sealed_tear_down)
  ADD_SEALED ("sealed-reads", 0, test_sealed_reads);
  ADD_SEALED ("sealed-leaves-nothing-behind", 0, test_sealed_leaves_nothing_behind);
  ADD_SEALED ("sealed-end", 0, test_sealed_end);
  ADD_SEALED ("sealed-writes-in-order", 0, test_sealed_writes_in_order);
  ADD_SEALED ("sealed-joins-pieces", 0, test_sealed_joins_pieces);
  ADD_SEALED ("sealed-good-bye", 0, test_sealed_good_bye);
  ADD_SEALED ("sealed-hands-again-are-refused", 0, test_sealed_broken_is_told);
  ADD_SEALED ("sealed-forgery-is-told", 1, test_sealed_broken_is_told);
  ADD_SEALED ("sealed-nonsense-is-told", 2, test_sealed_broken_is_told);
  ADD_SEALED ("sealed-client-gone", 0, test_sealed_client_gone);
  return g_test_run ();
}
