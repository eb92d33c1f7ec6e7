#include "serve/rtsp-users.h"

#include <glib/gstdio.h>
#include <string.h>

#include "config/config-read.h"
#include "wire/rtsp-auth.h"

#define URI "rtsp://127.0.0.1:8554/driveway"
#define BINDING 0x1122334455667788u
#define NOW (1000 * G_USEC_PER_SEC)

typedef struct {
  CamRtspUsers *users;
} Fixture;

/* bob has a password, hash only the MD5 hash of one. */
static CamConfigSet *
read_config (void)
{
  g_autoptr (CamSecret) other = cam_secret_new ("0ther", -1);
  g_autofree char *hash = cam_auth_ha1 (CAM_DIGEST_MD5, "hash", CAM_RTSP_REALM, other);
  g_autofree char *text = g_strdup_printf ("[User bob]\nPassword=s3cr3t\n[User hash]\nDigestHash=md5:%s\n", hash);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("rtsp-users-XXXXXX.conf", &path, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  CamConfigSet *config = cam_config_read (&(CamConfigSources){ .config_file = path, .config_must_exist = true }, errors);
  g_assert_cmpuint (errors->len, ==, 0);
  g_assert_nonnull (config);
  g_remove (path);
  return config;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamConfigSet) config = read_config ();
  fixture->users = cam_rtsp_users_new (config);
  g_assert_true (cam_rtsp_users_any (fixture->users));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_rtsp_users_unref (fixture->users);
}

/* The challenge for one hash of a 401's, as a camera's client would read it. */
static CamAuthClient *
challenged (Fixture *fixture, const char *user, const char *password, uint64_t binding, int64_t now_us, CamDigestHash only)
{
  g_autoptr (CamRtspMessage) response = cam_rtsp_message_new_response (401, "Unauthorized");
  cam_rtsp_users_challenge (fixture->users, response, false, binding, false, now_us);
  const char *one[] = { cam_rtsp_message_get (response, "WWW-Authenticate", only == CAM_DIGEST_MD5 ? 1 : 0), NULL };
  g_autoptr (CamSecret) secret = cam_secret_new (password, -1);
  CamAuthClient *client = cam_auth_client_new (user, secret);
  g_assert_cmpint (cam_auth_client_challenge (client, one, "0123456789abcdef"), ==, CAM_AUTH_RETRY);
  return client;
}

static CamLogin
answer (Fixture *fixture, CamAuthClient *client, const char *method, const char *uri, uint64_t binding, int64_t now_us, const CamUserConfig **ret_user)
{
  g_autofree char *header = cam_auth_client_header (client, method, uri);
  g_autofree char *name = NULL;
  CamLogin login = cam_rtsp_users_check (fixture->users, header, "DESCRIBE", URI, binding, false, now_us, ret_user, &name);
  g_assert_cmpint (name != NULL, ==, login == CAM_LOGIN_FAILED);
  g_assert_cmpint (*ret_user != NULL, ==, login == CAM_LOGIN_OK);
  return login;
}

static CamLogin
log_in (Fixture *fixture, const char *user, const char *password, CamDigestHash hash)
{
  CamAuthClient *client = challenged (fixture, user, password, BINDING, NOW, hash);
  const CamUserConfig *found = NULL;
  CamLogin login = answer (fixture, client, "DESCRIBE", URI, BINDING, NOW, &found);
  if (login == CAM_LOGIN_OK)
    g_assert_cmpstr (found->name, ==, user);
  cam_auth_client_free (client);
  return login;
}

static void
test_passwords (Fixture *fixture, gconstpointer data)
{
  for (CamDigestHash hash = 0; hash < CAM_N_DIGESTS; hash++) {
    g_assert_cmpint (log_in (fixture, "bob", "s3cr3t", hash), ==, CAM_LOGIN_OK);
    g_assert_cmpint (log_in (fixture, "bob", "s3cr3T", hash), ==, CAM_LOGIN_FAILED);
    g_assert_cmpint (log_in (fixture, "bob", "", hash), ==, CAM_LOGIN_FAILED);
    g_assert_cmpint (log_in (fixture, "nobody", "s3cr3t", hash), ==, CAM_LOGIN_FAILED);
  }
  g_assert_cmpint (log_in (fixture, "hash", "0ther", CAM_DIGEST_MD5), ==, CAM_LOGIN_OK);
  g_assert_cmpint (log_in (fixture, "hash", "0ther", CAM_DIGEST_SHA256), ==, CAM_LOGIN_FAILED);
}

static void
test_bound_to_request (Fixture *fixture, gconstpointer data)
{
  CamAuthClient *client = challenged (fixture, "bob", "s3cr3t", BINDING, NOW, CAM_DIGEST_MD5);
  const CamUserConfig *user = NULL;
  g_assert_cmpint (answer (fixture, client, "OPTIONS", URI, BINDING, NOW, &user), ==, CAM_LOGIN_FAILED);
  g_assert_cmpint (answer (fixture, client, "DESCRIBE", URI "2", BINDING, NOW, &user), ==, CAM_LOGIN_FAILED);
  g_assert_cmpint (answer (fixture, client, "DESCRIBE", URI, BINDING, NOW, &user), ==, CAM_LOGIN_OK);
  cam_auth_client_free (client);
}

static void
test_nonces (Fixture *fixture, gconstpointer data)
{
  CamAuthClient *client = challenged (fixture, "bob", "s3cr3t", BINDING, NOW, CAM_DIGEST_MD5);
  const CamUserConfig *user = NULL;
  g_assert_cmpint (answer (fixture, client, "DESCRIBE", URI, BINDING + 1, NOW, &user), ==, CAM_LOGIN_STALE);
  g_assert_cmpint (answer (fixture, client, "DESCRIBE", URI, BINDING, NOW + 299 * G_USEC_PER_SEC, &user), ==, CAM_LOGIN_OK);
  g_assert_cmpint (answer (fixture, client, "DESCRIBE", URI, BINDING, NOW + 302 * G_USEC_PER_SEC, &user), ==, CAM_LOGIN_STALE);
  cam_auth_client_free (client);
}

static void
test_not_ours (Fixture *fixture, gconstpointer data)
{
  static const char *const values[] = {
    NULL, "", "Basic Ym9iOnMzY3IzdA==", "Digest", "Digest username=\"bob\"",
    "Digest username=\"bob\", realm=\"elsewhere\", nonce=\"1\", uri=\"" URI "\", response=\"00000000000000000000000000000000\"",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (values); i++) {
    const CamUserConfig *user = NULL;
    g_autofree char *name = NULL;
    g_assert_cmpint (cam_rtsp_users_check (fixture->users, values[i], "DESCRIBE", URI, BINDING, false, NOW, &user, &name), ==, CAM_LOGIN_NONE);
    g_assert_null (user);
    g_assert_null (name);
  }
}

/* Clients that know MD5 only take the last header. */
static void
test_order_of_challenges (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CamRtspMessage) response = cam_rtsp_message_new_response (401, "Unauthorized");
  cam_rtsp_users_challenge (fixture->users, response, true, BINDING, false, NOW);
  g_assert_nonnull (strstr (cam_rtsp_message_get (response, "WWW-Authenticate", 0), "stale=true, algorithm=SHA-256, "));
  g_assert_nonnull (strstr (cam_rtsp_message_get (response, "WWW-Authenticate", 1), "stale=true, algorithm=MD5, "));
  g_assert_null (cam_rtsp_message_get (response, "WWW-Authenticate", 2));
}

static CamLogin
log_in_basic (Fixture *fixture, const char *name_and_password, bool is_sealed)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) name_and_password, strlen (name_and_password));
  g_autofree char *header = g_strconcat ("basic ", encoded, NULL);
  g_autofree char *name = NULL;
  const CamUserConfig *user = NULL;
  CamLogin login = cam_rtsp_users_check (fixture->users, header, "DESCRIBE", URI, BINDING, is_sealed, NOW, &user, &name);
  g_assert_cmpint (name != NULL, ==, login == CAM_LOGIN_FAILED);
  g_assert_cmpint (user != NULL, ==, login == CAM_LOGIN_OK);
  return login;
}

static void
test_basic_under_tls_only (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (log_in_basic (fixture, "bob:s3cr3t", false), ==, CAM_LOGIN_NONE);
  g_assert_cmpint (log_in_basic (fixture, "bob:s3cr3t", true), ==, CAM_LOGIN_OK);
  g_assert_cmpint (log_in_basic (fixture, "hash:0ther", true), ==, CAM_LOGIN_OK);
  g_assert_cmpint (log_in_basic (fixture, "bob:s3cr3T", true), ==, CAM_LOGIN_FAILED);
  g_assert_cmpint (log_in_basic (fixture, "bob:", true), ==, CAM_LOGIN_FAILED);
  g_assert_cmpint (log_in_basic (fixture, "nobody:s3cr3t", true), ==, CAM_LOGIN_FAILED);
  g_assert_cmpint (log_in_basic (fixture, ":", true), ==, CAM_LOGIN_FAILED);
  g_assert_cmpint (log_in_basic (fixture, "bob", true), ==, CAM_LOGIN_NONE);

  g_autoptr (CamRtspMessage) response = cam_rtsp_message_new_response (401, "Unauthorized");
  cam_rtsp_users_challenge (fixture->users, response, false, BINDING, true, NOW);
  g_assert_true (g_str_has_prefix (cam_rtsp_message_get (response, "WWW-Authenticate", 1), "Digest "));
  g_assert_true (g_str_has_prefix (cam_rtsp_message_get (response, "WWW-Authenticate", 2), "Basic realm=\"camrelay\""));
  g_assert_null (cam_rtsp_message_get (response, "WWW-Authenticate", 3));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/rtsp-users/passwords", Fixture, NULL, set_up, test_passwords, tear_down);
  g_test_add ("/rtsp-users/bound-to-request", Fixture, NULL, set_up, test_bound_to_request, tear_down);
  g_test_add ("/rtsp-users/nonces", Fixture, NULL, set_up, test_nonces, tear_down);
  g_test_add ("/rtsp-users/order-of-challenges", Fixture, NULL, set_up, test_order_of_challenges, tear_down);
  g_test_add ("/rtsp-users/not-ours", Fixture, NULL, set_up, test_not_ours, tear_down);
  g_test_add ("/rtsp-users/basic-under-tls-only", Fixture, NULL, set_up, test_basic_under_tls_only, tear_down);
  return g_test_run ();
}
