#include "control/api-openapi.h"

#include <json-glib/json-glib.h>

#include "control/api-route.h"

static JsonObject *
read_document (JsonParser *parser)
{
  g_autoptr (GBytes) bytes = cam_api_openapi_text ();
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);
  json_parser_load_from_data (parser, text, (gssize) length, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

/* Every verb is there, with what its path takes and what it answers. */
static void
test_verbs (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *paths = json_object_get_object_member (read_document (parser), "paths");
  for (int i = 0; i < CAM_N_VERBS; i++) {
    g_autofree char *path = g_strconcat (CAM_API_PREFIX, cam_verbs[i].path, NULL);
    g_autofree char *method = g_ascii_strdown (cam_verbs[i].method, -1);
    JsonObject *operation = json_object_get_object_member (json_object_get_object_member (paths, path), method);
    g_assert_cmpstr (json_object_get_string_member (operation, "operationId"), ==, cam_verbs[i].word);
    bool takes = g_strrstr (path, "{") != NULL;
    g_assert_true (!takes || json_array_get_length (json_object_get_array_member (operation, "parameters")) >= 1);
    JsonObject *responses = json_object_get_object_member (operation, "responses");
    g_assert_true (json_object_has_member (responses, "200") && json_object_has_member (responses, "default"));
  }
  static const char *const pages[] = {"/metrics", "/healthz", "/readyz", CAM_API_PREFIX "/openapi.json"};
  for (unsigned i = 0; i < G_N_ELEMENTS (pages); i++)
    g_assert_true (json_object_has_member (paths, pages[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/api-openapi/verbs", test_verbs);
  return g_test_run ();
}
