/* Against the programs of libsrt itself, in processes of their own. */
#include "srt-fixture.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#include "srt/srt-poller-private.h"

#define PROGRAM "srt-live-transmit"
/* It reads its input in larger pieces than it sends. */
#define PIECE (188 * 64)

static GSubprocess *
start_program (const char *input, const char *output)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *program =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, PROGRAM,
                        "-q", "-c:188", input, output, NULL);
  g_assert_no_error (error);
  return program;
}

static void
end_program (GSubprocess *program)
{
  g_subprocess_force_exit (program);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_object_unref (program);
}

static void
write_piece (GSubprocess *program)
{
  char text[PIECE];
  memset (text, 'x', sizeof text);
  GOutputStream *input = g_subprocess_get_stdin_pipe (program);
  g_assert_true (g_output_stream_write_all (input, text, sizeof text, NULL, NULL, NULL));
  g_assert_true (g_output_stream_flush (input, NULL, NULL));
}

/* A port of loopback that nobody has at the moment. */
static unsigned
find_port (void)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("127.0.0.2");
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_assert_true (g_socket_bind (socket, wanted, FALSE, NULL));
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* What it reads before it sees that it is connected, it loses. */
static void
await_message (End *end, GSubprocess *program)
{
  Fixture *fixture = end->fixture;
  const gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  const unsigned before = end->n_received;
  gint64 next_us = 0;
  while (end->n_received == before) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    if (g_get_monotonic_time () >= next_us) {
      next_us = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
      write_piece (program);
    }
    pause_briefly (fixture);
  }
}

/* libsrt needs 16 times 300 ms to see that nobody is there any more. */
static void
assert_silence_is_seen (End *end, GSubprocess *program)
{
  const gint64 began_us = g_get_monotonic_time ();
  g_subprocess_send_signal (program, SIGKILL);
  AWAIT (end->fixture, end->is_ended);
  g_assert_cmpstr (cam_reason_word (end->reason), ==, "timeout");
  const double took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  g_test_minimized_result (took_s, "killed without a word, seen after %.2f s", took_s);
  g_assert_cmpfloat (took_s, >, 4);
  g_assert_cmpfloat (took_s, <, 8);
}

static void
test_calls_us (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  g_autofree char *uri = g_strdup_printf ("srt://127.0.0.1:%u?streamid=publish:driveway&passphrase=open, sesame&conntimeo=15000", port);
  fixture->passphrase = cam_secret_new ("open, sesame", -1);
  GSubprocess *program = start_program ("file://con", uri);
  End *called = adopt (fixture);
  g_assert_cmpstr (fixture->stream_id, ==, "publish:driveway");
  await_message (called, program);
  assert_silence_is_seen (called, program);
  end_program (program);
  end_free (called);
  fixture_free (fixture);
}

/* The daemon stops while nobody has noticed yet that a peer is gone. */
static void
test_stop_over_the_dead (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  g_autofree char *uri = g_strdup_printf ("srt://127.0.0.1:%u?conntimeo=15000", port);
  GSubprocess *program = start_program ("file://con", uri);
  End *called = adopt (fixture);
  await_message (called, program);
  end_program (program);
  send_messages (called, 0, 500); /* nobody will acknowledge them */
  const gint64 began_us = g_get_monotonic_time ();
  g_assert_true (cam_srt_poller_stop (fixture->poller, DEADLINE_US));
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 2 * G_USEC_PER_SEC);
  AWAIT (fixture, called->is_ended);
  end_free (called);
  fixture_free (fixture);
}

static void
hold_until_judged (gpointer data)
{
  Fixture *fixture = data;
  AWAIT (fixture, fixture->n_judged > 0);
  for (unsigned i = 0; i < 20; i++) /* until libsrt has let it in */
    pause_briefly (fixture);
}

/* In before the poller's thread has come to look after the door. */
static void
test_early_caller (void)
{
  Fixture *fixture = fixture_new ();
  g_assert_true (cam_srt_poller_run (fixture->poller, hold_until_judged, fixture, NULL));
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  g_autofree char *uri = g_strdup_printf ("srt://127.0.0.1:%u?conntimeo=15000", port);
  GSubprocess *program = start_program ("file://con", uri);
  End *called = adopt (fixture);
  await_message (called, program);
  end_program (program);
  end_free (called);
  fixture_free (fixture);
}

static void
test_takes_leave (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  g_autofree char *uri = g_strdup_printf ("srt://127.0.0.1:%u?conntimeo=15000", port);
  GSubprocess *program = start_program ("file://con", uri);
  End *called = adopt (fixture);
  await_message (called, program);
  g_subprocess_send_signal (program, SIGTERM);
  AWAIT (fixture, called->is_ended);
  g_assert_cmpstr (cam_reason_word (called->reason), ==, "closed");
  end_program (program);
  end_free (called);
  fixture_free (fixture);
}

/* Dialled before it listens: the call is repeated by libsrt until the time is over. */
static void
test_we_call (void)
{
  Fixture *fixture = fixture_new ();
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.timeout_us = 15 * G_USEC_PER_SEC;
  const unsigned port = find_port ();
  End *caller = dial (fixture, &url, "127.0.0.2", port);
  g_autofree char *uri = g_strdup_printf ("srt://127.0.0.2:%u?mode=listener", port);
  GSubprocess *program = start_program ("file://con", uri);
  AWAIT (fixture, caller->is_connected);
  await_message (caller, program);
  end_program (program);
  end_free (caller);
  fixture_free (fixture);
}

/* And again as soon as its peer was killed, while the dead connection still has the port. */
static void
test_rendezvous (void)
{
  Fixture *fixture = fixture_new ();
  CamSrtUrl url = plain_url (CAM_SRT_RENDEZVOUS);
  const unsigned port = find_port ();
  g_autofree char *uri = g_strdup_printf ("srt://127.0.0.1:%u?mode=rendezvous&conntimeo=15000&adapter=127.0.0.2", port);
  GSubprocess *first_program = start_program ("file://con", uri);
  End *first = dial (fixture, &url, "127.0.0.2", port);
  AWAIT (fixture, first->is_connected);
  await_message (first, first_program);
  end_program (first_program);

  GSubprocess *second_program = start_program ("file://con", uri);
  End *second = dial (fixture, &url, "127.0.0.2", port);
  AWAIT (fixture, second->is_connected);
  await_message (second, second_program);
  g_assert_false (first->is_ended);
  end_free (first);
  await_message (second, second_program);
  end_program (second_program);
  end_free (second);
  fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *program = g_find_program_in_path (PROGRAM);
  if (program == NULL) {
    g_print ("1..0 # SKIP " PROGRAM " is not installed\n");
    return 0;
  }
  g_test_add_func ("/srt/peer/calls-us", test_calls_us);
  g_test_add_func ("/srt/peer/stop-over-the-dead", test_stop_over_the_dead);
  g_test_add_func ("/srt/peer/early-caller", test_early_caller);
  g_test_add_func ("/srt/peer/takes-leave", test_takes_leave);
  g_test_add_func ("/srt/peer/we-call", test_we_call);
  g_test_add_func ("/srt/peer/rendezvous", test_rendezvous);
  return g_test_run ();
}
