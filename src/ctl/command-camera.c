#include "ctl/command-camera.h"

#include "ctl/answer-member.h"
#include "ctl/plain-line.h"
#include "ctl/stream-table.h"
#include "ctl/value-text.h"

enum { LINE_CHARACTERS = 300 };

static void
print_line (const char *title, const char *value)
{
  g_autofree char *plain = cam_plain_line (value, LINE_CHARACTERS);
  if (plain[0] != '\0')
    g_print ("  %-16s %s\n", title, plain);
}

/* @value: (transfer full). */
static void
print_made (const char *title, char *value)
{
  g_autofree char *text = value;
  print_line (title, text);
}

static char *
describe_video (JsonObject *video)
{
  int64_t width = cam_answer_get_count (video, "width");
  int64_t height = cam_answer_get_count (video, "height");
  if (width <= 0 || height <= 0)
    return g_strdup (cam_answer_get_text (video, "codec"));
  return g_strdup_printf ("%s %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT, cam_answer_get_text (video, "codec"), width, height);
}

static char *
describe_audio (JsonObject *audio)
{
  return g_strdup_printf ("%s, %" G_GINT64_FORMAT " Hz, %" G_GINT64_FORMAT " channels", cam_answer_get_text (audio, "codec"),
                          cam_answer_get_count (audio, "sample_rate"), cam_answer_get_count (audio, "channels"));
}

/* "timeout 3, reset 1": members of an object that are counts. */
static char *
describe_counts (JsonObject *counts)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GList) names = counts != NULL ? json_object_get_members (counts) : NULL;
  for (const GList *link = names; link != NULL; link = link->next) {
    int64_t count = cam_answer_get_count (counts, link->data);
    if (count > 0)
      g_string_append_printf (text, "%s%s %" G_GINT64_FORMAT, text->len > 0 ? ", " : "", (const char *) link->data, count);
  }
  return g_string_free (text, FALSE);
}

static void
print_condition (JsonObject *stream)
{
  g_autofree char *complaint = cam_stream_table_complaint (stream);
  double now_s = (double) g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *since = cam_value_text_age (now_s - cam_answer_get_number (stream, "since_unix_s"));
  print_made ("state", g_strdup_printf ("%s for %s", cam_answer_get_text (stream, "state"), since));
  print_line ("health", cam_answer_get_text (stream, "health"));
  print_line ("why", complaint);
  print_line ("detail", cam_answer_get_text (stream, "detail"));
  print_line ("camera at", cam_answer_get_text (stream, "peer"));
  print_line ("transport", cam_answer_get_text (stream, "transport"));
}

static void
print_media (JsonObject *stream)
{
  JsonObject *video = cam_answer_get_object (stream, "video");
  JsonObject *audio = cam_answer_get_object (stream, "audio");
  double key_interval_s = cam_answer_get_number (stream, "key_interval_s");
  g_autofree char *usual = cam_value_text_number (cam_answer_get_number (stream, "usual_fps"), 1);
  g_autofree char *fps = cam_value_text_number (cam_answer_get_number (stream, "fps"), 1);
  if (video != NULL)
    print_made ("video", describe_video (video));
  if (audio != NULL)
    print_made ("audio", describe_audio (audio));
  print_made ("last unit", cam_value_text_age (cam_answer_get_number (stream, "last_unit_age_s")));
  print_made ("pictures/s", g_strdup_printf ("%s, usually %s", fps, usual));
  print_made ("bit rate", cam_value_text_bit_rate (cam_answer_get_number (stream, "bit_rate")));
  print_made ("key pictures", key_interval_s > 0 ? g_strdup_printf ("each %.1f s", key_interval_s) : g_strdup ("-"));
  print_made ("clock drift", g_strdup_printf ("%" G_GINT64_FORMAT " ppm", cam_answer_get_count (stream, "drift_ppm")));
}

static void
print_counters (JsonObject *stream)
{
  int64_t connects = cam_answer_get_count (stream, "connects");
  double slate_s = cam_answer_get_number (stream, "slate_s");
  print_made ("readers", g_strdup_printf ("%" G_GINT64_FORMAT, cam_answer_get_count (stream, "readers")));
  print_made ("reconnects", g_strdup_printf ("%" G_GINT64_FORMAT, MAX (connects - 1, 0)));
  print_made ("ended by", describe_counts (cam_answer_get_object (stream, "ends")));
  print_made ("pictures", g_strdup_printf ("%" G_GINT64_FORMAT, cam_answer_get_count (stream, "pictures")));
  print_made ("lost packets", g_strdup_printf ("%" G_GINT64_FORMAT, cam_answer_get_count (stream, "packets_lost")));
  print_made ("dropped", describe_counts (cam_answer_get_object (stream, "drops")));
  print_made ("received", cam_value_text_bytes (cam_answer_get_number (stream, "bytes_in")));
  print_made ("sent", cam_value_text_bytes (cam_answer_get_number (stream, "bytes_out")));
  if (slate_s > 0)
    print_made ("slate shown", cam_value_text_age (slate_s));
}

static void
print_stream (JsonObject *stream, gpointer data)
{
  g_autofree char *name = cam_plain_line (cam_answer_get_text (stream, "stream"), LINE_CHARACTERS);
  g_print ("%s\n", name);
  print_condition (stream);
  print_media (stream);
  print_counters (stream);
}

static void
print_camera (JsonObject *camera)
{
  g_autofree char *name = cam_plain_line (cam_answer_get_text (camera, "name"), LINE_CHARACTERS);
  g_autofree char *description = cam_plain_line (cam_answer_get_text (camera, "description"), LINE_CHARACTERS);
  g_print ("%s%s%s%s\n", name, description[0] != '\0' ? ": " : "", description, cam_answer_get_truth (camera, "enabled") ? "" : " (disabled)");
  cam_answer_each (camera, "streams", print_stream, NULL);
}

bool
cam_command_camera (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "As JSON", NULL},
      {NULL},
  };
  if (!cam_command_parse (row, setup, entries, words, error))
    return false;
  g_autoptr (JsonNode) answer = cam_command_ask (setup, row->name, cam_command_argument ("name", (*words)[1]), error);
  if (answer == NULL)
    return false;
  if (as_json)
    cam_command_print_json (answer);
  else if (JSON_NODE_HOLDS_OBJECT (answer))
    print_camera (json_node_get_object (answer));
  return true;
}
