#include "tls-fixture.h"

#include <glib/gstdio.h>

#include "serve/serve-error.h"

#define SECOND_US (G_USEC_PER_SEC)

/* A folder with a certificate and a key that change. */
typedef struct {
  char *folder;
  char *certificate;
  char *key;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("tls-XXXXXX", NULL);
  self->certificate = g_build_filename (self->folder, "certificate.pem", NULL);
  self->key = g_build_filename (self->folder, "key.pem", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_remove (self->certificate);
  g_remove (self->key);
  g_rmdir (self->folder);
  g_free (self->certificate);
  g_free (self->key);
  g_free (self->folder);
}

/* As a renewal does it: another file in the place of the old one. */
static void
put (const char *path, const char *source)
{
  g_autofree char *from = tls_file (source);
  g_autofree char *text = NULL;
  gsize size = 0;
  g_assert_true (g_file_get_contents (from, &text, &size, NULL));
  g_assert_true (g_file_set_contents (path, text, (gssize) size, NULL));
}

/* Whose certificate a client is shown. */
static char *
ask_subject (CamTlsIdentity *identity)
{
  TlsPair pair;
  tls_pair_init (&pair, identity);
  char *subject = g_tls_certificate_get_subject_name (g_tls_connection_get_peer_certificate (pair.far));
  tls_pair_clear (&pair);
  return subject;
}

static void
assert_subject (CamTlsIdentity *identity, const char *expected)
{
  g_autofree char *subject = ask_subject (identity);
  g_assert_nonnull (strstr (subject, expected));
}

static void
note (gpointer data)
{
  *(bool *) data = true;
}

static void
look (CamTlsIdentity *identity)
{
  bool is_done = false;
  cam_tls_identity_look (identity, NULL, note, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_key_apart_and_within (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CamTlsIdentity *first = tls_first_identity ();
  assert_subject (first, "first.camrelay.test");
  cam_tls_identity_unref (first);

  static const char *const no_key[] = {NULL, ""};
  for (size_t i = 0; i < G_N_ELEMENTS (no_key); i++) {
    g_autofree char *both = tls_file ("second.pem");
    CamTlsIdentity *second = cam_tls_identity_new (both, no_key[i], &error);
    g_assert_no_error (error);
    assert_subject (second, "second.camrelay.test");
    cam_tls_identity_unref (second);
  }
  cam_tls_identity_unref (NULL);
}

/* A client may look the other way, so it is served all the same. */
static void
test_outdated_is_served (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *both = tls_file ("outdated.pem");
  CamTlsIdentity *identity = cam_tls_identity_new (both, NULL, &error);
  g_assert_no_error (error);
  assert_subject (identity, "outdated.camrelay.test");
  cam_tls_identity_unref (identity);
}

static void
test_what_is_wrong_is_named (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *certificate, *key; /* of tests/data/tls */
    const char *begins, *contains;
  } rows[] = {
      {"missing.pem", "first.key", "Certificate='", "missing.pem': "},
      {"first.pem", "missing.key", "PrivateKey='", "missing.key': "},
      {"first.pem", NULL, "Certificate='", "no private key"},
      {"first.pem", "first.pem", "PrivateKey='", "no private key"},
      {"first.key", "first.key", "Certificate='", "first.key': "},
      {"README", "first.key", "Certificate='", "README': "},
      {"first.pem", "README", "PrivateKey='", "README': "},
      {"second.pem", "first.key", "Certificate='", "do not seem to belong together"},
      {"first.pem", "second.pem", "Certificate='", "do not seem to belong together"},
      {"first.pem", "locked.key", "PrivateKey='", "locked.key': "},
      {"first.pem", "broken.key", "PrivateKey='", "broken.key': "},
      {"", "first.key", "Certificate='", ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *certificate = tls_file (rows[i].certificate);
    g_autofree char *key = rows[i].key != NULL ? tls_file (rows[i].key) : NULL;
    g_assert_null (cam_tls_identity_new (certificate, key, &error));
    g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS);
    g_assert_true (g_str_has_prefix (error->message, rows[i].begins));
    g_assert_nonnull (strstr (error->message, rows[i].contains));
  }
}

static void
test_large_file (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *filling = g_strnfill (2 * 1024 * 1024, 'x');
  g_assert_true (g_file_set_contents (self->certificate, filling, -1, NULL));
  put (self->key, "first.key");
  g_assert_null (cam_tls_identity_new (self->certificate, self->key, &error));
  g_assert_error (error, CAM_SERVE_ERROR, CAM_SERVE_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "larger than"));
}

static void
test_changes_are_taken (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  put (self->certificate, "first.pem");
  put (self->key, "first.key");
  CamTlsIdentity *identity = cam_tls_identity_new (self->certificate, self->key, &error);
  g_assert_no_error (error);
  look (identity);
  assert_subject (identity, "first.camrelay.test");

  put (self->certificate, "second.pem");
  assert_subject (identity, "first.camrelay.test"); /* nobody looked */
  look (identity);
  assert_subject (identity, "first.camrelay.test"); /* half of a renewal */
  put (self->key, "second.pem");
  look (identity);
  assert_subject (identity, "second.camrelay.test");

  g_remove (self->certificate);
  look (identity);
  assert_subject (identity, "second.camrelay.test");
  put (self->certificate, "README");
  look (identity);
  assert_subject (identity, "second.camrelay.test");
  put (self->certificate, "first.pem");
  put (self->key, "first.key");
  look (identity);
  assert_subject (identity, "first.camrelay.test");
  cam_tls_identity_unref (identity);
}

static void
test_fresh_for_a_second (Fixture *self, gconstpointer data)
{
  CamTlsIdentity *identity = tls_first_identity ();
  int64_t after_us = g_get_monotonic_time ();
  g_assert_true (cam_tls_identity_is_fresh (identity, after_us));
  g_assert_false (cam_tls_identity_is_fresh (identity, after_us + SECOND_US));
  bool is_done = false;
  int64_t before_us = g_get_monotonic_time ();
  cam_tls_identity_look (identity, NULL, note, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (cam_tls_identity_is_fresh (identity, before_us));
  cam_tls_identity_unref (identity);
}

static void
never (gpointer data)
{
  g_assert_not_reached ();
}

static void
test_nobody_is_told_who_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  CamTlsIdentity *identity = tls_first_identity ();
  cam_tls_identity_look (identity, cancellable, never, NULL);
  g_cancellable_cancel (cancellable);
  cam_tls_identity_unref (identity);
  bool is_done = false; /* the next look's word comes after the first one's would have */
  CamTlsIdentity *other = tls_first_identity ();
  cam_tls_identity_look (other, NULL, note, &is_done);
  while (!is_done || g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
  cam_tls_identity_unref (other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/tls-identity/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("key-apart-and-within", test_key_apart_and_within);
  ADD ("outdated-is-served", test_outdated_is_served);
  ADD ("what-is-wrong-is-named", test_what_is_wrong_is_named);
  ADD ("large-file", test_large_file);
  ADD ("changes-are-taken", test_changes_are_taken);
  ADD ("fresh-for-a-second", test_fresh_for_a_second);
  ADD ("nobody-is-told-who-cancelled", test_nobody_is_told_who_cancelled);
  return g_test_run ();
}
