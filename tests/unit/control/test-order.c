#include "control/order.h"

#include <string.h>

#include "control/control-error.h"
#include "control/json-scan.h"

static CamOrder *
read_order (CamVerb verb, const char *text, GError **error)
{
  g_autoptr (JsonObject) arguments = cam_json_read_object (text, strlen (text), NULL);
  g_assert_nonnull (arguments);
  return cam_order_new (verb, arguments, error);
}

static void
test_good (void)
{
  g_autoptr (CamOrder) reload = read_order (CAM_VERB_RELOAD, "{\"verb\": \"reload\"}", NULL);
  g_assert_null (reload->camera);
  g_assert_cmpuint (reload->settings->len, ==, 0);
  g_autoptr (CamOrder) retry = read_order (CAM_VERB_RETRY, "{\"name\": \"drive-way_2\"}", NULL);
  g_assert_cmpstr (retry->camera, ==, "drive-way_2");
  g_autoptr (CamOrder) disable = read_order (CAM_VERB_DISABLE, "{\"name\": \"a\"}", NULL);
  const CamDropinSetting *enabled = &g_array_index (disable->settings, CamDropinSetting, 0);
  g_assert_cmpstr (enabled->section, ==, "Camera");
  g_assert_cmpstr (enabled->key, ==, "Enabled");
  g_assert_cmpstr (enabled->value, ==, "no");
}

static void
test_settings (void)
{
  g_autoptr (CamOrder) set =
      read_order (CAM_VERB_SET, "{\"name\":\"a\",\"settings\":{\"Stream main.URL\":\"rtsp://x/a.b\",\"Description\":null,\".Odd\":\"\"}}", NULL);
  static const CamDropinSetting wanted[] = {{"Stream main", "URL", "rtsp://x/a.b"}, {"Camera", "Description", NULL}, {"", "Odd", ""}};
  g_assert_cmpuint (set->settings->len, ==, G_N_ELEMENTS (wanted));
  for (unsigned i = 0; i < G_N_ELEMENTS (wanted); i++) {
    const CamDropinSetting *setting = &g_array_index (set->settings, CamDropinSetting, i);
    g_assert_cmpstr (setting->section, ==, wanted[i].section);
    g_assert_cmpstr (setting->key, ==, wanted[i].key);
    g_assert_cmpstr (setting->value, ==, wanted[i].value);
  }
}

static void
test_bad (void)
{
  static const struct {
    CamVerb verb;
    const char *text;
  } rows[] = {
      {CAM_VERB_RETRY, "{}"},
      {CAM_VERB_RETRY, "{\"name\": 1}"},
      {CAM_VERB_RETRY, "{\"name\": \"\"}"},
      {CAM_VERB_REMOVE, "{\"name\": \"../../etc/passwd\"}"},
      {CAM_VERB_ENABLE, "{\"name\": \"Upper\"}"},
      {CAM_VERB_DISABLE, "{\"name\": null}"},
      {CAM_VERB_ADD, "{\"name\": \"a\"}"},
      {CAM_VERB_ADD, "{\"name\": \"a\", \"settings\": {}}"},
      {CAM_VERB_SET, "{\"name\": \"a\", \"settings\": []}"},
      {CAM_VERB_SET, "{\"name\": \"a\", \"settings\": {\"URL\": 5}}"},
      {CAM_VERB_SET, "{\"name\": \"a\", \"settings\": {\"URL\": [\"x\"]}}"},
      {CAM_VERB_SET, "{\"settings\": {\"URL\": \"x\"}}"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_order (rows[i].verb, rows[i].text, &error));
    g_assert_error (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_ARGUMENT);
  }
}

static void
test_too_many (void)
{
  GString *text = g_string_new ("{\"name\":\"a\",\"settings\":{");
  for (unsigned i = 0; i <= CAM_ORDER_MAX_SETTINGS; i++)
    g_string_append_printf (text, "%s\"Key%u\":\"\"", i > 0 ? "," : "", i);
  g_string_append (text, "}}");
  g_autofree char *whole = g_string_free (text, FALSE);
  g_autoptr (GError) error = NULL;
  g_assert_null (read_order (CAM_VERB_SET, whole, &error));
  g_assert_error (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/order/good", test_good);
  g_test_add_func ("/order/settings", test_settings);
  g_test_add_func ("/order/bad", test_bad);
  g_test_add_func ("/order/too-many", test_too_many);
  return g_test_run ();
}
