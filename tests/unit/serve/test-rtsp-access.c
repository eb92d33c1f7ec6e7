/* Who is let in, and what others learn: over real connections, with real digests. */
#include "rtsp-fixture.h"

#include "wire/rtsp-auth.h"

static const char *
url_of (const RtspFixture *fixture, const char *path)
{
  g_autofree char *text = g_strdup_printf ("%s%s", fixture->base, path);
  return g_intern_string (text);
}

static void
add_user (RtspFixture *fixture, const char *name, const char *password)
{
  CamUserConfig *user = cam_user_config_new (name);
  user->password = cam_secret_new (password, -1);
  g_ptr_array_add (fixture->config->users, user);
}

/* Two users, of whom anna may watch the camera. */
static void
set_up_users (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  add_user (fixture, "anna", "se\"cret");
  add_user (fixture, "bert", "other");
  fixture->camera->read = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_access_rule_free);
  g_ptr_array_add (fixture->camera->read, cam_access_rule_new (CAM_ACCESS_USER, "anna", NULL));
  fixture_start (fixture);
  fixture_go_live (fixture, true);
}

/* A client that answers challenges as a camera's client would. */
typedef struct {
  RtspClient rtsp;
  CamAuthClient *auth;
} User;

static void
come_as (User *user, const RtspFixture *fixture, const char *name, const char *password)
{
  g_autoptr (CamSecret) secret = cam_secret_new (password, -1);
  client_connect (&user->rtsp, fixture);
  user->auth = cam_auth_client_new (name, secret);
}

static void
go (User *user)
{
  client_close (&user->rtsp);
  cam_auth_client_free (user->auth);
}

static void
take_challenge (User *user, const CamRtspMessage *answer)
{
  const char *values[3] = {cam_rtsp_message_get (answer, "WWW-Authenticate", 0), cam_rtsp_message_get (answer, "WWW-Authenticate", 1),
                           NULL};
  g_assert_true (g_str_has_prefix (values[0], "Digest "));
  cam_auth_client_challenge (user->auth, values, "0123456789abcdef");
}

static int
ask_with_login (User *user, const char *method, const char *uri, const char *headers)
{
  g_autofree char *authorization = cam_auth_client_header (user->auth, method, uri);
  g_autofree char *all = authorization != NULL ? g_strdup_printf ("Authorization: %s\r\n%s", authorization, headers) : g_strdup (headers);
  g_autoptr (CamRtspMessage) answer = client_ask (&user->rtsp, method, uri, all);
  if (answer->status == 401)
    take_challenge (user, answer);
  const char *session = cam_rtsp_message_get (answer, "Session", 0);
  if (session != NULL && user->rtsp.session == NULL)
    user->rtsp.session = g_strndup (session, strcspn (session, ";"));
  return answer->status;
}

static void
test_a_user_logs_in (RtspFixture *fixture, gconstpointer data)
{
  User anna;
  come_as (&anna, fixture, "anna", "se\"cret");
  const char *mount = url_of (fixture, "/cam");
  g_assert_cmpint (ask_with_login (&anna, "OPTIONS", mount, ""), ==, 200);
  g_assert_cmpint (ask_with_login (&anna, "DESCRIBE", mount, ""), ==, 401);
  g_assert_cmpint (ask_with_login (&anna, "DESCRIBE", mount, ""), ==, 200);
  g_assert_cmpint (ask_with_login (&anna, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"),
                   ==, 200);
  g_assert_cmpint (client_ask_status (&anna.rtsp, "PLAY", mount, ""), ==, 401);
  g_assert_cmpint (ask_with_login (&anna, "PLAY", mount, ""), ==, 200);
  g_assert_cmpint (client_ask_status (&anna.rtsp, "TEARDOWN", mount, ""), ==, 401);
  g_assert_cmpint (ask_with_login (&anna, "TEARDOWN", mount, ""), ==, 200);
  go (&anna);
}

/* MD5 stands last: ffmpeg takes the last challenge it sees, whether it knows the hash or not. */
static void
test_two_challenges (RtspFixture *fixture, gconstpointer data)
{
  RtspClient client;
  client_connect (&client, fixture);
  g_autoptr (CamRtspMessage) answer = client_ask (&client, "DESCRIBE", url_of (fixture, "/cam"), "");
  g_assert_cmpint (answer->status, ==, 401);
  g_assert_nonnull (strstr (cam_rtsp_message_get (answer, "WWW-Authenticate", 0), "SHA-256"));
  g_assert_null (strstr (cam_rtsp_message_get (answer, "WWW-Authenticate", 1), "SHA-256"));
  g_assert_null (cam_rtsp_message_get (answer, "WWW-Authenticate", 2));
  client_close (&client);
}

/* A stranger cannot tell what exists; a user sees no difference between what is not and what is not for him. */
static void
test_names_are_hidden (RtspFixture *fixture, gconstpointer data)
{
  RtspClient stranger;
  client_connect (&stranger, fixture);
  const char *paths[] = {"/cam", "/cam/sub", "/none", "/no/such/form/of/path", "/"};
  for (unsigned i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpint (client_ask_status (&stranger, "DESCRIBE", url_of (fixture, paths[i]), ""), ==, 401);
  g_assert_cmpint (client_ask_status (&stranger, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: RTP/AVP/TCP\r\n"), ==, 401);
  g_assert_cmpint (client_ask_status (&stranger, "PLAY", url_of (fixture, "/cam"), "Session: 00\r\n"), ==, 401);
  g_assert_cmpint (client_ask_status (&stranger, "TEARDOWN", url_of (fixture, "/none"), "Session: 00\r\n"), ==, 401);
  g_assert_cmpint (client_ask_status (&stranger, "GET_PARAMETER", url_of (fixture, "/none"), ""), ==, 401);
  client_close (&stranger);

  User bert;
  come_as (&bert, fixture, "bert", "other");
  g_assert_cmpint (ask_with_login (&bert, "DESCRIBE", url_of (fixture, "/cam"), ""), ==, 401);
  for (unsigned i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpint (ask_with_login (&bert, "DESCRIBE", url_of (fixture, paths[i]), ""), ==, 404);
  go (&bert);
}

/* The answer to a wrong password takes a second, and what is sent meanwhile waits behind it, in order. */
static void
test_a_wrong_password_is_slow (RtspFixture *fixture, gconstpointer data)
{
  User anna;
  come_as (&anna, fixture, "anna", "guess");
  const char *mount = url_of (fixture, "/cam");
  g_assert_cmpint (ask_with_login (&anna, "DESCRIBE", mount, ""), ==, 401);
  int64_t asked_us = g_get_monotonic_time ();
  g_autofree char *authorization = cam_auth_client_header (anna.auth, "DESCRIBE", mount);
  g_autofree char *header = g_strdup_printf ("Authorization: %s\r\n", authorization);
  client_send_request (&anna.rtsp, "DESCRIBE", mount, header);
  client_send_request (&anna.rtsp, "OPTIONS", "*", "");

  RtspClient other;
  client_connect (&other, fixture);
  g_assert_cmpint (client_ask_status (&other, "OPTIONS", "*", ""), ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - asked_us, <, G_USEC_PER_SEC);
  client_close (&other);

  g_autoptr (CamRtspMessage) refusal = client_await_answer (&anna.rtsp);
  g_assert_cmpint (refusal->status, ==, 401);
  g_assert_cmpint (g_get_monotonic_time () - asked_us, >=, G_USEC_PER_SEC * 9 / 10);
  g_autoptr (CamRtspMessage) options = client_await_answer (&anna.rtsp);
  g_assert_cmpint (options->status, ==, 200);
  go (&anna);
}

/* A digest made for one request does not open another. */
static void
test_a_digest_is_for_one_request (RtspFixture *fixture, gconstpointer data)
{
  User anna;
  come_as (&anna, fixture, "anna", "se\"cret");
  g_assert_cmpint (ask_with_login (&anna, "DESCRIBE", url_of (fixture, "/cam"), ""), ==, 401);
  g_autofree char *authorization = cam_auth_client_header (anna.auth, "DESCRIBE", url_of (fixture, "/cam"));
  g_autofree char *header = g_strdup_printf ("Authorization: %s\r\nTransport: RTP/AVP/TCP\r\n", authorization);
  g_assert_cmpint (client_ask_status (&anna.rtsp, "SETUP", url_of (fixture, "/cam/stream=0"), header), ==, 401);
  g_assert_cmpint (client_ask_status (&anna.rtsp, "DESCRIBE", url_of (fixture, "/cam"), header), ==, 200);

  /* Nor on another connection: the nonce is this one's. */
  RtspClient thief;
  client_connect (&thief, fixture);
  g_autoptr (CamRtspMessage) answer = client_ask (&thief, "DESCRIBE", url_of (fixture, "/cam"), header);
  g_assert_cmpint (answer->status, ==, 401);
  g_assert_nonnull (strstr (cam_rtsp_message_get (answer, "WWW-Authenticate", 0), "stale=true"));
  client_close (&thief);
  go (&anna);
}

/* Without any user, whoever no Read= admits is told the same for every name. */
static void
test_closed_without_users (RtspFixture *fixture, gconstpointer data)
{
  fixture_init (fixture);
  g_autoptr (GInetAddressMask) elsewhere = g_inet_address_mask_new_from_string ("192.0.2.0/24", NULL);
  fixture->camera->read = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_access_rule_free);
  g_ptr_array_add (fixture->camera->read, cam_access_rule_new (CAM_ACCESS_NET, NULL, elsewhere));
  fixture_start (fixture);
  fixture_go_live (fixture, true);
  RtspClient client;
  client_connect (&client, fixture);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/cam"), ""), ==, 403);
  g_assert_cmpint (client_ask_status (&client, "DESCRIBE", url_of (fixture, "/none"), ""), ==, 403);
  g_assert_cmpint (client_ask_status (&client, "SETUP", url_of (fixture, "/cam/stream=0"), "Transport: RTP/AVP/TCP\r\n"), ==, 403);
  client_close (&client);
}

static void
no_set_up (RtspFixture *fixture, gconstpointer data)
{
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/rtsp-access/" name, RtspFixture, NULL, set_up_users, func, fixture_tear_down)
  ADD ("a-user-logs-in", test_a_user_logs_in);
  ADD ("two-challenges", test_two_challenges);
  ADD ("names-are-hidden", test_names_are_hidden);
  ADD ("a-wrong-password-is-slow", test_a_wrong_password_is_slow);
  ADD ("a-digest-is-for-one-request", test_a_digest_is_for_one_request);
  g_test_add ("/rtsp-access/closed-without-users", RtspFixture, NULL, no_set_up, test_closed_without_users, fixture_tear_down);
  return g_test_run ();
}
