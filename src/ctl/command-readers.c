#include "ctl/command-readers.h"

#include "ctl/answer-member.h"
#include "ctl/text-table.h"
#include "ctl/value-text.h"

enum { ID_CHARACTERS = 8 }; /* enough for kick */

static void
add_reader (JsonObject *reader, gpointer data)
{
  CamTextTable *table = data;
  JsonObject *skips = cam_answer_get_object (reader, "skips");
  int64_t n_skips = cam_answer_get_count (skips, "lag") + cam_answer_get_count (skips, "bytes") + cam_answer_get_count (skips, "memory");
  double now_s = (double) g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *since = cam_value_text_age (now_s - cam_answer_get_number (reader, "since_unix_s"));
  g_autofree char *lag = cam_value_text_age (cam_answer_get_number (reader, "lag_s"));
  g_autofree char *bytes = cam_value_text_bytes (cam_answer_get_number (reader, "bytes"));
  cam_text_table_add_format (table, "%.*s", ID_CHARACTERS, cam_answer_get_text (reader, "id"));
  cam_text_table_add (table, cam_answer_get_text (reader, "camera"));
  cam_text_table_add (table, cam_answer_get_text (reader, "stream"));
  cam_text_table_add (table, cam_answer_get_text (reader, "address"));
  cam_text_table_add (table, cam_answer_get_text (reader, "transport"));
  cam_text_table_add (table, cam_answer_get_text (reader, "state"));
  cam_text_table_add (table, since);
  cam_text_table_add (table, bytes);
  cam_text_table_add (table, lag);
  cam_text_table_add_format (table, "%" G_GINT64_FORMAT, n_skips);
}

static void
print_readers (JsonNode *answer)
{
  static const char *const titles[] = {"ID", "CAMERA", "STREAM", "FROM", "BY", "STATE", "SINCE", ">SENT", ">LAG", ">SKIPPED", NULL};
  g_autoptr (CamTextTable) table = cam_text_table_new (titles);
  cam_answer_each_of (answer, add_reader, table);
  g_autofree char *text = cam_text_table_print (table);
  g_print ("%s", text);
}

bool
cam_command_readers (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "As JSON", NULL},
      {NULL},
  };
  if (!cam_command_parse (row, setup, entries, words, error))
    return false;
  const char *camera = (*words)[1];
  g_autoptr (JsonNode) answer = cam_command_ask (setup, row->name, camera != NULL ? cam_command_argument ("camera", camera) : NULL, error);
  if (answer == NULL)
    return false;
  if (as_json)
    cam_command_print_json (answer);
  else
    print_readers (answer);
  return true;
}
