#include "serve/socket-stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  CamSocketStream *stream;
  GInputStream *input;   /* borrowed */
  GOutputStream *output; /* borrowed */
  int client;
} Fixture;

/* @data: how long it is patient, in ms. */
static void
set_up (Fixture *self, gconstpointer data)
{
  int ends[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==, 0);
  self->stream = cam_socket_stream_new (ends[0], g_get_monotonic_time () + GPOINTER_TO_INT (data) * INT64_C (1000));
  self->input = g_io_stream_get_input_stream (G_IO_STREAM (self->stream));
  self->output = g_io_stream_get_output_stream (G_IO_STREAM (self->stream));
  self->client = ends[1];
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->stream);
  char byte;
  g_assert_cmpint (recv (self->client, &byte, 1, 0), ==, 0); /* it closed its end */
  close (self->client);
}

static gpointer
write_late (gpointer data)
{
  const Fixture *self = data;
  g_assert_cmpint (write (self->client, "late", 4), ==, 4);
  return NULL;
}

static void
test_waits_for_bytes (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char text[8];
  GThread *writer = g_thread_new ("writer", write_late, self);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, 4);
  g_assert_no_error (error);
  g_thread_join (writer);
}

static void
test_waits_until_its_deadline (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char text[8];
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_autofree char *much = g_malloc0 (16 * 1024 * 1024);
  g_assert_false (g_output_stream_write_all (self->output, much, 16 * 1024 * 1024, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  while (recv (self->client, much, 16 * 1024 * 1024, 0) > 0)
    continue;
}

static void
test_polls (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char text[8];
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (self->input);
  g_assert_true (g_pollable_input_stream_can_poll (input));
  g_assert_false (g_pollable_input_stream_is_readable (input));
  g_assert_true (g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (self->output)));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (input, text, sizeof text, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_cmpint (write (self->client, "word", 4), ==, 4);
  g_assert_true (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (input, text, sizeof text, NULL, NULL), ==, 4);
}

/* Settled: not even a call that may wait does. */
static void
test_settled_does_not_wait (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char text[64];
  cam_socket_stream_settle (self->stream);
  cam_socket_stream_allow (self->stream, sizeof text);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void
test_settled_reads_what_is_allowed (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  static const uint8_t record[] = {23, 3, 3, 0, 4, 'w', 'o', 'r', 'd'};
  char text[64];
  cam_socket_stream_settle (self->stream);
  g_assert_cmpint (write (self->client, record, sizeof record), ==, sizeof record);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  cam_socket_stream_allow (self->stream, 7);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, NULL), ==, 7);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, NULL), ==, -1);
  cam_socket_stream_allow (self->stream, 7);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, NULL), ==, 2);
}

static void
test_settled_shakes_no_hands (Fixture *self, gconstpointer data)
{
  static const uint8_t record[] = {22, 3, 3, 0, 4, 1, 0, 0, 0};
  g_autoptr (GError) error = NULL;
  char text[64];
  g_assert_cmpint (write (self->client, record, sizeof record), ==, sizeof record);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, NULL), ==, sizeof record);
  cam_socket_stream_settle (self->stream);
  cam_socket_stream_allow (self->stream, 64);
  g_assert_cmpint (write (self->client, record, sizeof record), ==, sizeof record);
  g_assert_cmpint (g_input_stream_read (self->input, text, sizeof text, NULL, &error), ==, -1);
  g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}

static void
test_settled_gathers (Fixture *self, gconstpointer data)
{
  enum { PIECE = 16 * 1024 };
  g_autofree uint8_t *piece = g_malloc0 (PIECE);
  char byte;
  size_t gathered = 0;
  cam_socket_stream_settle (self->stream);
  g_assert_true (cam_socket_stream_flush (self->stream));
  while (!cam_socket_stream_is_full (self->stream)) {
    g_assert_cmpint (g_output_stream_write (self->output, piece, PIECE, NULL, NULL), ==, PIECE);
    gathered += PIECE;
  }
  g_assert_cmpuint (cam_socket_stream_get_pending (self->stream), ==, gathered);
  g_assert_cmpint (recv (self->client, &byte, 1, 0), ==, -1); /* nothing left yet */

  /* It has an end: TLS is not left to write for ever. */
  g_autoptr (GError) error = NULL;
  while (g_output_stream_write (self->output, piece, PIECE, NULL, &error) == PIECE && gathered < 1024 * 1024)
    gathered += PIECE;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);

  size_t received = 0;
  while (received < gathered) {
    bool is_out = cam_socket_stream_flush (self->stream);
    g_assert_true (is_out || errno == EAGAIN);
    ssize_t got = recv (self->client, piece, PIECE, 0);
    g_assert_cmpint (got, >, 0);
    received += (size_t) got;
  }
  g_assert_true (cam_socket_stream_flush (self->stream));
  g_assert_cmpuint (cam_socket_stream_get_pending (self->stream), ==, 0);
  g_assert_cmpint (recv (self->client, &byte, 1, 0), ==, -1);
}

static void
test_settled_broken_is_told (Fixture *self, gconstpointer data)
{
  cam_socket_stream_settle (self->stream);
  shutdown (self->client, SHUT_RDWR);
  g_assert_cmpint (g_output_stream_write (self->output, "word", 4, NULL, NULL), ==, 4);
  g_assert_false (cam_socket_stream_flush (self->stream));
  g_assert_cmpint (errno, ==, EPIPE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, patience_ms, func) g_test_add ("/socket-stream/" name, Fixture, GINT_TO_POINTER (patience_ms), set_up, func, tear_down)
  ADD ("waits-for-bytes", 30000, test_waits_for_bytes);
  ADD ("waits-until-its-deadline", 20, test_waits_until_its_deadline);
  ADD ("polls", 30000, test_polls);
  ADD ("settled-does-not-wait", 30000, test_settled_does_not_wait);
  ADD ("settled-reads-what-is-allowed", 30000, test_settled_reads_what_is_allowed);
  ADD ("settled-shakes-no-hands", 30000, test_settled_shakes_no_hands);
  ADD ("settled-gathers", 30000, test_settled_gathers);
  ADD ("settled-broken-is-told", 30000, test_settled_broken_is_told);
  return g_test_run ();
}
