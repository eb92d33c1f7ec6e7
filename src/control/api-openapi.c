#include "control/api-openapi.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "control/api-route.h"
#include "control/control-resources.h"
#include "version.h"

#define PARTS "/camrelay/control/openapi-parts.json"

static const char *
role_word (CamRole role)
{
  switch (role) {
  case CAM_ROLE_VIEWER:
    return "viewer";
  case CAM_ROLE_OPERATOR:
    return "operator";
  case CAM_ROLE_ADMIN:
    return "admin";
  }
  g_assert_not_reached ();
}

/* What was written for people and programs beside the table: it is ours, and right (a unit test reads it). */
static JsonObject *
read_parts (void)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (cam_control_get_resource (), PARTS, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);
  gboolean is_json = json_parser_load_from_data (parser, text, (gssize) length, NULL);
  g_assert (is_json);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static JsonObject *
make_reference (const char *kind, const char *name)
{
  g_autofree char *where = g_strdup_printf ("#/components/%s/%s", kind, name);
  JsonObject *reference = json_object_new ();
  json_object_set_string_member (reference, "$ref", where);
  return reference;
}

/* {"description": …, "content": {"application/json": {"schema": …}}}, or of the type that @part names. */
static JsonObject *
make_response (const char *description, JsonObject *part)
{
  const char *type = json_object_get_string_member_with_default (part, "type", "application/json");
  JsonObject *response = json_object_new (), *content = json_object_new (), *media = json_object_new ();
  json_object_set_member (media, "schema", json_node_copy (json_object_get_member (part, "result")));
  json_object_set_object_member (content, type, media);
  json_object_set_string_member (response, "description", description);
  json_object_set_object_member (response, "content", content);
  return response;
}

/* What stands in the path, then what may stand in the query. */
static JsonArray *
make_parameters (const CamVerbRow *row, JsonObject *part)
{
  JsonArray *parameters = json_array_new ();
  for (const char *brace = strchr (row->path, '{'); brace != NULL; brace = strchr (brace + 1, '{')) {
    g_autofree char *name = g_strndup (brace + 1, strcspn (brace + 1, "}"));
    json_array_add_object_element (parameters, make_reference ("parameters", name));
  }
  JsonArray *query = json_object_has_member (part, "query") ? json_object_get_array_member (part, "query") : NULL;
  for (guint i = 0; query != NULL && i < json_array_get_length (query); i++)
    json_array_add_object_element (parameters, make_reference ("parameters", json_array_get_string_element (query, i)));
  return parameters;
}

static JsonObject *
make_responses (CamVerb verb, JsonObject *part)
{
  JsonObject *responses = json_object_new ();
  json_object_set_object_member (responses, "200", make_response ("It is so", part));
  if (verb == CAM_VERB_HEALTH)
    json_object_set_object_member (responses, "503", make_response ("It is so, and a stream has failed", part));
  json_object_set_object_member (responses, "default", make_reference ("responses", "Error"));
  return responses;
}

static JsonObject *
make_operation (CamVerb verb, JsonObject *part)
{
  const CamVerbRow *row = &cam_verbs[verb];
  JsonObject *operation = json_object_new ();
  g_autofree char *description = g_strdup_printf ("Needs the role %s.", role_word (row->role));
  json_object_set_string_member (operation, "operationId", row->word);
  json_object_set_string_member (operation, "summary", row->text);
  json_object_set_string_member (operation, "description", description);
  json_object_set_array_member (operation, "parameters", make_parameters (row, part));
  if (json_object_has_member (part, "body"))
    json_object_set_object_member (operation, "requestBody", make_reference ("requestBodies", json_object_get_string_member (part, "body")));
  json_object_set_object_member (operation, "responses", make_responses (verb, part));
  return operation;
}

/* Of one path, which several verbs may have. */
static void
add_operation (JsonObject *paths, CamVerb verb, JsonObject *part)
{
  g_autofree char *path = g_strconcat (CAM_API_PREFIX, cam_verbs[verb].path, NULL);
  g_autofree char *method = g_ascii_strdown (cam_verbs[verb].method, -1);
  if (!json_object_has_member (paths, path))
    json_object_set_object_member (paths, path, json_object_new ());
  json_object_set_object_member (json_object_get_object_member (paths, path), method, make_operation (verb, part));
}

static JsonObject *
make_info (void)
{
  JsonObject *info = json_object_new (), *licence = json_object_new ();
  json_object_set_string_member (licence, "name", "Apache-2.0");
  json_object_set_string_member (licence, "identifier", "Apache-2.0");
  json_object_set_string_member (info, "title", "camrelay");
  json_object_set_string_member (info, "version", CAM_VERSION);
  json_object_set_object_member (info, "license", licence);
  return info;
}

GBytes *
cam_api_openapi_text (void)
{
  g_autoptr (JsonObject) parts = read_parts ();
  JsonObject *verbs = json_object_get_object_member (parts, "verbs");
  JsonObject *paths = json_object_new ();
  for (int i = 0; i < CAM_N_VERBS; i++)
    add_operation (paths, (CamVerb) i, json_object_get_object_member (verbs, cam_verbs[i].word));
  JsonObjectIter iter;
  const char *path;
  JsonNode *page;
  json_object_iter_init (&iter, json_object_get_object_member (parts, "pages"));
  while (json_object_iter_next (&iter, &path, &page))
    json_object_set_member (paths, path, json_node_copy (page));
  JsonObject *document = json_object_new ();
  json_object_set_string_member (document, "openapi", "3.1.0");
  json_object_set_object_member (document, "info", make_info ());
  json_object_set_member (document, "security", json_node_copy (json_object_get_member (parts, "security")));
  json_object_set_object_member (document, "paths", paths);
  json_object_set_member (document, "components", json_node_copy (json_object_get_member (parts, "components")));
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (root, document);
  char *text = json_to_string (root, FALSE);
  return g_bytes_new_take (text, strlen (text));
}
