#include "ctl/answer-member.h"

#include <math.h>

static void
test_types (void)
{
  g_autoptr (JsonNode) node = json_from_string ("{\"t\":\"x\",\"n\":2.5,\"c\":7,\"b\":true,\"o\":{\"i\":1},\"a\":[{\"v\":1},2,{\"v\":4}],\"z\":null}", NULL);
  JsonObject *object = json_node_get_object (node);
  g_assert_cmpstr (cam_answer_get_text (object, "t"), ==, "x");
  g_assert_cmpfloat (cam_answer_get_number (object, "n"), ==, 2.5);
  g_assert_cmpfloat (cam_answer_get_number (object, "c"), ==, 7);
  g_assert_cmpint (cam_answer_get_count (object, "c"), ==, 7);
  g_assert_true (cam_answer_get_truth (object, "b"));
  g_assert_cmpint (cam_answer_get_count (cam_answer_get_object (object, "o"), "i"), ==, 1);
}

/* Another version's answer: whatever is asked for is nothing, without a complaint (which would end this program). */
static void
test_others (void)
{
  static const char *const names[] = {"t", "n", "c", "b", "o", "a", "z", "missing"};
  g_autoptr (JsonNode) node = json_from_string ("{\"t\":[],\"n\":{},\"c\":\"1\",\"b\":1,\"o\":true,\"a\":\"x\",\"z\":null}", NULL);
  JsonObject *object = json_node_get_object (node);
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *text = cam_answer_get_text (object, names[i]);
    g_assert_true (text[0] == '\0' || g_str_equal (names[i], "c") || g_str_equal (names[i], "a"));
    g_assert_true (isnan (cam_answer_get_number (object, names[i])) || g_str_equal (names[i], "b"));
    g_assert_true (cam_answer_get_truth (object, names[i]) == g_str_equal (names[i], "o"));
    g_assert_true ((cam_answer_get_object (object, names[i]) != NULL) == g_str_equal (names[i], "n"));
  }
  g_assert_cmpstr (cam_answer_get_text (NULL, "t"), ==, "");
  g_assert_cmpint (cam_answer_get_count (NULL, "t"), ==, 0);
}

static void
add_up (JsonObject *element, gpointer data)
{
  *(int64_t *) data += cam_answer_get_count (element, "v");
}

static void
test_each (void)
{
  g_autoptr (JsonNode) node = json_from_string ("{\"a\":[{\"v\":1},2,null,[{\"v\":9}],{\"v\":4}],\"s\":\"x\"}", NULL);
  int64_t sum = 0;
  cam_answer_each (json_node_get_object (node), "a", add_up, &sum);
  g_assert_cmpint (sum, ==, 5);
  cam_answer_each (json_node_get_object (node), "s", add_up, &sum);
  cam_answer_each (json_node_get_object (node), "missing", add_up, &sum);
  cam_answer_each_of (node, add_up, &sum);
  cam_answer_each_of (NULL, add_up, &sum);
  g_assert_cmpint (sum, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answer-member/types", test_types);
  g_test_add_func ("/answer-member/others", test_others);
  g_test_add_func ("/answer-member/each", test_each);
  return g_test_run ();
}
