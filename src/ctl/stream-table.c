#include "ctl/stream-table.h"

#include "ctl/answer-member.h"
#include "ctl/text-table.h"
#include "ctl/value-text.h"

typedef struct {
  CamTextTable *table;
  double now_s;
} Printing;

char *
cam_stream_table_complaint (JsonObject *stream)
{
  GString *text = g_string_new (NULL);
  const char *reason = cam_answer_get_text (stream, "reason");
  if (!g_str_equal (reason, "none"))
    g_string_append (text, reason);
  JsonNode *node = json_object_get_member (stream, "ailments");
  JsonArray *ailments = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; ailments != NULL && i < json_array_get_length (ailments); i++) {
    const char *word = json_node_get_string (json_array_get_element (ailments, i));
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", word != NULL ? word : "");
  }
  return g_string_free (text, FALSE);
}

static void
add_stream (JsonObject *stream, gpointer data)
{
  const Printing *printing = data;
  CamTextTable *table = printing->table;
  g_autofree char *since = cam_value_text_age (printing->now_s - cam_answer_get_number (stream, "since_unix_s"));
  g_autofree char *age = cam_value_text_age (cam_answer_get_number (stream, "last_unit_age_s"));
  g_autofree char *fps = cam_value_text_number (cam_answer_get_number (stream, "fps"), 1);
  g_autofree char *bit_rate = cam_value_text_bit_rate (cam_answer_get_number (stream, "bit_rate"));
  g_autofree char *complaint = cam_stream_table_complaint (stream);
  cam_text_table_add (table, cam_answer_get_text (stream, "camera"));
  cam_text_table_add (table, cam_answer_get_text (stream, "stream"));
  cam_text_table_add (table, cam_answer_get_text (stream, "state"));
  cam_text_table_add (table, since);
  cam_text_table_add (table, cam_answer_get_text (stream, "health"));
  cam_text_table_add (table, age);
  cam_text_table_add (table, fps);
  cam_text_table_add (table, bit_rate);
  cam_text_table_add_format (table, "%" G_GINT64_FORMAT, cam_answer_get_count (stream, "readers"));
  cam_text_table_add (table, complaint);
}

/* A stream itself, or a camera's. */
static void
add_element (JsonObject *element, gpointer data)
{
  if (json_object_has_member (element, "streams"))
    cam_answer_each (element, "streams", add_stream, data);
  else
    add_stream (element, data);
}

char *
cam_stream_table_print (JsonNode *streams, double now_s)
{
  static const char *const titles[] = {"CAMERA", "STREAM", "STATE", "SINCE", "HEALTH", ">LAST UNIT", ">FPS", ">BIT RATE", ">READERS", "WHY", NULL};
  g_autoptr (CamTextTable) table = cam_text_table_new (titles);
  Printing printing = {.table = table, .now_s = now_s};
  cam_answer_each_of (streams, add_element, &printing);
  return cam_text_table_print (table);
}
