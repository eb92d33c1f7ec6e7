#include "config/config-table.h"

#include <gio/gio.h>
#include <string.h>

#include "config/config-set.h"
#include "config/config-store.h"

/* A row's struct, with all defaults; whoever frees it knows the type. */
typedef struct {
  CamConfigSet *set;
  CamCameraConfig *camera;
  CamUserConfig *user;
  CamTokenConfig *token;
} Targets;

static void *
target_of (const Targets *targets, const CamConfigKey *key)
{
  switch (key->scope) {
  case CAM_KEY_SCOPE_SERVER:
    return &targets->set->server;
  case CAM_KEY_SCOPE_USER:
    return targets->user;
  case CAM_KEY_SCOPE_TOKEN:
    return targets->token;
  case CAM_KEY_SCOPE_CAMERA:
    return cam_config_key_is_of_stream (key) ? (void *) &targets->camera->streams[CAM_STREAM_MAIN] : targets->camera;
  }
  g_assert_not_reached ();
}

static void
test_rows (void)
{
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    g_assert_cmpint (cam_config_table_find (key->section, key->name), ==, i);
    g_assert_cmpint (cam_config_table_find_in_scope (key->scope, key->name), <=, i);
    g_assert_cmpint (cam_config_table_find_in_scope (key->scope, key->name), >=, 0);
    g_assert_cmpint (key->effect, >, CAM_EFFECT_NONE);
    g_assert_cmpint (key->effect, <=, CAM_EFFECT_RESTART);
    /* What has no field has no default that could be stored. */
    g_assert_true (key->has_field || *key->preset == '\0');
  }
  g_assert_cmpint (cam_config_table_find ("RTSP", "listen"), ==, -1);
  g_assert_cmpint (cam_config_table_find ("Limits", "Listen"), ==, -1);
  g_assert_cmpint (cam_config_table_find_in_scope (CAM_KEY_SCOPE_USER, "Listen"), ==, -1);
}

static void
test_effects (void)
{
  static const char *const words[] = {"none", "live", "reconnects", "remounts", "restart"};
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_cmpstr (cam_key_effect_word ((CamKeyEffect) i), ==, words[i]);
  g_assert_cmpint (cam_config_keys[CAM_KEY_Access_Read].effect, ==, CAM_EFFECT_LIVE);
  g_assert_cmpint (cam_config_keys[CAM_KEY_Stream_URL].effect, ==, CAM_EFFECT_RECONNECTS);
  g_assert_cmpint (cam_config_keys[CAM_KEY_Audio_Mode].effect, ==, CAM_EFFECT_REMOUNTS);
  /* Every [User …] is read anew by whoever logs in. */
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++)
    g_assert_true (cam_config_keys[i].scope != CAM_KEY_SCOPE_USER || cam_config_keys[i].effect == CAM_EFFECT_LIVE);
}

/* Every default is valid for its own row, and what is no value of a row leaves its field alone. */
static void
test_store (void)
{
  const Targets targets = {.set = cam_config_set_new (), .camera = cam_camera_config_new ("a"), .user = cam_user_config_new ("u"),
                           .token = cam_token_config_new ("t")};
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    g_autoptr (GError) error = NULL;
    if (!key->has_field)
      continue;
    if (*key->preset != '\0')
      g_assert_true (cam_config_store (key, key->preset, target_of (&targets, key), &error));
    g_assert_no_error (error);
    if (key->type == CAM_KEY_TYPE_STRING || key->type == CAM_KEY_TYPE_WORDS)
      continue;
    g_assert_false (cam_config_store (key, "?", target_of (&targets, key), &error));
    g_assert_nonnull (error);
    g_assert_true (g_str_has_prefix (error->message, "'?': expected "));
  }
  g_assert_cmpint (targets.set->server.reader_timeout, ==, 30 * G_USEC_PER_SEC);
  g_assert_cmpstr (targets.set->server.listen[0], ==, "[::]:8554");
  g_assert_cmpint (targets.camera->streams[CAM_STREAM_MAIN].stall_timeout, ==, 5 * G_USEC_PER_SEC);
  cam_config_set_unref (targets.set);
  cam_camera_config_unref (targets.camera);
  cam_user_config_free (targets.user);
  cam_token_config_free (targets.token);
}

static void
test_replace (void)
{
  g_autoptr (CamCameraConfig) camera = cam_camera_config_new ("a");
  const CamConfigKey *read = &cam_config_keys[CAM_KEY_Access_Read];
  g_assert_null (camera->read);
  g_assert_true (cam_config_store (read, "users", camera, NULL));
  g_assert_true (cam_config_store (read, "anyone net:::/0", camera, NULL));
  g_assert_cmpuint (camera->read->len, ==, 2);
  g_assert_true (cam_config_store (&cam_config_keys[CAM_KEY_Camera_Description], "  two words ", camera, NULL));
  g_assert_cmpstr (camera->description, ==, "two words");
}

/* The documents are made from the rows: a row without a sentence would leave a hole. */
static void
test_texts (void)
{
  static const struct {
    const char *text;
    const char *range;
    CamKeyType type;
  } rows[] = {
#define SERVER(section, key, field, type, preset, range, effect, text) {text, range, CAM_KEY_TYPE_##type},
#define CAMERA(section, key, field, type, preset, range, effect, text) {text, range, CAM_KEY_TYPE_##type},
#define USER(section, key, field, type, preset, range, effect, text) {text, range, CAM_KEY_TYPE_##type},
#define TOKEN(section, key, field, type, preset, range, effect, text) {text, range, CAM_KEY_TYPE_##type},
#include "camrelay/config-keys.def"
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpuint (strlen (rows[i].text), >, 10);
    g_assert_false (g_str_has_suffix (rows[i].text, "."));
    const bool is_ranged = rows[i].type == CAM_KEY_TYPE_COUNT || rows[i].type == CAM_KEY_TYPE_COUNT_PAIR || rows[i].type == CAM_KEY_TYPE_DURATION ||
                           rows[i].type == CAM_KEY_TYPE_DURATION_RANGE || rows[i].type == CAM_KEY_TYPE_BITRATE ||
                           rows[i].type == CAM_KEY_TYPE_BYTES || rows[i].type == CAM_KEY_TYPE_ENUM;
    g_assert_true (!is_ranged || strchr (rows[i].range, ' ') != NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/table/rows", test_rows);
  g_test_add_func ("/config/table/effects", test_effects);
  g_test_add_func ("/config/table/texts", test_texts);
  g_test_add_func ("/config/store/rows", test_store);
  g_test_add_func ("/config/store/replace", test_replace);
  return g_test_run ();
}
