#include "ctl/command-table.h"

#include <string.h>

/* Every word that can be asked of a daemon has its command, but for the health, which is in the status. */
static void
test_verbs (void)
{
  static const char *const words[] = {
#define VERB(name, word, role, method, path, text) word,
#include "camrelay/control-verbs.def"
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_true (cam_command_find (words[i]) != NULL || g_str_equal (words[i], "health"));
  g_assert_null (cam_command_find ("no-such-command"));
  g_assert_null (cam_command_find (""));
}

static void
test_help (void)
{
  g_autofree char *help = cam_command_table_help ();
  g_assert_nonnull (strstr (help, "\n  support-bundle [--output FILE]\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-table/verbs", test_verbs);
  g_test_add_func ("/command-table/help", test_help);
  return g_test_run ();
}
