#include "ctl/text-table.h"

static void
test_widths (void)
{
  static const char *const titles[] = {"NAME", ">COUNT", "LAST", NULL};
  g_autoptr (CamTextTable) table = cam_text_table_new (titles);
  cam_text_table_add (table, "driveway");
  cam_text_table_add_format (table, "%d", 7);
  cam_text_table_add (table, "x\ny");
  cam_text_table_add (table, "Tür");
  cam_text_table_add (table, "1234567");
  cam_text_table_add (table, "");
  g_autofree char *text = cam_text_table_print (table);
  g_assert_cmpstr (text, ==, "NAME        COUNT  LAST\ndriveway        7  x?y\nTür       1234567\n");
}

static void
test_empty (void)
{
  static const char *const titles[] = {"ID", ">N", NULL};
  g_autoptr (CamTextTable) table = cam_text_table_new (titles);
  g_autofree char *text = cam_text_table_print (table);
  g_assert_cmpstr (text, ==, "ID  N\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-table/widths", test_widths);
  g_test_add_func ("/text-table/empty", test_empty);
  return g_test_run ();
}
