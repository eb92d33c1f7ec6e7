#include "config/config-describe.h"

#include <string.h>

typedef struct {
  CamConfigDraft *draft;
  CamConfigProblems *problems;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->draft = cam_config_draft_new ();
  self->problems = cam_config_problems_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  cam_config_draft_free (self->draft);
  cam_config_problems_free (self->problems);
}

static void
add_file (Fixture *self, const char *name, const char *camera, const char *text)
{
  cam_config_draft_add_file (self->draft, cam_config_draft_add_source (self->draft, name), camera, text, strlen (text), self->problems);
}

static void
assert_described (Fixture *self, const char *expected)
{
  g_assert_true (cam_config_problems_is_empty (self->problems));
  g_autofree char *text = cam_config_describe (self->draft);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  (void) data;
  assert_described (self, "");
  add_file (self, "camrelay.conf", NULL, "[Limits]\n[RTSP]\nListen=\n");
  assert_described (self, "");
}

/* Every kind of section, in the order of the main file whatever the order of reading. */
static void
test_sections (Fixture *self, gconstpointer data)
{
  (void) data;
  add_file (self, "camrelay.conf", NULL,
            "[Defaults]\nStallTimeout=8s\nMaxReaders=9\n[Access]\nRead=users  \n[Limits]\nMaxReaders=10\nReaderLag=1s\n[Camera yard]\n"
            "URL=test:\n[User bob]\nGroups=family\n[RTSP]\nListen=:8554 :8555\n");
  add_file (self, "cameras.d/gate.conf", "gate", "[Stream sub]\nURL=rtsp://cam/2\n[Audio]\nMode=none\n[Camera]\nAddress=cam:554\nURL=rtsp://%a/1\n");
  assert_described (self,
                    "[RTSP]\nListen=:8554 :8555  # camrelay.conf:14\n\n"
                    "[Limits]\nMaxReaders=10  # camrelay.conf:7\nReaderLag=1s  # camrelay.conf:8\n\n"
                    "[Access]\nRead=users  # camrelay.conf:5\nMaxReaders=9  # camrelay.conf:3\n\n"
                    "[Defaults]\nStallTimeout=8s  # camrelay.conf:2\n\n"
                    "[User bob]\nGroups=family  # camrelay.conf:12\n\n"
                    "[Camera gate]\nURL=rtsp://%a/1  # cameras.d/gate.conf:7\nAddress=cam:554  # cameras.d/gate.conf:6\n\n"
                    "[Stream gate/sub]\nURL=rtsp://cam/2  # cameras.d/gate.conf:2\n\n"
                    "[Audio gate]\nMode=none  # cameras.d/gate.conf:4\n\n"
                    "[Camera yard]\nURL=test:  # camrelay.conf:10\n");
}

/* Where a value comes from that a drop-in or an argument said. */
static void
test_origins (Fixture *self, gconstpointer data)
{
  (void) data;
  static const char dropin[] = "[Camera]\nEnabled=no\nDescription=\n[Stream main]\nTransport=udp\n";
  add_file (self, "front.conf", "front", "[Camera]\nURL=test:\nEnabled=yes\nDescription=by hand\n");
  cam_config_draft_add_dropin (self->draft, cam_config_draft_add_source (self->draft, "50-ctl.conf"), "front", dropin, strlen (dropin),
                               self->problems);
  cam_config_draft_add_url (self->draft, cam_config_draft_add_source (self->draft, "argument 'a='"), "a", "rtsp://bob:canary@cam/1",
                            self->problems);
  cam_config_draft_set_default_read (self->draft, cam_config_draft_add_source (self->draft, "argument '--allow'"), "anyone");
  assert_described (self,
                    "[Access]\nRead=anyone  # argument '--allow'\n\n"
                    "[Camera a]\nURL=rtsp://cam/1  # argument 'a='\n\n"
                    "[Camera front]\nURL=test:  # front.conf:2\nEnabled=no  # 50-ctl.conf:2\n\n"
                    "[Stream front/main]\nTransport=udp  # 50-ctl.conf:5\n");
}

/* Every key that can hold a secret has one: none is told. Found by the table, so that a new key is tried too. */
static void
test_no_secret (Fixture *self, gconstpointer data)
{
  (void) data;
  g_autoptr (GString) file = g_string_new (NULL);
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    if (key->type != CAM_KEY_TYPE_SECRET && key->type != CAM_KEY_TYPE_RAW)
      continue;
    g_autofree char *name = key->scope == CAM_KEY_SCOPE_SERVER ? g_strdup ("") : g_strdup_printf (" x%u", i);
    g_string_append_printf (file, "[%s%s]\n%s=canary\n", key->section, name, key->name);
  }
  g_string_append (file, "[Camera a]\nURL=rtsp://canary:canary@cam/1?token=canary&x=1\n[Stream a/sub]\nURL=srt://cam:9000?passphrase=canary-canary\n"
                         "[Camera b]\nURL=rtsp://cam/user=canary&password=canary_channel=1\n");
  add_file (self, "camrelay.conf", NULL, file->str);
  g_assert_true (cam_config_problems_is_empty (self->problems));
  g_autofree char *text = cam_config_describe (self->draft);
  g_assert_null (strstr (text, "canary"));
  g_assert_nonnull (strstr (text, "\nDigestHash=(set)  # camrelay.conf:"));
  g_assert_nonnull (strstr (text, "\nPassphrase=(set)  # camrelay.conf:"));
  g_assert_nonnull (strstr (text, "\nUsername=(set)  # camrelay.conf:"));
  g_assert_nonnull (strstr (text, "\nTokenHash=(set)  # camrelay.conf:"));
  g_assert_nonnull (strstr (text, "\nURL=rtsp://cam/1?token=…&x=1  # camrelay.conf:"));
}

/* What would bend the lines of a terminal is told as bytes. */
static void
test_odd_text (Fixture *self, gconstpointer data)
{
  (void) data;
  add_file (self, "camrelay.conf", NULL, "[Camera a]\nURL=test:\nDescription=a\tb \xe2\x80\xae it's\n");
  assert_described (self, "[Camera a]\nURL=test:  # camrelay.conf:2\nDescription=a\\x09b \\xe2\\x80\\xae it\\x27s  # camrelay.conf:3\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/config/describe/nothing", Fixture, NULL, set_up, test_nothing, tear_down);
  g_test_add ("/config/describe/sections", Fixture, NULL, set_up, test_sections, tear_down);
  g_test_add ("/config/describe/origins", Fixture, NULL, set_up, test_origins, tear_down);
  g_test_add ("/config/describe/no-secret", Fixture, NULL, set_up, test_no_secret, tear_down);
  g_test_add ("/config/describe/odd-text", Fixture, NULL, set_up, test_odd_text, tear_down);
  return g_test_run ();
}
