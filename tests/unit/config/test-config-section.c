#include "config/config-section.h"

#include "config/config-error.h"

#define OK (-1)

static void
test_titles (void)
{
  static const struct {
    const char *title;
    const char *camera;
    int code;
    CamSectionKind kind;
    const char *section;
    const char *name;
    CamCameraPart part;
  } cases[] = {
      {"RTSP", NULL, OK, CAM_SECTION_SERVER, "RTSP", NULL, 0},
      {" Limits ", NULL, OK, CAM_SECTION_SERVER, "Limits", NULL, 0},
      {"Defaults", NULL, OK, CAM_SECTION_DEFAULTS, "Defaults", NULL, 0},
      {"Access", NULL, OK, CAM_SECTION_DEFAULTS, "Access", NULL, CAM_PART_ACCESS},
      {"Access", "front", OK, CAM_SECTION_CAMERA, "Access", "front", CAM_PART_ACCESS},
      {"User bob", NULL, OK, CAM_SECTION_USER, "User", "bob", 0},
      {"Camera", "front", OK, CAM_SECTION_CAMERA, "Camera", "front", CAM_PART_CAMERA},
      {"Camera gate", "front", OK, CAM_SECTION_CAMERA, "Camera", "gate", CAM_PART_CAMERA},
      {"Camera \t gate", NULL, OK, CAM_SECTION_CAMERA, "Camera", "gate", CAM_PART_CAMERA},
      {"Stream main", "front", OK, CAM_SECTION_CAMERA, "Stream", "front", CAM_PART_STREAM_MAIN},
      {"Stream sub", "front", OK, CAM_SECTION_CAMERA, "Stream", "front", CAM_PART_STREAM_SUB},
      {"Stream gate/sub", NULL, OK, CAM_SECTION_CAMERA, "Stream", "gate", CAM_PART_STREAM_SUB},
      {"Stream main/main", NULL, OK, CAM_SECTION_CAMERA, "Stream", "main", CAM_PART_STREAM_MAIN},
      {"Audio gate", NULL, OK, CAM_SECTION_CAMERA, "Audio", "gate", CAM_PART_AUDIO},
      {"Retry", "front", OK, CAM_SECTION_CAMERA, "Retry", "front", CAM_PART_RETRY},
      {"Offline gate", NULL, OK, CAM_SECTION_CAMERA, "Offline", "gate", CAM_PART_OFFLINE},
      {"RTSP", "front", CAM_CONFIG_ERROR_CONFLICT, 0, NULL, NULL, 0},
      {"RTSP x", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Defaults", "front", CAM_CONFIG_ERROR_CONFLICT, 0, NULL, NULL, 0},
      {"User bob", "front", CAM_CONFIG_ERROR_CONFLICT, 0, NULL, NULL, 0},
      {"User", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"User a:b", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Camera", NULL, CAM_CONFIG_ERROR_CONFLICT, 0, NULL, NULL, 0},
      {"Camera a b", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Camera", "My Camera", CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Stream", "front", CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Stream gate", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Stream main", NULL, CAM_CONFIG_ERROR_CONFLICT, 0, NULL, NULL, 0},
      {"Stream /sub", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"Stream a/b/sub", NULL, CAM_CONFIG_ERROR_VALUE, 0, NULL, NULL, 0},
      {"rtsp", NULL, CAM_CONFIG_ERROR_UNKNOWN, 0, NULL, NULL, 0},
      {"Web", NULL, CAM_CONFIG_ERROR_UNKNOWN, 0, NULL, NULL, 0},
      {" ", NULL, CAM_CONFIG_ERROR_UNKNOWN, 0, NULL, NULL, 0},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (CamConfigSection) section = {.section = NULL};
    g_autoptr (GError) error = NULL;
    const bool ok = cam_config_section_parse (cases[i].title, cases[i].camera, &section, &error);
    g_assert_cmpstr (section.section, ==, cases[i].section);
    g_assert_cmpstr (section.name, ==, cases[i].name);
    if (cases[i].code != OK) {
      g_assert_false (ok);
      g_assert_error (error, CAM_CONFIG_ERROR, cases[i].code);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpint (section.kind, ==, cases[i].kind);
    g_assert_cmpint (section.part, ==, cases[i].part);
  }
}

static void
test_part_titles (void)
{
  g_assert_cmpstr (cam_camera_part_title (CAM_PART_CAMERA), ==, "[Camera]");
  g_assert_cmpstr (cam_camera_part_title (CAM_PART_STREAM_SUB), ==, "[Stream sub]");
  g_assert_cmpstr (cam_camera_part_title (CAM_PART_RETRY), ==, "[Retry]");
}

static void
test_keys (void)
{
  static const struct {
    const char *title;
    const char *camera;
    const char *key;
    int row;
  } cases[] = {
      {"Camera", "front", "URL", CAM_KEY_Camera_URL},   {"Stream sub", "front", "URL", CAM_KEY_Stream_URL},
      {"Camera", "front", "Mode", -1},                  {"Token ci", NULL, "Role", CAM_KEY_Token_Role},
      {"Token ci", NULL, "Password", -1},               {"User bob", NULL, "Password", CAM_KEY_User_Password},
      {"Defaults", NULL, "Mode", CAM_KEY_Audio_Mode},   {"Defaults", NULL, "Listen", -1},
      {"Limits", NULL, "MaxReaders", CAM_KEY_Limits_MaxReaders}, {"Limits", NULL, "maxreaders", -1},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (CamConfigSection) section = {.section = NULL};
    g_assert_true (cam_config_section_parse (cases[i].title, cases[i].camera, &section, NULL));
    g_assert_cmpint (cam_config_section_find_key (&section, cases[i].key), ==, cases[i].row);
    g_assert_cmpint (cam_config_section_is_defaults (&section), ==, g_str_equal (cases[i].title, "Defaults"));
  }
}

/* Each is the other's, and only there. */
static void
test_twins (void)
{
  unsigned n_twins = 0;
  for (unsigned part = 0; part < CAM_N_PARTS; part++) {
    for (unsigned key = 0; key < CAM_N_CONFIG_KEYS; key++) {
      const CamPartKey one = {(CamCameraPart) part, (CamConfigKeyId) key};
      const CamPartKey *other = cam_config_find_twin (one);
      if (other == NULL)
        continue;
      const CamPartKey *back = cam_config_find_twin (*other);
      g_assert_true (back->part == one.part && back->key == one.key);
      n_twins++;
    }
  }
  g_assert_cmpuint (n_twins, ==, 4);
  g_assert_null (cam_config_find_twin ((CamPartKey){CAM_PART_STREAM_SUB, CAM_KEY_Stream_URL}));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/section/titles", test_titles);
  g_test_add_func ("/config/section/part-titles", test_part_titles);
  g_test_add_func ("/config/section/keys", test_keys);
  g_test_add_func ("/config/section/twins", test_twins);
  return g_test_run ();
}
