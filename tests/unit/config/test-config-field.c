#include "config/config-field.h"

#include "config/config-set.h"
#include "field-values.h"

/* Two structs of every kind, at their defaults. */
typedef struct {
  CamConfigSet *set;
  CamCameraConfig *camera;
  CamUserConfig *user;
  CamTokenConfig *token;
} Targets;

static Targets
targets_new (void)
{
  return (Targets){.set = cam_config_set_new (), .camera = cam_camera_config_new ("a"), .user = cam_user_config_new ("u"),
                    .token = cam_token_config_new ("t")};
}

static void
targets_clear (Targets *self)
{
  cam_config_set_unref (self->set);
  cam_camera_config_unref (self->camera);
  cam_user_config_free (self->user);
  cam_token_config_free (self->token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Targets, targets_clear)

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
    return cam_config_key_is_of_stream (key) ? (void *) &targets->camera->streams[CAM_STREAM_SUB] : targets->camera;
  }
  g_assert_not_reached ();
}

/* Whatever a field holds, what is written of it gives the same field again; of every row. */
static void
test_rows (void)
{
  g_auto (Targets) one = targets_new ();
  g_auto (Targets) other = targets_new ();
  unsigned n_rows = 0;
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    void *left = target_of (&one, key);
    void *right = target_of (&other, key);
    if (!key->has_field)
      continue;
    g_assert_true (cam_config_field_equal (key, left, right));
    store_another (key, left);
    g_assert_false (cam_config_field_equal (key, left, right));
    g_autofree char *text = cam_config_field_write (key, left);
    g_assert_true (cam_config_store (key, text, right, NULL));
    g_assert_true (cam_config_field_equal (key, left, right));
    n_rows++;
  }
  g_assert_cmpuint (n_rows, >, 40);
}

typedef struct {
  CamConfigKeyId key;
  const char *text;
  const char *written;
} Written;

static void
test_texts (void)
{
  static const Written rows[] = {
      {CAM_KEY_Camera_Description, "  back  yard ", "back  yard"},
      {CAM_KEY_Camera_Enabled, "off", "no"},
      {CAM_KEY_Camera_MaxConnections, "none", "none"},
      {CAM_KEY_Camera_MaxConnections, "12", "12"},
      {CAM_KEY_Audio_Complexity, "0", "0"},
      {CAM_KEY_Audio_BitRate, "auto", "auto"},
      {CAM_KEY_Audio_BitRate, "64K", "64K"},
      {CAM_KEY_Audio_BitRate, "64001", "64001"},
      {CAM_KEY_Audio_AudioHold, "0s", "0s"},
      {CAM_KEY_Audio_AudioHold, "45ms", "45ms"},
      {CAM_KEY_Audio_Mode, "aac", "aac"},
      {CAM_KEY_Offline_Hold, "infinity", "infinity"},
      {CAM_KEY_Offline_Hold, "3600s", "1h"},
      {CAM_KEY_Offline_Hold, "90s", "90s"},
      {CAM_KEY_Offline_Hold, "120s", "2min"},
      {CAM_KEY_Retry_Backoff, "1500ms 60s", "1500ms 1min"},
      {CAM_KEY_Access_Read, "user:bob  group:family net:10.0.0.0/8 net:fd00::/8 users anyone",
       "user:bob group:family net:10.0.0.0/8 net:fd00::/8 users anyone"},
  };
  g_autoptr (CamCameraConfig) camera = cam_camera_config_new ("a");
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    const CamConfigKey *key = &cam_config_keys[rows[i].key];
    g_assert_true (cam_config_store (key, rows[i].text, camera, NULL));
    g_autofree char *written = cam_config_field_write (key, camera);
    g_assert_cmpstr (written, ==, rows[i].written);
  }
}

static void
test_server_texts (void)
{
  static const Written rows[] = {
      {CAM_KEY_RTSP_Listen, "[::]:8554 10.0.0.1:554", "[::]:8554 10.0.0.1:554"},
      {CAM_KEY_RTSP_ListenTLS, "", ""},
      {CAM_KEY_RTSP_UDPPorts, "auto", "auto"},
      {CAM_KEY_RTSP_UDPPorts, "8000-8001", "8000-8001"},
      {CAM_KEY_RTSP_MulticastRange, "", ""},
      {CAM_KEY_RTSP_MulticastRange, "239.255.42.0/24", "239.255.42.0/24"},
      {CAM_KEY_RTSP_MulticastRange, "239.255.42.7/32", "239.255.42.7/32"},
      {CAM_KEY_Limits_StartConcurrency, "32 4", "32 4"},
      {CAM_KEY_Limits_MediaMemory, "auto", "auto"},
      {CAM_KEY_Limits_MediaMemory, "3G", "3G"},
      {CAM_KEY_Limits_MediaMemory, "1537M", "1537M"},
  };
  g_autoptr (CamConfigSet) set = cam_config_set_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    const CamConfigKey *key = &cam_config_keys[rows[i].key];
    g_assert_true (cam_config_store (key, rows[i].text, &set->server, NULL));
    g_autofree char *written = cam_config_field_write (key, &set->server);
    g_assert_cmpstr (written, ==, rows[i].written);
  }
}

/* No rule at all is another thing than any rule, and off another time than none. */
static void
test_specials (void)
{
  g_autoptr (CamCameraConfig) one = cam_camera_config_new ("a");
  g_autoptr (CamCameraConfig) other = cam_camera_config_new ("b");
  const CamConfigKey *read = &cam_config_keys[CAM_KEY_Access_Read];
  const CamConfigKey *frozen = &cam_config_keys[CAM_KEY_Stream_FrozenTimeout];
  g_assert_true (cam_config_field_equal (read, one, other));
  g_autofree char *none = cam_config_field_write (read, one);
  g_assert_cmpstr (none, ==, "");
  g_assert_true (cam_config_store (read, "users", one, NULL));
  g_assert_false (cam_config_field_equal (read, one, other));
  g_assert_false (cam_config_field_equal (read, other, one));
  g_autofree char *off = cam_config_field_write (frozen, &one->streams[CAM_STREAM_MAIN]);
  g_assert_cmpstr (off, ==, "off");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/field/rows", test_rows);
  g_test_add_func ("/config/field/texts", test_texts);
  g_test_add_func ("/config/field/server-texts", test_server_texts);
  g_test_add_func ("/config/field/specials", test_specials);
  return g_test_run ();
}
