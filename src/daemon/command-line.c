#include "daemon/command-line.h"

#include <string.h>

#include "core/redact.h"

G_DEFINE_QUARK (cam_command_line_error, cam_command_line_error)

/* Where GOption writes to. */
typedef struct {
  char *config_file, *cameras_dir, *state_dir, *allow, *log_level; /* owned */
  gboolean check, version, help;
  char **urls; /* owned */
} Parsed;

static void
parsed_clear (Parsed *parsed)
{
  g_free (parsed->config_file);
  g_free (parsed->cameras_dir);
  g_free (parsed->state_dir);
  g_free (parsed->allow);
  g_free (parsed->log_level);
  g_strfreev (parsed->urls);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parsed, parsed_clear)

static GOptionContext *
new_context (Parsed *parsed)
{
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &parsed->config_file, "Configuration file (default: /etc/camrelay/camrelay.conf)", "FILE" },
    { "cameras", 0, 0, G_OPTION_ARG_FILENAME, &parsed->cameras_dir, "Folder of camera files, *.conf (default: cameras.d beside FILE)", "DIR" },
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &parsed->state_dir, "Folder for what is kept between two runs", "DIR" },
    { "allow", 0, 0, G_OPTION_ARG_STRING, &parsed->allow, "Who may watch cameras without Read=: anyone, users, user:NAME, group:NAME, net:CIDR", "WHO" },
    { "log-level", 0, 0, G_OPTION_ARG_STRING, &parsed->log_level, "error, warning, info (default) or debug", "LEVEL" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &parsed->check, "Read the configuration, print its errors, and exit", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &parsed->version, "Print the version and exit", NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &parsed->help, "Print this and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &parsed->urls, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new ("[[NAME=]URL…]");
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, "Pulls each camera once and gives its stream to any number of RTSP clients.");
  g_option_context_set_description (context, "A camera can be given as an argument, without any file:\n"
                                             "  camrelayd driveway=rtsp://user:password@192.168.1.21/stream1\n"
                                             "  camrelayd demo=test:\n"
                                             "and is then played at rtsp://ADDRESS:8554/NAME (cam1, cam2, … without a name).\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static CamCommand
choose_command (const Parsed *parsed)
{
  if (parsed->help)
    return CAM_COMMAND_HELP;
  if (parsed->version)
    return CAM_COMMAND_VERSION;
  return parsed->check ? CAM_COMMAND_CHECK : CAM_COMMAND_RUN;
}

CamCommandLine *
cam_command_line_parse (const char *const *argv, GError **error)
{
  g_auto (Parsed) parsed = { 0 };
  g_autoptr (GOptionContext) context = new_context (&parsed);
  g_auto (GStrv) words = g_strdupv ((char **) argv);
  g_autoptr (GError) reason = NULL;
  if (!g_option_context_parse_strv (context, &words, &reason)) {
    g_set_error_literal (error, CAM_COMMAND_LINE_ERROR, CAM_COMMAND_LINE_ERROR_USAGE, reason->message);
    return NULL;
  }
  CamLogLevel level = CAM_LOG_INFO;
  if (parsed.log_level != NULL && !cam_log_level_from_string (parsed.log_level, &level)) {
    g_autofree char *text = cam_redact_text (parsed.log_level, -1, 40);
    g_set_error (error, CAM_COMMAND_LINE_ERROR, CAM_COMMAND_LINE_ERROR_USAGE,
                 "--log-level '%s': expected error, warning, info or debug", text);
    return NULL;
  }
  CamCommandLine *self = g_new0 (CamCommandLine, 1);
  self->command = choose_command (&parsed);
  self->config_file = g_steal_pointer (&parsed.config_file);
  self->cameras_dir = g_steal_pointer (&parsed.cameras_dir);
  self->state_dir = g_steal_pointer (&parsed.state_dir);
  self->allow = g_steal_pointer (&parsed.allow);
  self->log_level = level;
  self->urls = parsed.urls != NULL ? g_steal_pointer (&parsed.urls) : g_new0 (char *, 1);
  return self;
}

void
cam_command_line_free (CamCommandLine *self)
{
  if (self == NULL)
    return;
  g_free (self->config_file);
  g_free (self->cameras_dir);
  g_free (self->state_dir);
  g_free (self->allow);
  g_strfreev (self->urls);
  g_free (self);
}

char *
cam_command_line_help (void)
{
  g_auto (Parsed) parsed = { 0 };
  g_autoptr (GOptionContext) context = new_context (&parsed);
  return g_option_context_get_help (context, TRUE, NULL);
}

/* Where the URL of "NAME=URL" begins. */
static char *
find_url (char *argument)
{
  char *scheme_end = strstr (argument, "://");
  char *name_end = strchr (argument, '=');
  return scheme_end != NULL && name_end != NULL && name_end < scheme_end ? name_end + 1 : argument;
}

void
cam_command_line_scrub (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    char *url = find_url (argv[i]);
    if (strstr (url, "://") == NULL)
      continue;
    /* What the redacted text does not fill stays zero; what does not fit is cut. */
    g_autofree char *redacted = cam_redact_url (url);
    size_t size = strlen (url);
    memset (url, 0, size);
    memcpy (url, redacted, MIN (strlen (redacted), size));
  }
}
