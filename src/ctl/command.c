#include "ctl/command.h"

static bool
fail_usage (const CamCommandRow *row, GError **error, const char *what)
{
  g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "%s; expected: camrelayctl %s %s", what, row->name, row->arguments);
  return false;
}

bool
cam_command_parse (const CamCommandRow *row, CamCtlSetup *setup, const GOptionEntry *entries, char ***words, GError **error)
{
  g_autofree char *socket_path = NULL;
  const GOptionEntry common[] = {
      {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket_path, "The daemon's control socket", "PATH"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (row->arguments);
  g_autofree char *summary = g_strconcat (row->text, ".", NULL);
  g_autoptr (GError) cause = NULL;
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, common, NULL);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_autofree char *program = g_get_prgname () != NULL ? g_strdup (g_get_prgname ()) : NULL;
  g_autofree char *named = g_strdup_printf ("camrelayctl %s", row->name);
  g_set_prgname (named);
  bool is_good = g_option_context_parse_strv (context, words, &cause);
  g_set_prgname (program);
  if (!is_good)
    return fail_usage (row, error, cause->message);
  if (socket_path != NULL) {
    g_free (setup->socket_path);
    setup->socket_path = g_steal_pointer (&socket_path);
  }
  unsigned count = g_strv_length (*words) - 1; /* the first is the command's name */
  if (count < row->min_words)
    return fail_usage (row, error, "an argument is missing");
  return count <= row->max_words || fail_usage (row, error, "too many arguments");
}

CamDaemonLink *
cam_command_connect (const CamCtlSetup *setup, GError **error)
{
  g_autofree char *path = cam_daemon_link_find_socket (setup->socket_path);
  return cam_daemon_link_open (path, error);
}

JsonNode *
cam_command_ask (const CamCtlSetup *setup, const char *verb, JsonObject *arguments, GError **error)
{
  g_autoptr (JsonObject) kept = arguments;
  g_autoptr (CamDaemonLink) link = cam_command_connect (setup, error);
  return link != NULL ? cam_daemon_link_ask (link, verb, g_steal_pointer (&kept), error) : NULL;
}

JsonObject *
cam_command_argument (const char *name, const char *value)
{
  JsonObject *arguments = json_object_new ();
  json_object_set_string_member (arguments, name, value);
  return arguments;
}

void
cam_command_print_json (JsonNode *answer)
{
  g_autofree char *text = json_to_string (answer, TRUE);
  g_print ("%s\n", text);
}
