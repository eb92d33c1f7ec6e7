#include "control/order.h"

#include <string.h>

#include "config/access-words.h"
#include "control/control-error.h"

static bool
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_ARGUMENT, what);
  return false;
}

static void
clear_setting (gpointer data)
{
  CamDropinSetting *setting = data;
  g_free ((char *) setting->section);
  g_free ((char *) setting->key);
  g_free ((char *) setting->value);
}

/* @name: "Section.Key", or "Key" of [Camera]. */
static void
add_setting (CamOrder *self, const char *name, const char *value)
{
  const char *dot = strrchr (name, '.');
  const CamDropinSetting setting = {
      .section = dot != NULL ? g_strndup (name, (gsize) (dot - name)) : g_strdup ("Camera"),
      .key = g_strdup (dot != NULL ? dot + 1 : name),
      .value = g_strdup (value),
  };
  g_array_append_val (self->settings, setting);
}

static bool
take_setting (CamOrder *self, const char *name, JsonNode *value, GError **error)
{
  if (JSON_NODE_HOLDS_NULL (value))
    add_setting (self, name, NULL);
  else if (json_node_get_value_type (value) == G_TYPE_STRING)
    add_setting (self, name, json_node_get_string (value));
  else
    return refuse (error, "a member of 'settings' is neither a string nor null");
  return true;
}

static bool
take_settings (CamOrder *self, JsonObject *arguments, GError **error)
{
  JsonNode *node = json_object_get_member (arguments, "settings");
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, "'settings' is missing or no object");
  JsonObject *settings = json_node_get_object (node);
  if (json_object_get_size (settings) > CAM_ORDER_MAX_SETTINGS)
    return refuse (error, "more than " G_STRINGIFY (CAM_ORDER_MAX_SETTINGS) " settings");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  json_object_iter_init_ordered (&iter, settings);
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    if (!take_setting (self, name, value, error))
      return false;
  }
  return self->settings->len > 0 || refuse (error, "'settings' is empty");
}

static bool
take_camera (CamOrder *self, JsonObject *arguments, GError **error)
{
  JsonNode *node = json_object_get_member (arguments, "name");
  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING || !cam_camera_name_is_valid (json_node_get_string (node)))
    return refuse (error, "'name' is missing or no camera's name");
  self->camera = g_strdup (json_node_get_string (node));
  return true;
}

static bool
take_enabled (CamOrder *self, JsonObject *arguments, const char *value, GError **error)
{
  add_setting (self, "Enabled", value);
  return take_camera (self, arguments, error);
}

static bool
take_arguments (CamOrder *self, JsonObject *arguments, GError **error)
{
  switch (self->verb) {
  case CAM_VERB_CHECK:
  case CAM_VERB_RELOAD:
    return true;
  case CAM_VERB_RETRY:
  case CAM_VERB_REMOVE:
    return take_camera (self, arguments, error);
  case CAM_VERB_ENABLE:
    return take_enabled (self, arguments, "yes", error);
  case CAM_VERB_DISABLE:
    return take_enabled (self, arguments, "no", error);
  case CAM_VERB_ADD:
  case CAM_VERB_SET:
    return take_camera (self, arguments, error) && take_settings (self, arguments, error);
  case CAM_VERB_STATUS:
  case CAM_VERB_CAMERAS:
  case CAM_VERB_CAMERA:
  case CAM_VERB_READERS:
  case CAM_VERB_HEALTH:
  case CAM_VERB_LOG:
  case CAM_VERB_KICK:
  case CAM_VERB_BUNDLE:
  case CAM_N_VERBS:
    break;
  }
  g_assert_not_reached (); /* answered on H */
}

CamOrder *
cam_order_new (CamVerb verb, JsonObject *arguments, GError **error)
{
  g_autoptr (CamOrder) self = g_new0 (CamOrder, 1);
  self->verb = verb;
  self->settings = g_array_new (FALSE, FALSE, sizeof (CamDropinSetting));
  g_array_set_clear_func (self->settings, clear_setting);
  if (!take_arguments (self, arguments, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
cam_order_free (CamOrder *self)
{
  if (self == NULL)
    return;
  g_free (self->camera);
  g_array_unref (self->settings);
  g_free (self);
}

CamOrderResult *
cam_order_result_new (CamAnswerKind kind, const char *message)
{
  CamOrderResult *self = g_new (CamOrderResult, 1);
  *self = (CamOrderResult){.kind = kind, .message = g_strdup (message)};
  return self;
}

void
cam_order_result_free (CamOrderResult *self)
{
  if (self == NULL)
    return;
  g_free (self->message);
  if (self->lines != NULL)
    g_ptr_array_unref (self->lines);
  g_free (self);
}
