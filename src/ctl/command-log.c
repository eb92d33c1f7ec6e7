#include "ctl/command-log.h"

#include <stdio.h>

#include "ctl/answer-member.h"
#include "ctl/plain-line.h"

enum { FOLLOW_MS = 500, LINE_CHARACTERS = 4000, MOST_LINES = 1000 };

static void
print_line (JsonObject *line, gpointer data)
{
  int64_t *last = data;
  double unix_s = cam_answer_get_number (line, "unix_s");
  g_autoptr (GDateTime) utc = unix_s >= 0 && unix_s < 1e11 ? g_date_time_new_from_unix_utc ((gint64) unix_s) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%F %T") : g_strdup ("-");
  g_autofree char *level = cam_plain_line (cam_answer_get_text (line, "level"), 10);
  g_autofree char *text = cam_plain_line (cam_answer_get_text (line, "text"), LINE_CHARACTERS);
  unsigned milliseconds = utc != NULL ? (unsigned) ((unix_s - (double) (gint64) unix_s) * 1000) : 0;
  g_print ("%s.%03u %-7s %s\n", time, milliseconds, level, text);
  *last = cam_answer_get_count (line, "number");
}

static JsonObject *
make_arguments (const char *level, int64_t after)
{
  JsonObject *arguments = cam_command_argument ("level", level != NULL ? level : "info");
  json_object_set_int_member (arguments, "after", after);
  json_object_set_int_member (arguments, "most", MOST_LINES);
  return arguments;
}

bool
cam_command_log (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  gboolean follow = FALSE;
  g_autofree char *level = NULL;
  const GOptionEntry entries[] = {
      {"follow", 'f', 0, G_OPTION_ARG_NONE, &follow, "Go on with what comes", NULL},
      {"level", 'l', 0, G_OPTION_ARG_STRING, &level, "Lines of this weight and above: error, warning, info (default), debug", "LEVEL"},
      {NULL},
  };
  if (!cam_command_parse (row, setup, entries, words, error))
    return false;
  g_autoptr (CamDaemonLink) link = cam_command_connect (setup, error);
  if (link == NULL)
    return false;
  int64_t last = 0;
  do {
    g_autoptr (JsonNode) answer = cam_daemon_link_ask (link, row->name, make_arguments (level, last), error);
    if (answer == NULL)
      return false;
    cam_answer_each_of (answer, print_line, &last);
    fflush (stdout);
  } while (follow && cam_daemon_link_wait (link, FOLLOW_MS));
  return true;
}
