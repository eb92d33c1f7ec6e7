/* camrelayctl: looks after a running camrelayd, by its control socket.
 * Thread: only one. Owner: the process. */
#include <locale.h>
#include <string.h>

#include "camrelay/exit-codes.h"
#include "ctl/command-table.h"
#include "version.h"

static bool
fail_usage (GError **error, const char *what)
{
  g_set_error (error, CAM_CTL_ERROR, CAM_CTL_ERROR_USAGE, "%s; 'camrelayctl --help' lists the commands", what);
  return false;
}

/* Takes what stands before the command out of @words; true when there is nothing left to do. */
static bool
take_leading (CamCtlSetup *setup, char ***words, bool *ret_is_done, GError **error)
{
  gboolean help = FALSE;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
      {"socket", 0, 0, G_OPTION_ARG_FILENAME, &setup->socket_path, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &help, NULL, NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, NULL, NULL},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) cause = NULL;
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, words, &cause))
    return fail_usage (error, cause->message);
  g_autofree char *text = help ? cam_command_table_help () : version ? g_strdup ("camrelayctl " CAM_VERSION "\n") : NULL;
  if (text != NULL)
    g_print ("%s", text);
  *ret_is_done = text != NULL;
  return true;
}

/* The row of the command that @words name; NULL and an error, or nothing is left to do. */
static const CamCommandRow *
find_row (CamCtlSetup *setup, char ***words, GError **error)
{
  bool is_done = false;
  if (!take_leading (setup, words, &is_done, error) || is_done)
    return NULL;
  if ((*words)[1] == NULL) {
    fail_usage (error, "a command is missing");
    return NULL;
  }
  const CamCommandRow *row = cam_command_find ((*words)[1]);
  g_autofree char *what = g_strdup_printf ("there is no command '%s'", (*words)[1]);
  if (row == NULL)
    fail_usage (error, what);
  return row;
}

/* The exit status. */
static int
run (CamCtlSetup *setup, char ***words)
{
  g_autoptr (GError) error = NULL;
  const CamCommandRow *row = find_row (setup, words, &error);
  /* The command's name stands for the program's. */
  g_auto (GStrv) behind = row != NULL ? g_strdupv (*words + 1) : NULL;
  if (row != NULL && row->run_alone != NULL) {
    g_autofree char *named = g_strdup_printf ("camrelayctl %s", row->name);
    g_set_prgname (named);
    return row->run_alone ((int) g_strv_length (behind), behind);
  }
  if (row != NULL)
    row->run (row, setup, &behind, &error);
  if (error == NULL)
    return CAM_EXIT_OK;
  g_printerr ("camrelayctl: %s\n", error->message);
  return cam_ctl_exit_status (error);
}

/* What is said of keys and URLs holds passwords: the process list does not show it. */
static void
scrub (char **argv)
{
  for (char **word = argv + 1; *word != NULL; word++) {
    char *secret = strpbrk (*word, "=:");
    if (secret != NULL)
      memset (secret, '*', strlen (secret));
  }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_set_prgname ("camrelayctl");
  g_auto (GStrv) words = g_strdupv (argv);
  scrub (argv);
  CamCtlSetup setup = {.socket_path = NULL};
  int status = run (&setup, &words);
  g_free (setup.socket_path);
  return status;
}
