#include "srt-fixture.h"

#include <string.h>

#include "srt/srt-library.h"

static CamSrtUrl
caller_url (const char *passphrase)
{
  CamSrtUrl url = plain_url (CAM_SRT_CALLER);
  url.passphrase = passphrase != NULL ? cam_secret_new (passphrase, -1) : NULL;
  return url;
}

/* Dials with what judge says now, and is refused with @reason. */
static void
assert_refused (Fixture *fixture, const CamSrtUrl *url, unsigned port, CamReason reason, const char *part)
{
  End *caller = dial (fixture, url, "127.0.0.1", port);
  AWAIT (fixture, caller->is_ended);
  g_assert_false (caller->is_connected);
  g_assert_cmpstr (cam_reason_word (caller->reason), ==, cam_reason_word (reason));
  g_assert_nonnull (strstr (caller->detail, part));
  end_free (caller);
}

static void
test_refusals (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  const CamSrtUrl url = caller_url (NULL);
  for (unsigned i = 1; i < CAM_N_SRT_REFUSALS; i++) {
    const char *text = NULL;
    fixture->refusal = (CamSrtRefusal) i;
    const CamReason reason = cam_srt_reject_reason (cam_srt_refusal_code (i), &text);
    assert_refused (fixture, &url, port, reason, text);
    g_assert_cmpuint (fixture->n_judged, ==, i);
    g_assert_cmpstr (fixture->stream_id, ==, "");
    g_assert_cmpstr (fixture->address, ==, "127.0.0.1");
  }
  g_assert_cmpuint (fixture->n_failed, ==, 0);
  g_assert_true (g_queue_is_empty (&fixture->accepted));
  fixture_free (fixture);
}

static void
assert_talks (Fixture *fixture, const CamSrtUrl *url, unsigned port)
{
  End *caller = dial (fixture, url, "127.0.0.1", port);
  End *called = adopt (fixture);
  AWAIT (fixture, caller->is_connected);
  send_messages (called, 0, 100);
  AWAIT (fixture, caller->n_received == 100);
  g_assert_cmpuint (caller->n_wrong, ==, 0);
  end_free (caller);
  end_free (called);
}

static void
test_passphrase (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  fixture->passphrase = cam_secret_new ("open, sesame", -1);
  CamSrtUrl right = caller_url ("open, sesame");
  CamSrtUrl wrong = caller_url ("open, wheat!");
  const CamSrtUrl none = caller_url (NULL);
  assert_talks (fixture, &right, port);
  right.key_bytes = 32;
  assert_talks (fixture, &right, port);
  assert_refused (fixture, &wrong, port, CAM_REASON_AUTH, "the passphrase is wrong");
  AWAIT (fixture, fixture->n_failed == 1);
  g_assert_cmpint (fixture->failed_reason, ==, CAM_REASON_AUTH);
  assert_refused (fixture, &none, port, CAM_REASON_AUTH, "one side has a passphrase");
  AWAIT (fixture, fixture->n_failed == 2);
  g_clear_pointer (&fixture->passphrase, cam_secret_unref);
  assert_refused (fixture, &right, port, CAM_REASON_AUTH, "one side has a passphrase");
  AWAIT (fixture, fixture->n_failed == 3);
  g_assert_cmpint (fixture->failed_reason, ==, CAM_REASON_PROTOCOL);
  assert_talks (fixture, &none, port);
  g_assert_cmpuint (fixture->n_failed, ==, 3);
  cam_secret_unref (right.passphrase);
  cam_secret_unref (wrong.passphrase);
  fixture_free (fixture);
}

static void
test_stream_ids (void)
{
  static const struct {
    const char *text;
    bool is_readable;
  } rows[] = {
      {"publish:driveway:user:password", true},
      {"#!::m=publish,r=driveway", true},
      {"caf\xc3\xa9", true},
      {"new\nline", false},
      {"\x1b[31m", false},
      {"caf\xe9", false},
      {"bidi\xe2\x80\xae", false},
  };
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  fixture->refusal = CAM_SRT_REFUSAL_NOT_FOUND;
  unsigned n_readable = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSrtUrl url = caller_url (NULL);
    url.stream_id = (char *) rows[i].text;
    n_readable += rows[i].is_readable;
    assert_refused (fixture, &url, port, rows[i].is_readable ? CAM_REASON_NOT_FOUND : CAM_REASON_PROTOCOL, "the peer");
    g_assert_cmpuint (fixture->n_judged, ==, n_readable);
    if (rows[i].is_readable)
      g_assert_cmpstr (fixture->stream_id, ==, rows[i].text);
  }
  CamSrtUrl url = caller_url (NULL);
  g_autofree char *longest = g_strnfill (CAM_SRT_MOST_STREAM_ID, 'x');
  url.stream_id = longest;
  assert_refused (fixture, &url, port, CAM_REASON_NOT_FOUND, "the peer");
  g_assert_cmpstr (fixture->stream_id, ==, longest);
  fixture_free (fixture);
}

static void
assert_closed_to (Fixture *fixture, const char *address, const CamSrtUrl *url, CamSrtError code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_srt_door_open (fixture->poller, address, url, &door_events, fixture, &error));
  g_assert_error (error, CAM_SRT_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, address));
}

static void
test_addresses (void)
{
  Fixture *fixture = fixture_new ();
  CamSrtUrl url = plain_url (CAM_SRT_LISTENER);
  assert_closed_to (fixture, "no-port", &url, CAM_SRT_ERROR_BIND);
  assert_closed_to (fixture, "127.0.0.1:", &url, CAM_SRT_ERROR_BIND);
  assert_closed_to (fixture, "host.invalid:1", &url, CAM_SRT_ERROR_BIND);
  assert_closed_to (fixture, "192.0.2.1:0", &url, CAM_SRT_ERROR_BIND);
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  g_autofree char *taken = g_strdup_printf ("127.0.0.1:%u", port);
  assert_closed_to (fixture, taken, &url, CAM_SRT_ERROR_BIND);
  url.packet_filter = (char *) "no such filter";
  assert_closed_to (fixture, "127.0.0.1:0", &url, CAM_SRT_ERROR_OPTION);
  fixture_free (fixture);
}

/* A camera's address is opened again whenever its configuration changes. */
static void
test_again (void)
{
  Fixture *fixture = fixture_new ();
  const CamSrtUrl url = caller_url (NULL);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", open_door (fixture, "127.0.0.1:0"));
  for (unsigned i = 0; i < 3; i++) {
    g_clear_pointer (&fixture->door, cam_srt_door_close);
    assert_talks (fixture, &url, open_door (fixture, address));
  }
  fixture_free (fixture);
}

static void
test_nobody_wants_it (void)
{
  Fixture *fixture = fixture_new ();
  const unsigned port = open_door (fixture, "127.0.0.1:0");
  const CamSrtUrl url = caller_url (NULL);
  End *caller = dial (fixture, &url, "127.0.0.1", port);
  AWAIT (fixture, caller->is_connected && !g_queue_is_empty (&fixture->accepted));
  cam_srt_poller_discard (fixture->poller, GPOINTER_TO_INT (g_queue_pop_head (&fixture->accepted)));
  AWAIT (fixture, caller->is_ended);
  g_assert_cmpint (caller->reason, ==, CAM_REASON_CLOSED);
  end_free (caller);

  /* Accepted, then closed by its peer before anybody took it over. */
  caller = dial (fixture, &url, "127.0.0.1", port);
  AWAIT (fixture, caller->is_connected && !g_queue_is_empty (&fixture->accepted));
  end_free (caller);
  End *called = adopt (fixture);
  AWAIT (fixture, called->is_ended);
  end_free (called);
  fixture_free (fixture);
}

/* Callers come while the door is closed; whoever was let in by then is closed, too. */
static void
test_closed_under_callers (void)
{
  enum { CALLERS = 20 };
  Fixture *fixture = fixture_new ();
  CamSrtUrl url = caller_url (NULL);
  url.timeout_us = 500 * 1000;
  for (unsigned round = 0; round < 3; round++) {
    const unsigned port = open_door (fixture, "127.0.0.1:0");
    const unsigned n_before = fixture->n_judged;
    End *callers[CALLERS];
    for (unsigned i = 0; i < CALLERS; i++)
      callers[i] = dial (fixture, &url, "127.0.0.1", port);
    AWAIT (fixture, fixture->n_judged > n_before);
    g_clear_pointer (&fixture->door, cam_srt_door_close);
    const unsigned n_judged = fixture->n_judged;
    const unsigned n_accepted = g_queue_get_length (&fixture->accepted);
    for (unsigned i = n_accepted; i > 0; i--)
      cam_srt_poller_discard (fixture->poller, GPOINTER_TO_INT (g_queue_pop_head (&fixture->accepted)));
    for (unsigned i = 0; i < CALLERS; i++) {
      AWAIT (fixture, callers[i]->is_ended);
      end_free (callers[i]);
    }
    g_assert_cmpuint (fixture->n_judged, ==, n_judged);
    g_assert_true (g_queue_is_empty (&fixture->accepted));
  }
  fixture_free (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/door/refusals", test_refusals);
  g_test_add_func ("/srt/door/passphrase", test_passphrase);
  g_test_add_func ("/srt/door/stream-ids", test_stream_ids);
  g_test_add_func ("/srt/door/addresses", test_addresses);
  g_test_add_func ("/srt/door/again", test_again);
  g_test_add_func ("/srt/door/nobody-wants-it", test_nobody_wants_it);
  g_test_add_func ("/srt/door/closed-under-callers", test_closed_under_callers);
  return g_test_run ();
}
