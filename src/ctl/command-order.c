#include "ctl/command-order.h"

#include <string.h>
#include <unistd.h>

#include "ctl/plain-line.h"
#include "version.h"

enum { LINE_CHARACTERS = 500 };

/* What changes, or has changed, a line each. */
static void
print_changes (JsonNode *answer, const char *none)
{
  JsonNode *node = JSON_NODE_HOLDS_OBJECT (answer) ? json_object_get_member (json_node_get_object (answer), "changes") : NULL;
  JsonArray *changes = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint count = changes != NULL ? json_array_get_length (changes) : 0;
  for (guint i = 0; i < count; i++) {
    const char *change = json_node_get_string (json_array_get_element (changes, i));
    g_autofree char *plain = cam_plain_line (change != NULL ? change : "", LINE_CHARACTERS);
    g_print ("%s\n", plain);
  }
  if (count == 0 && none != NULL)
    g_print ("%s\n", none);
}

static bool
order (const CamCtlSetup *setup, const char *verb, JsonObject *arguments, const char *none, GError **error)
{
  g_autoptr (JsonNode) answer = cam_command_ask (setup, verb, arguments, error);
  if (answer != NULL)
    print_changes (answer, none);
  return answer != NULL;
}

bool
cam_command_kick (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  return cam_command_parse (row, setup, NULL, words, error) &&
         order (setup, row->name, cam_command_argument ("id", (*words)[1]), NULL, error);
}

bool
cam_command_about_camera (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  return cam_command_parse (row, setup, NULL, words, error) &&
         order (setup, row->name, cam_command_argument ("name", (*words)[1]), NULL, error);
}

JsonObject *
cam_command_read_settings (const char *const *words, GError **error)
{
  g_autoptr (JsonObject) settings = json_object_new ();
  for (const char *const *word = words; *word != NULL; word++) {
    const char *equals = strchr (*word, '=');
    g_autofree char *key = equals != NULL ? g_strndup (*word, (gsize) (equals - *word)) : g_strdup (*word);
    if (key[0] == '\0') {
      g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "'%s' is no [Section.]Key=VALUE", *word);
      return NULL;
    }
    if (equals != NULL)
      json_object_set_string_member (settings, key, equals + 1);
    else
      json_object_set_null_member (settings, key);
  }
  return g_steal_pointer (&settings);
}

/* @settings: (transfer full). */
static bool
change (const CamCommandRow *row, const CamCtlSetup *setup, const char *camera, JsonObject *settings, GError **error)
{
  JsonObject *arguments = cam_command_argument ("name", camera);
  json_object_set_object_member (arguments, "settings", settings);
  return order (setup, row->name, arguments, "nothing changes", error);
}

bool
cam_command_add (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  if (!cam_command_parse (row, setup, NULL, words, error))
    return false;
  JsonObject *settings = cam_command_read_settings ((const char *const *) *words + 3, error);
  if (settings == NULL)
    return false;
  json_object_set_string_member (settings, "Camera.URL", (*words)[2]);
  return change (row, setup, (*words)[1], settings, error);
}

bool
cam_command_set (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  if (!cam_command_parse (row, setup, NULL, words, error))
    return false;
  JsonObject *settings = cam_command_read_settings ((const char *const *) *words + 2, error);
  return settings != NULL && change (row, setup, (*words)[1], settings, error);
}

/* camrelayd beside this program, as in a build folder, else where it is installed. (transfer full) */
static char *
find_daemon (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, "camrelayd", NULL) : NULL;
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  return g_strdup (CAM_SBINDIR "/camrelayd");
}

/* Without a daemon that could say what would change, what is wrong can still be said: by the one that would be started. */
static bool
check_without_daemon (GError **error)
{
  g_autofree char *daemon = find_daemon ();
  execl (daemon, daemon, "--check", NULL);
  g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_SYSTEM, "cannot run '%s --check'", daemon);
  return false;
}

bool
cam_command_check (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  if (!cam_command_parse (row, setup, NULL, words, error))
    return false;
  g_autoptr (GError) cause = NULL;
  g_autoptr (CamDaemonLink) link = cam_command_connect (setup, &cause);
  if (link == NULL && setup->socket_path == NULL && g_error_matches (cause, CAM_CTL_ERROR, CAM_CTL_ERROR_UNAVAILABLE)) {
    g_printerr ("no daemon runs: these are the files that it would read\n");
    return check_without_daemon (error);
  }
  if (link == NULL) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return false;
  }
  g_autoptr (JsonNode) answer = cam_daemon_link_ask (link, "check", NULL, error);
  if (answer != NULL)
    print_changes (answer, "no errors, and a reload changes nothing");
  return answer != NULL;
}

bool
cam_command_reload (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error)
{
  gboolean dry_run = FALSE;
  const GOptionEntry entries[] = {
      {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "Only say what would change", NULL},
      {NULL},
  };
  return cam_command_parse (row, setup, entries, words, error) &&
         order (setup, dry_run ? "check" : "reload", NULL, dry_run ? "nothing would change" : "nothing changes", error);
}
