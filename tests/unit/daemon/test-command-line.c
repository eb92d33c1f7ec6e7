#include "daemon/command-line.h"

#include <string.h>

static CamCommandLine *
parse (const char *words, GError **error)
{
  g_autofree char *line = g_strconcat ("camrelayd ", words, NULL);
  g_auto (GStrv) argv = g_strsplit (g_strchomp (line), " ", -1);
  return cam_command_line_parse ((const char *const *) argv, error);
}

static void
test_nothing (void)
{
  g_autoptr (CamCommandLine) line = parse ("", NULL);
  g_assert_nonnull (line);
  g_assert_cmpint (line->command, ==, CAM_COMMAND_RUN);
  g_assert_null (line->config_file);
  g_assert_null (line->cameras_dir);
  g_assert_null (line->state_dir);
  g_assert_null (line->allow);
  g_assert_cmpint (line->log_level, ==, CAM_LOG_INFO);
  g_assert_cmpuint (g_strv_length (line->urls), ==, 0);
}

static void
test_everything (void)
{
  g_autoptr (CamCommandLine) line = parse ("--config c --cameras d --state s --allow anyone --log-level debug a=test: test:", NULL);
  g_assert_nonnull (line);
  g_assert_cmpstr (line->config_file, ==, "c");
  g_assert_cmpstr (line->cameras_dir, ==, "d");
  g_assert_cmpstr (line->state_dir, ==, "s");
  g_assert_cmpstr (line->allow, ==, "anyone");
  g_assert_cmpint (line->log_level, ==, CAM_LOG_DEBUG);
  g_assert_cmpuint (g_strv_length (line->urls), ==, 2);
  g_assert_cmpstr (line->urls[0], ==, "a=test:");
  g_assert_cmpstr (line->urls[1], ==, "test:");
}

static void
test_commands (void)
{
  static const struct {
    const char *words;
    CamCommand command;
  } rows[] = {
    { "--check", CAM_COMMAND_CHECK },
    { "--version", CAM_COMMAND_VERSION },
    { "--help", CAM_COMMAND_HELP },
    { "-h", CAM_COMMAND_HELP },
    { "--check --version", CAM_COMMAND_VERSION },
    { "--version --help a=test:", CAM_COMMAND_HELP },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamCommandLine) line = parse (rows[i].words, NULL);
    g_assert_nonnull (line);
    g_assert_cmpint (line->command, ==, rows[i].command);
  }
}

static void
test_errors (void)
{
  static const struct {
    const char *words, *message;
  } rows[] = {
    { "--nonsense", "Unknown option --nonsense" },
    { "--config", "Missing argument for --config" },
    { "--log-level loud", "--log-level 'loud': expected error, warning, info or debug" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CamCommandLine) line = parse (rows[i].words, &error);
    g_assert_null (line);
    g_assert_error (error, CAM_COMMAND_LINE_ERROR, CAM_COMMAND_LINE_ERROR_USAGE);
    g_assert_cmpstr (error->message, ==, rows[i].message);
  }
}

static void
test_help_names_every_option (void)
{
  static const char *const options[] = { "--config", "--cameras", "--state", "--allow", "--log-level", "--check", "--version", "--help" };
  g_autofree char *help = cam_command_line_help ();
  for (unsigned i = 0; i < G_N_ELEMENTS (options); i++)
    g_assert_nonnull (strstr (help, options[i]));
}

/* What ps would show of @argument after the scrubbing. */
static char *
scrub (const char *argument)
{
  char *copy = g_strdup (argument);
  size_t size = strlen (copy);
  char *argv[] = { NULL, copy, NULL };
  cam_command_line_scrub (2, argv);
  /* Nothing may stand behind the end either. */
  for (size_t i = strlen (copy); i < size; i++)
    g_assert_cmpint (copy[i], ==, '\0');
  return copy;
}

static void
test_scrub (void)
{
  static const struct {
    const char *before, *after;
  } rows[] = {
    { "rtsp://10.0.0.1/stream", "rtsp://10.0.0.1/stream" },
    { "rtsp://viewer:s3cret@10.0.0.1/stream", "rtsp://10.0.0.1/stream" },
    { "yard=rtsp://viewer:s3cret@10.0.0.1/stream", "yard=rtsp://10.0.0.1/stream" },
    { "--allow=anyone", "--allow=anyone" },
    { "demo=test:?size=640x480", "demo=test:?size=640x480" },
    { "", "" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *after = scrub (rows[i].before);
    g_assert_cmpstr (after, ==, rows[i].after);
  }
}

/* Passwords of any shape: no trace of them is left. */
static void
test_scrub_odd_passwords (void)
{
  static const char *const arguments[] = {
    "rtsp://viewer:s3cret@x@10.0.0.1/stream", "rtsp://viewer:s3/cret@10.0.0.1/stream", "rtsp://viewer:s3?cret@10.0.0.1/stream",
    "rtsp://10.0.0.1/user=admin&password=s3cret&channel=1", "rtsp://10.0.0.1/?token=s3cret", "a=rtsp://viewer:s3cret@h",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (arguments); i++) {
    g_autofree char *after = scrub (arguments[i]);
    g_assert_null (strstr (after, "s3"));
    g_assert_null (strstr (after, "cret"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-line/nothing", test_nothing);
  g_test_add_func ("/command-line/everything", test_everything);
  g_test_add_func ("/command-line/commands", test_commands);
  g_test_add_func ("/command-line/errors", test_errors);
  g_test_add_func ("/command-line/help-names-every-option", test_help_names_every_option);
  g_test_add_func ("/command-line/scrub", test_scrub);
  g_test_add_func ("/command-line/scrub-odd-passwords", test_scrub_odd_passwords);
  return g_test_run ();
}
