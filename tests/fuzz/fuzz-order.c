/* What anybody may ask as an order, on its way from JSON to a camera's drop-in: whatever its settings hold, each becomes one line of a section that cameras have,
 * and nothing else that stood in the file is different. */
#include <stdint.h>
#include <string.h>

#include "config/camera-dropin.h"
#include "config/config-assemble.h"
#include "config/config-section.h"
#include "control/json-scan.h"
#include "control/order.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char before[] = "# by hand\n[Camera]\nDescription=Yard\n\n[Stream sub]\nIdleTimeout=1min\n";

static bool
has_line (char **lines, const char *wanted)
{
  return g_strv_contains ((const char *const *) lines, wanted);
}

static bool
is_title (const char *line)
{
  for (int part = 0; part < CAM_N_PARTS; part++) {
    if (g_str_equal (line, cam_camera_part_title ((CamCameraPart) part)))
      return true;
  }
  return false;
}

static bool
is_of_setting (const char *line, const GArray *settings)
{
  for (unsigned i = 0; i < settings->len; i++) {
    const CamDropinSetting *setting = &g_array_index (settings, CamDropinSetting, i);
    g_autofree char *said = setting->value != NULL ? g_strconcat (setting->key, "=", setting->value, NULL) : NULL;
    if (g_strcmp0 (line, said) == 0)
      return true;
  }
  return false;
}

/* No setting brings a line that it was not meant to be. */
static void
check_lines (const char *text, const GArray *settings)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) old = g_strsplit (before, "\n", -1);
  for (unsigned i = 0; lines[i] != NULL; i++)
    g_assert_true (has_line (old, lines[i]) || is_title (lines[i]) || is_of_setting (lines[i], settings));
  g_assert_true (has_line (lines, "# by hand"));
}

/* Whatever it says is about this camera, and what is wrong with it can be said without control characters. */
static void
check_meaning (const char *text)
{
  g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  cam_config_draft_add_dropin (draft, cam_config_draft_add_source (draft, "50-ctl.conf"), "front", text, strlen (text), problems);
  g_assert_true (cam_config_problems_is_empty (problems));
  g_assert_cmpuint (draft->cameras->len, ==, 1);
  g_assert_cmpuint (draft->users->len + draft->tokens->len, ==, 0);
  g_autoptr (CamConfigSet) set = cam_config_assemble (draft, NULL, problems);
  cam_config_problems_move_to (problems, errors);
  for (unsigned i = 0; i < errors->len; i++) {
    const char *message = ((const GError *) errors->pdata[i])->message;
    g_assert_true (g_utf8_validate (message, -1, NULL));
    for (const char *at = message; *at != '\0'; at++)
      g_assert_false (g_ascii_iscntrl (*at));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const CamVerb verbs[] = {CAM_VERB_SET, CAM_VERB_ADD, CAM_VERB_DISABLE, CAM_VERB_REMOVE, CAM_VERB_RELOAD};
  g_autofree char *request = g_strndup ((const char *) data, size);
  g_autoptr (JsonObject) arguments = cam_json_read_object (request, size, NULL);
  for (unsigned i = 0; arguments != NULL && i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CamOrder) order = cam_order_new (verbs[i], arguments, &error);
    g_assert_true ((order == NULL) == (error != NULL));
    if (order == NULL || order->settings->len == 0)
      continue;
    g_autofree char *text = cam_camera_dropin_edit (before, (const CamDropinSetting *) (const void *) order->settings->data, order->settings->len, &error);
    g_assert_true ((text == NULL) == (error != NULL));
    if (text == NULL)
      continue;
    check_lines (text, order->settings);
    check_meaning (text);
  }
  return 0;
}
