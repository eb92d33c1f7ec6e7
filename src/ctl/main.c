/* camrelayctl: what an operator types. Thread: M. Owner: the process. */
#include <glib.h>
#include <locale.h>
#include <string.h>

#include "camrelay/exit-codes.h"
#include "ctl/crash-report.h"
#include "version.h"

static const struct {
  const char *word;
  int (*run) (int argc, char **argv); /* argv[0] is the word; the exit status */
  const char *text;
} verbs[] = {
  {"crash-report", cam_crash_report_run, "Says where camrelayd crashed: functions, files and lines"},
};

static void
print_help (void)
{
  g_print ("usage: camrelayctl VERB [OPTION…] [ARGUMENT…]\n\n");
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_print ("  %-16s %s\n", verbs[i].word, verbs[i].text);
  g_print ("\nEach verb has its own --help; see camrelayctl(1).\n");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  const char *word = argc > 1 ? argv[1] : "";
  if (strcmp (word, "--help") == 0) {
    print_help ();
    return CAM_EXIT_OK;
  }
  if (strcmp (word, "--version") == 0) {
    g_print ("camrelayctl " CAM_VERSION "\n");
    return CAM_EXIT_OK;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++) {
    if (strcmp (word, verbs[i].word) == 0)
      return verbs[i].run (argc - 1, argv + 1);
  }
  g_printerr ("camrelayctl: no verb '%s'\nTry 'camrelayctl --help'.\n", word);
  return CAM_EXIT_USAGE;
}
