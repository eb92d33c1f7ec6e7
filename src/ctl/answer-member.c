#include "ctl/answer-member.h"

#include <math.h>

static JsonNode *
find (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && json_node_get_node_type (node) == type ? node : NULL;
}

static JsonNode *
find_value (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = find (object, name, JSON_NODE_VALUE);
  return node != NULL && json_node_get_value_type (node) == type ? node : NULL;
}

const char *
cam_answer_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name, G_TYPE_STRING);
  return node != NULL ? json_node_get_string (node) : "";
}

double
cam_answer_get_number (JsonObject *object, const char *name)
{
  JsonNode *number = find_value (object, name, G_TYPE_DOUBLE);
  JsonNode *count = find_value (object, name, G_TYPE_INT64);
  if (number != NULL)
    return json_node_get_double (number);
  return count != NULL ? (double) json_node_get_int (count) : NAN;
}

int64_t
cam_answer_get_count (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name, G_TYPE_INT64);
  return node != NULL ? json_node_get_int (node) : 0;
}

bool
cam_answer_get_truth (JsonObject *object, const char *name)
{
  JsonNode *node = find_value (object, name, G_TYPE_BOOLEAN);
  return node != NULL && json_node_get_boolean (node);
}

JsonObject *
cam_answer_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name, JSON_NODE_OBJECT);
  return node != NULL ? json_node_get_object (node) : NULL;
}

void
cam_answer_each_of (JsonNode *array, CamAnswerEachFunc each, gpointer data)
{
  if (array == NULL || !JSON_NODE_HOLDS_ARRAY (array))
    return;
  JsonArray *elements = json_node_get_array (array);
  for (guint i = 0; i < json_array_get_length (elements); i++) {
    JsonNode *element = json_array_get_element (elements, i);
    if (JSON_NODE_HOLDS_OBJECT (element))
      each (json_node_get_object (element), data);
  }
}

void
cam_answer_each (JsonObject *object, const char *name, CamAnswerEachFunc each, gpointer data)
{
  cam_answer_each_of (find (object, name, JSON_NODE_ARRAY), each, data);
}
