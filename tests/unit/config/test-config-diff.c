#include "config/config-diff.h"

#include "field-values.h"

typedef struct {
  CamConfigSet *before;
  CamConfigSet *after;
} Pair;

static CamCameraConfig *
add_camera (CamConfigSet *set, const char *name, bool has_sub)
{
  CamCameraConfig *camera = cam_camera_config_new (name);
  camera->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://cam/main");
  if (has_sub)
    camera->streams[CAM_STREAM_SUB].url = g_strdup ("rtsp://cam/sub");
  g_ptr_array_add (set->cameras, camera);
  return camera;
}

/* A camera "a" with both streams on either side. */
static Pair
pair_new (void)
{
  Pair self = {.before = cam_config_set_new (), .after = cam_config_set_new ()};
  add_camera (self.before, "a", true);
  add_camera (self.after, "a", true);
  return self;
}

static void
pair_clear (Pair *self)
{
  cam_config_set_unref (self->before);
  cam_config_set_unref (self->after);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static CamCameraConfig *
camera_of (const CamConfigSet *set)
{
  return g_ptr_array_index (set->cameras, 0);
}

static char *
describe (const Pair *pair)
{
  cam_config_set_sort (pair->before);
  cam_config_set_sort (pair->after);
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair->before, pair->after);
  g_autoptr (GPtrArray) lines = cam_config_diff_describe (diff);
  g_assert_cmpint (cam_config_diff_is_empty (diff), ==, lines->len == 0);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static void
test_same (void)
{
  g_auto (Pair) pair = pair_new ();
  g_autofree char *text = describe (&pair);
  g_assert_cmpstr (text, ==, "");
  g_autoptr (CamConfigDiff) same = cam_config_diff_new (pair.before, pair.before);
  g_assert_true (cam_config_diff_is_empty (same));
}

/* Each row alone is one change with the row's effect, on the streams it is about. */
static void
check_camera_row (CamConfigKeyId id)
{
  const CamConfigKey *key = &cam_config_keys[id];
  g_auto (Pair) pair = pair_new ();
  const bool is_of_stream = cam_config_key_is_of_stream (key);
  store_another (key, is_of_stream ? (void *) &camera_of (pair.after)->streams[CAM_STREAM_SUB] : camera_of (pair.after));
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair.before, pair.after);
  g_assert_cmpuint (diff->cameras->len, ==, 1);
  const CamCameraDiff *camera = g_ptr_array_index (diff->cameras, 0);
  g_assert_cmpstr (camera->camera, ==, "a");
  g_assert_cmpint (camera->change, ==, CAM_CAMERA_CHANGED);
  g_assert_cmpuint (camera->keys->len, ==, 1);
  const CamKeyChange *change = g_ptr_array_index (camera->keys, 0);
  g_assert_cmpint (change->key, ==, id);
  g_assert_cmpint (change->stream, ==, is_of_stream ? CAM_STREAM_SUB : -1);
  g_assert_cmpstr (change->before, !=, change->after);
  g_assert_nonnull (change->before);
  g_assert_cmpint (camera->effects[CAM_STREAM_SUB], ==, key->effect);
  g_assert_cmpint (camera->effects[CAM_STREAM_MAIN], ==, is_of_stream ? CAM_EFFECT_NONE : key->effect);
}

static void
check_server_row (CamConfigKeyId id)
{
  g_auto (Pair) pair = pair_new ();
  store_another (&cam_config_keys[id], &pair.after->server);
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair.before, pair.after);
  g_assert_cmpuint (diff->server->len, ==, 1);
  g_assert_cmpuint (diff->cameras->len, ==, 0);
  const CamKeyChange *change = g_ptr_array_index (diff->server, 0);
  g_assert_cmpint (change->key, ==, id);
  g_assert_cmpint (change->stream, ==, -1);
  g_assert_cmpstr (change->before, !=, change->after);
}

static void
test_rows (void)
{
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    if (key->has_field && key->scope == CAM_KEY_SCOPE_CAMERA)
      check_camera_row ((CamConfigKeyId) i);
    if (key->has_field && key->scope == CAM_KEY_SCOPE_SERVER)
      check_server_row ((CamConfigKeyId) i);
  }
}

static void
test_urls (void)
{
  g_auto (Pair) pair = pair_new ();
  CamStreamConfig *streams = camera_of (pair.after)->streams;
  g_free (streams[CAM_STREAM_MAIN].url);
  streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://bob:canary@cam/other?token=canary");
  g_autofree char *text = describe (&pair);
  g_assert_cmpstr (text, ==, "~ camera a: [Stream main] URL=rtsp://cam/main → rtsp://cam/other?token=… (reconnects)");
  g_free (camera_of (pair.before)->streams[CAM_STREAM_MAIN].url);
  camera_of (pair.before)->streams[CAM_STREAM_MAIN].url = g_strdup ("rtsp://cam/other?token=finch");
  g_autofree char *secret = describe (&pair);
  g_assert_cmpstr (secret, ==, "~ camera a: [Stream main] URL (reconnects)");
}

/* Who logs in with what is one change of the camera, and reconnects the streams it is about. */
static void
test_log_ins (void)
{
  g_auto (Pair) pair = pair_new ();
  CamStreamConfig *stream = &camera_of (pair.after)->streams[CAM_STREAM_SUB];
  stream->username = g_strdup ("canary");
  stream->password = cam_secret_new ("canary", -1);
  g_autofree char *text = describe (&pair);
  g_assert_cmpstr (text, ==, "~ camera a: [Camera] Username (reconnects)\n~ camera a: [Camera] Password (reconnects)");
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair.before, pair.after);
  const CamCameraDiff *camera = g_ptr_array_index (diff->cameras, 0);
  g_assert_cmpint (camera->effects[CAM_STREAM_MAIN], ==, CAM_EFFECT_NONE);
  g_assert_cmpint (camera->effects[CAM_STREAM_SUB], ==, CAM_EFFECT_RECONNECTS);
}

/* The strongest of several effects holds. */
static void
test_effects (void)
{
  g_auto (Pair) pair = pair_new ();
  CamCameraConfig *camera = camera_of (pair.after);
  camera->audio_mode = CAM_AUDIO_OPUS;
  camera->streams[CAM_STREAM_MAIN].transport = CAM_TRANSPORT_UDP;
  camera->hold = G_USEC_PER_SEC;
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair.before, pair.after);
  const CamCameraDiff *changed = g_ptr_array_index (diff->cameras, 0);
  g_assert_cmpuint (changed->keys->len, ==, 3);
  g_assert_cmpint (changed->effects[CAM_STREAM_MAIN], ==, CAM_EFFECT_REMOUNTS);
  g_assert_cmpint (changed->effects[CAM_STREAM_SUB], ==, CAM_EFFECT_REMOUNTS);
}

static void
test_streams_come_and_go (void)
{
  g_auto (Pair) pair = {.before = cam_config_set_new (), .after = cam_config_set_new ()};
  add_camera (pair.before, "comes", false);
  CamCameraConfig *came = add_camera (pair.after, "comes", true);
  came->streams[CAM_STREAM_SUB].idle_timeout = G_USEC_PER_SEC;
  add_camera (pair.before, "goes", true);
  add_camera (pair.after, "goes", false)->max_readers = 3;
  /* What is said of a stream that is not there changes nothing. */
  add_camera (pair.before, "stays", false);
  add_camera (pair.after, "stays", false)->streams[CAM_STREAM_SUB].idle_timeout = G_USEC_PER_SEC;
  g_autofree char *text = describe (&pair);
  g_assert_cmpstr (text, ==,
                   "+ camera comes: [Stream sub]\n- camera goes: [Stream sub]\n~ camera goes: [Access] MaxReaders=none → 3 (live)");
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair.before, pair.after);
  const CamCameraDiff *comes = g_ptr_array_index (diff->cameras, 0);
  const CamCameraDiff *goes = g_ptr_array_index (diff->cameras, 1);
  g_assert_true (comes->appears[CAM_STREAM_SUB] && !comes->appears[CAM_STREAM_MAIN] && !comes->vanishes[CAM_STREAM_SUB]);
  g_assert_cmpint (comes->effects[CAM_STREAM_SUB], ==, CAM_EFFECT_NONE);
  g_assert_true (goes->vanishes[CAM_STREAM_SUB] && !goes->appears[CAM_STREAM_SUB]);
  g_assert_cmpint (goes->effects[CAM_STREAM_MAIN], ==, CAM_EFFECT_LIVE);
  g_assert_cmpint (goes->effects[CAM_STREAM_SUB], ==, CAM_EFFECT_NONE);
}

static void
test_lists (void)
{
  g_auto (Pair) pair = pair_new ();
  add_camera (pair.before, "old", false);
  add_camera (pair.after, "new", false);
  static const char *const users[] = {"ann", "bob", "cid", "dan"};
  for (unsigned i = 0; i < 3; i++)
    g_ptr_array_add (pair.before->users, cam_user_config_new (users[i]));
  for (unsigned i = 1; i < 4; i++)
    g_ptr_array_add (pair.after->users, cam_user_config_new (users[i]));
  CamUserConfig *bob = g_ptr_array_index (pair.after->users, 0);
  bob->password = cam_secret_new ("canary", -1);
  CamTokenConfig *before = cam_token_config_new ("ci");
  CamTokenConfig *after = cam_token_config_new ("ci");
  after->role = CAM_ROLE_ADMIN;
  g_ptr_array_add (pair.before->tokens, before);
  g_ptr_array_add (pair.after->tokens, after);
  g_autofree char *text = describe (&pair);
  g_assert_cmpstr (text, ==, "+ camera new\n- camera old\n- user ann\n~ user bob\n+ user dan\n~ token ci");
}

/* Of users and tokens anything that differs is a change, and no secret shows. */
static void
test_secrets (void)
{
  g_auto (Pair) pair = pair_new ();
  pair.after->server.srt_passphrase = cam_secret_new ("canary-canary", -1);
  static const char *const names[] = {"groups", "md5", "same", "sha256"};
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_ptr_array_add (pair.before->users, cam_user_config_new (names[i]));
    g_ptr_array_add (pair.after->users, cam_user_config_new (names[i]));
  }
  CamUserConfig *groups = g_ptr_array_index (pair.after->users, 0);
  CamUserConfig *md5 = g_ptr_array_index (pair.after->users, 1);
  CamUserConfig *sha256 = g_ptr_array_index (pair.after->users, 3);
  g_strfreev (groups->groups);
  groups->groups = g_strsplit ("family", " ", -1);
  md5->md5_hash = g_strdup ("canary");
  sha256->sha256_hash = g_strdup ("canary");
  g_autofree char *text = describe (&pair);
  g_assert_cmpstr (text, ==, "~ [SRT] Passphrase (live)\n~ user groups\n~ user md5\n~ user sha256");
}

/* As large as a configuration may be: nobody waits for this. */
static void
test_large (void)
{
  g_auto (Pair) pair = {.before = cam_config_set_new (), .after = cam_config_set_new ()};
  for (unsigned i = 0; i < 4096; i++) {
    g_autofree char *name = g_strdup_printf ("camera-%04u", i);
    add_camera (pair.before, name, true);
    add_camera (pair.after, name, true)->max_readers = i == 4095;
  }
  const gint64 begin_us = g_get_monotonic_time ();
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (pair.before, pair.after);
  g_test_message ("4096 cameras compared in %" G_GINT64_FORMAT " us", g_get_monotonic_time () - begin_us);
  g_assert_cmpuint (diff->cameras->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/diff/same", test_same);
  g_test_add_func ("/config/diff/rows", test_rows);
  g_test_add_func ("/config/diff/urls", test_urls);
  g_test_add_func ("/config/diff/log-ins", test_log_ins);
  g_test_add_func ("/config/diff/effects", test_effects);
  g_test_add_func ("/config/diff/streams", test_streams_come_and_go);
  g_test_add_func ("/config/diff/lists", test_lists);
  g_test_add_func ("/config/diff/secrets", test_secrets);
  g_test_add_func ("/config/diff/large", test_large);
  return g_test_run ();
}
