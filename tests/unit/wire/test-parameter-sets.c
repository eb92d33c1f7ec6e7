#include "wire/parameter-sets.h"

#include <string.h>

#include "camrelay/limits.h"

static bool
put (CamParameterSets *sets, unsigned kind, unsigned id, const char *text)
{
  return cam_parameter_sets_put (sets, kind, id, (const uint8_t *) text, strlen (text));
}

static void
test_order_and_change (void)
{
  CamParameterSets sets;
  cam_parameter_sets_init (&sets);
  g_assert_false (cam_parameter_sets_are_complete (&sets, 1));
  g_assert_null (cam_parameter_sets_get_first (&sets, 0));
  g_assert_true (put (&sets, 1, 3, "pps3"));
  g_assert_true (put (&sets, 1, 0, "pps"));
  g_assert_null (cam_parameter_sets_get_first (&sets, 0));
  g_assert_true (put (&sets, 0, 5, "sps"));
  g_assert_false (put (&sets, 0, 5, "sps"));
  g_assert_true (put (&sets, 0, 5, "sps'"));
  g_assert_true (cam_parameter_sets_are_complete (&sets, 2));
  g_assert_false (cam_parameter_sets_are_complete (&sets, 3));

  const char expected[] = "\0\0\0\4sps'\0\0\0\3pps\0\0\0\4pps3";
  uint8_t out[sizeof expected - 1];
  g_assert_cmpuint (cam_parameter_sets_get_size (&sets), ==, sizeof out);
  cam_parameter_sets_write (&sets, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof out);

  g_autoptr (GPtrArray) array = cam_parameter_sets_to_array (&sets);
  g_assert_cmpuint (array->len, ==, 3);
  g_assert_true (g_ptr_array_index (array, 1) == cam_parameter_sets_get (&sets, 1, 0));
  g_assert_true (cam_parameter_sets_get_first (&sets, 1) == cam_parameter_sets_get (&sets, 1, 0));
  g_assert_null (cam_parameter_sets_get (&sets, 1, 1));
  cam_parameter_sets_clear (&sets);
}

static void
test_limits (void)
{
  CamParameterSets sets;
  cam_parameter_sets_init (&sets);
  for (unsigned id = 0; id < CAM_LIMIT_PARAMETER_SETS; id++)
    g_assert_true (put (&sets, 1, id, "x"));
  g_assert_false (put (&sets, 1, CAM_LIMIT_PARAMETER_SETS, "x"));
  g_assert_true (put (&sets, 1, 3, "y"));
  g_assert_true (put (&sets, 2, 0, "x"));
  g_autofree uint8_t *big = g_malloc0 (CAM_LIMIT_PARAMETER_SET_BYTES + 1);
  g_assert_true (cam_parameter_sets_put (&sets, 0, 0, big, CAM_LIMIT_PARAMETER_SET_BYTES));
  g_assert_false (cam_parameter_sets_put (&sets, 0, 0, big, CAM_LIMIT_PARAMETER_SET_BYTES + 1));
  g_assert_false (cam_parameter_sets_put (&sets, 0, 0, big, 0));
  g_assert_cmpuint (sets.sets->len, ==, CAM_LIMIT_PARAMETER_SETS + 2);
  cam_parameter_sets_clear (&sets);
  cam_parameter_sets_clear (&sets);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parameter-sets/order-and-change", test_order_and_change);
  g_test_add_func ("/parameter-sets/limits", test_limits);
  return g_test_run ();
}
