#include "config/camera-dropin.h"

#include <string.h>

#include "config/config-assemble.h"
#include "config/config-scan.h"

static char *
edit (const char *text, const char *section, const char *key, const char *value)
{
  const CamDropinSetting setting = {.section = section, .key = key, .value = value};
  g_autoptr (GError) error = NULL;
  char *edited = cam_camera_dropin_edit (text, &setting, 1, &error);
  g_assert_no_error (error);
  return edited;
}

static void
test_path (void)
{
  g_autofree char *path = cam_camera_dropin_path ("/var/lib/camrelay", "front");
  g_assert_cmpstr (path, ==, "/var/lib/camrelay/cameras.d/front.d/50-ctl.conf");
}

typedef struct {
  const char *before;
  const char *section;
  const char *key;
  const char *value;
  const char *after;
} Edit;

static void
test_edits (void)
{
  static const Edit rows[] = {
      {NULL, "Camera", "Enabled", "no", "[Camera]\nEnabled=no\n"},
      {"", "Stream sub", "URL", "", "[Stream sub]\nURL=\n"},
      {"", "Camera", "Enabled", NULL, ""},
      {"# said by hand\n", "Camera", "Enabled", "no", "# said by hand\n\n[Camera]\nEnabled=no\n"},
      {"[Camera]\nEnabled=no\n", "Camera", "Enabled", "yes", "[Camera]\nEnabled=yes\n"},
      {"[Camera]\nEnabled=no", "Camera", "Enabled", "yes", "[Camera]\nEnabled=yes\n"},
      {"[Camera]\n  Enabled = no\n# why\n", "Camera", "Enabled", "yes", "[Camera]\nEnabled=yes\n# why\n"},
      {"[Camera front]\r\nEnabled=no\r\n", "Camera", "Enabled", "yes", "[Camera front]\r\nEnabled=yes\n"},
      {"\xef\xbb\xbf[Camera]\nEnabled=no\n", "Camera", "Enabled", "yes", "[Camera]\nEnabled=yes\n"},
      /* A key goes behind the last thing its section says. */
      {"[Camera]\nURL=x\n\n\n[Audio]\nMode=none\n", "Camera", "Enabled", "no", "[Camera]\nURL=x\nEnabled=no\n\n\n[Audio]\nMode=none\n"},
      {"[Camera]\n\n[Audio]\nMode=none\n", "Camera", "Enabled", "no", "[Camera]\nEnabled=no\n\n[Audio]\nMode=none\n"},
      {"[Camera]\nURL=x\n", "Audio", "Mode", "none", "[Camera]\nURL=x\n\n[Audio]\nMode=none\n"},
      {"[Camera]\nURL=x\n\n", "Audio", "Mode", "none", "[Camera]\nURL=x\n\n[Audio]\nMode=none\n"},
      /* The same key of another section is another key. */
      {"[Stream sub]\nURL=x\n[Stream main]\nURL=y\n", "Stream main", "URL", "z", "[Stream sub]\nURL=x\n[Stream main]\nURL=z\n"},
      {"[Stream front/sub]\nURL=x\n", "Stream sub", "URL", "z", "[Stream front/sub]\nURL=z\n"},
      {"[Camera]\n#Enabled=no\nEnabledX=1\n", "Camera", "Enabled", "no", "[Camera]\n#Enabled=no\nEnabledX=1\nEnabled=no\n"},
      /* A section goes with its last word, and only with that. */
      {"[Camera]\nURL=x\nEnabled=no\n", "Camera", "Enabled", NULL, "[Camera]\nURL=x\n"},
      {"[Camera]\nEnabled=no\n\n[Audio]\nMode=none\n", "Camera", "Enabled", NULL, "[Audio]\nMode=none\n"},
      {"[Camera]\n# why\nEnabled=no\n", "Camera", "Enabled", NULL, "[Camera]\n# why\n"},
      {"[Camera]\nEnabled=no\n", "Camera", "Description", NULL, "[Camera]\nEnabled=no\n"},
      {"[Camera]\nEnabled=no\n", "Audio", "Mode", NULL, "[Camera]\nEnabled=no\n"},
      {"[Camera]\n", "Camera", "Enabled", NULL, "[Camera]\n"},
      {"[Camera]\nEnabled=no\n", "Camera", "Enabled", NULL, ""},
      /* One thing has one name. */
      {"[Camera]\nURL=x\nEnabled=no\n", "Stream main", "URL", "y", "[Camera]\nEnabled=no\n\n[Stream main]\nURL=y\n"},
      {"[Camera]\nURL=x\n", "Stream main", "URL", "", "[Stream main]\nURL=\n"},
      {"[Stream main]\nURL=x\n[Stream sub]\nURL=z\n", "Camera", "URL", "y", "[Stream sub]\nURL=z\n\n[Camera]\nURL=y\n"},
      {"[Camera]\nPassword=x\n", "Camera", "PasswordCredential", "y", "[Camera]\nPasswordCredential=y\n"},
      {"[Camera]\nURL=x\n", "Stream main", "URL", NULL, "[Camera]\nURL=x\n"},
      {"[Camera]\nURL=x\n", "Stream sub", "URL", "y", "[Camera]\nURL=x\n\n[Stream sub]\nURL=y\n"},
      /* What makes no sense stays; whoever reads it says so. */
      {"[Camera\nEnabled=no\n", "Camera", "Enabled", "yes", "[Camera\nEnabled=yes\n"},
      {"\xff\n[What]\nx\n", "Camera", "Enabled", "yes", "\xff\n[What]\nx\n\n[Camera]\nEnabled=yes\n"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *after = edit (rows[i].before, rows[i].section, rows[i].key, rows[i].value);
    g_assert_cmpstr (after, ==, rows[i].after);
  }
}

/* Several at once, one after the other; a later one of the same key wins. */
static void
test_several (void)
{
  static const CamDropinSetting settings[] = {
      {"Camera", "URL", "rtsp://cam/1"},  {"Camera", "Username", "bob"}, {"Stream sub", "URL", "rtsp://cam/2"},
      {"Camera", "URL", "rtsp://cam/3"}, {"Camera", "Username", NULL},
  };
  g_autofree char *text = cam_camera_dropin_edit (NULL, settings, G_N_ELEMENTS (settings), NULL);
  g_assert_cmpstr (text, ==, "[Camera]\nURL=rtsp://cam/3\n\n[Stream sub]\nURL=rtsp://cam/2\n");
  g_autofree char *same = cam_camera_dropin_edit (text, NULL, 0, NULL);
  g_assert_cmpstr (same, ==, text);
}

static void
check_refused (const CamDropinSetting *setting, CamConfigError code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_camera_dropin_edit ("[Camera]\nURL=x\n", setting, 1, &error));
  g_assert_error (error, CAM_CONFIG_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_refused (void)
{
  static const struct {
    CamDropinSetting setting;
    CamConfigError code;
    const char *message;
  } rows[] = {
      {{"Kamera", "URL", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "unknown section 'Kamera', did you mean 'Camera'?"},
      {{"", "URL", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "unknown section ''"},
      {{"Camera other", "URL", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "'Camera other' is no section of a camera's own file"},
      {{"Stream other/sub", "URL", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "'Stream other/sub' is no section of a camera's own file"},
      {{"Camera]\n[User x", "URL", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "unknown section 'Camera]?[User'"},
      {{" Camera", "URL", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "' Camera' is no section of a camera's own file"},
      {{"Stream third", "URL", "x"},
       CAM_CONFIG_ERROR_VALUE,
       "expected [Stream main], [Stream sub], [Stream NAME/main] or [Stream NAME/sub]"},
      {{"Limits", "MaxReaders", "3"}, CAM_CONFIG_ERROR_CONFLICT, "section [Limits] belongs in the main configuration file"},
      {{"User bob", "Password", "canary"}, CAM_CONFIG_ERROR_CONFLICT, "section [User NAME] belongs in the main configuration file"},
      {{"Defaults", "URL", "x"}, CAM_CONFIG_ERROR_CONFLICT, "section [Defaults] belongs in the main configuration file"},
      {{"Camera", "Adress", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "unknown key 'Adress' in section [Camera], did you mean 'Address'?"},
      {{"Camera", "Mode", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "key 'Mode' belongs in section [Audio], not in [Camera]"},
      {{"Camera", "URL=x\n[Audio", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "unknown key 'URL=x?[Audio' in section [Camera]"},
      {{"Camera", "", "x"}, CAM_CONFIG_ERROR_UNKNOWN, "unknown key '' in section [Camera]"},
      {{"Camera", "Password", "canary\nURL=x"},
       CAM_CONFIG_ERROR_VALUE,
       "[Camera] Password: the value holds a line end or another control character"},
      {{"Camera", "Password", "canary\r"},
       CAM_CONFIG_ERROR_VALUE,
       "[Camera] Password: the value holds a line end or another control character"},
      {{"Camera", "Password", "canary\x7f"},
       CAM_CONFIG_ERROR_VALUE,
       "[Camera] Password: the value holds a line end or another control character"},
      {{"Camera", "Password", "canary\xc3"}, CAM_CONFIG_ERROR_VALUE, "[Camera] Password: the value is not UTF-8"},
      {{"Camera", "Password", " canary"},
       CAM_CONFIG_ERROR_VALUE,
       "[Camera] Password: a value that begins with a blank cannot stand in a file; a password goes into a credential"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    check_refused (&rows[i].setting, rows[i].code, rows[i].message);
}

/* As long as a line may be, and as large as a file may be, but not more. */
static void
test_bounds (void)
{
  g_autofree char *most = g_strnfill (CAM_CONFIG_MAX_LINE_BYTES - strlen ("Description="), 'x');
  g_autofree char *more = g_strconcat (most, "x", NULL);
  g_autofree char *text = edit (NULL, "Camera", "Description", most);
  g_assert_cmpuint (strlen (text), ==, strlen ("[Camera]\n") + CAM_CONFIG_MAX_LINE_BYTES + 1);
  const CamDropinSetting longer = {"Camera", "Description", more};
  check_refused (&longer, CAM_CONFIG_ERROR_VALUE, "[Camera] Description: the line is longer than 4096 bytes");
  g_autofree char *comment = g_strnfill (CAM_CONFIG_MAX_BYTES, '#');
  const CamDropinSetting one = {"Camera", "Description", "x"};
  g_autoptr (GError) error = NULL;
  g_assert_null (cam_camera_dropin_edit (comment, &one, 1, &error));
  g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_FILE);
}

/* What the file says of @key, or NULL; the scan's groups are kept in @draft. */
static const char *
read_back (CamConfigDraft *draft, const char *text, unsigned part, int key)
{
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  cam_config_draft_add_dropin (draft, cam_config_draft_add_source (draft, "50-ctl.conf"), "front", text, strlen (text), problems);
  g_assert_true (cam_config_problems_is_empty (problems));
  const CamCameraDraft *camera = g_hash_table_lookup (draft->cameras_by_name, "front");
  if (camera == NULL)
    return NULL;
  if (part == CAM_PART_STREAM_MAIN || part == CAM_PART_STREAM_SUB)
    return camera->streams[part == CAM_PART_STREAM_SUB ? CAM_STREAM_SUB : CAM_STREAM_MAIN].of[key].text;
  return camera->keys.of[key].text;
}

static CamCameraPart
part_of_row (const CamConfigKey *row)
{
  if (cam_config_key_is_of_stream (row))
    return g_test_rand_bit () ? CAM_PART_STREAM_SUB : CAM_PART_STREAM_MAIN;
  g_autofree char *title = g_strdup_printf ("[%s]", row->section);
  for (unsigned part = 0; part < CAM_N_PARTS; part++) {
    if (g_str_equal (cam_camera_part_title ((CamCameraPart) part), title))
      return (CamCameraPart) part;
  }
  g_assert_not_reached ();
}

/* Letters, blanks, marks of the syntax and characters of several bytes; what may be refused now and then. */
static char *
random_value (void)
{
  static const char *const pieces[] = {"a", "Z", "7", " ", "\t", "=", "#", "[", "]", "%", "\"", "\\", "ü", "→", ";", "\n", "\r", "\x01", "\xff"};
  GString *value = g_string_new (NULL);
  const int length = g_test_rand_int_range (0, 12);
  for (int i = 0; i < length; i++) {
    const bool may_be_bad = g_test_rand_int_range (0, 10) == 0;
    g_string_append (value, pieces[g_test_rand_int_range (0, may_be_bad ? (int) G_N_ELEMENTS (pieces) : 15)]);
  }
  return g_string_free (value, FALSE);
}

/* The lines of @text but those of one key and of its other name, so that nothing else can have changed unseen. */
static char *
without_keys (const char *text, const char *key, const char *other_name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *prefix = g_strconcat (key, "=", NULL);
  g_autofree char *other_prefix = g_strconcat (other_name, "=", NULL);
  GString *rest = g_string_new (NULL);
  for (char **line = lines; *line != NULL; line++) {
    if (**line != '\0' && **line != '[' && !g_str_has_prefix (*line, prefix) && !g_str_has_prefix (*line, other_prefix))
      g_string_append_printf (rest, "%s\n", *line);
  }
  return g_string_free (rest, FALSE);
}

/* Whatever is set is read back as it was meant, nothing else changes, and what could not be is refused. */
static void
test_round_trip (void)
{
  char *text = g_strdup ("");
  unsigned n_kept = 0;
  for (unsigned round = 0; round < 3000; round++) {
    const int key = g_test_rand_int_range (0, CAM_N_CONFIG_KEYS);
    const CamConfigKey *row = &cam_config_keys[key];
    if (row->scope != CAM_KEY_SCOPE_CAMERA)
      continue;
    const CamCameraPart part = part_of_row (row);
    g_autofree char *section = g_strdup (cam_camera_part_title (part) + 1);
    section[strlen (section) - 1] = '\0';
    g_autofree char *value = random_value ();
    const CamDropinSetting setting = {.section = section, .key = row->name, .value = g_test_rand_int_range (0, 5) > 0 ? value : NULL};
    g_autoptr (GError) error = NULL;
    char *edited = cam_camera_dropin_edit (text, &setting, 1, &error);
    if (edited == NULL) {
      g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
      continue;
    }
    const CamPartKey *twin = cam_config_find_twin ((CamPartKey){part, (CamConfigKeyId) key});
    const char *other_name = twin != NULL ? cam_config_keys[twin->key].name : row->name;
    g_autofree char *others_before = without_keys (text, row->name, other_name);
    g_autofree char *others_after = without_keys (edited, row->name, other_name);
    g_assert_cmpstr (others_before, ==, others_after);
    g_free (text);
    text = edited;
    g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
    const char *read = read_back (draft, text, part, key);
    const char *meant = setting.value != NULL ? setting.value + strspn (setting.value, " \t") : "";
    g_assert_cmpstr (read != NULL ? read : "", ==, meant);
    n_kept++;
  }
  g_assert_cmpuint (n_kept, >, 500);
  g_free (text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/dropin/path", test_path);
  g_test_add_func ("/config/dropin/edits", test_edits);
  g_test_add_func ("/config/dropin/several", test_several);
  g_test_add_func ("/config/dropin/refused", test_refused);
  g_test_add_func ("/config/dropin/bounds", test_bounds);
  g_test_add_func ("/config/dropin/round-trip", test_round_trip);
  return g_test_run ();
}
