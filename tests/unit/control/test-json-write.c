#include "control/json-write.h"

#include <math.h>

/* What a member called "x" becomes, with its braces. */
static char *
write_number (double value)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  cam_json_add_number (builder, "x", value);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* Whatever the number: what is written can be read again, and is it, or null. */
static void
test_numbers (void)
{
  static const double values[] = {0, -0.5, 0.001, 0.1, 25, 999999999999999, -1e14, 1e15, 1e17, -1e300, INFINITY, -INFINITY, NAN};
  for (unsigned i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree char *text = write_number (values[i]);
    g_autoptr (JsonNode) root = json_from_string (text, NULL);
    g_assert_nonnull (root);
    JsonNode *member = json_object_get_member (json_node_get_object (root), "x");
    bool is_plain = isfinite (values[i]) && fabs (values[i]) < 1e15;
    g_assert_true (JSON_NODE_HOLDS_NULL (member) == !is_plain);
    if (is_plain)
      g_assert_cmpfloat (json_node_get_double (member), ==, values[i]);
  }
}

static void
test_small_numbers (void)
{
  for (int millionths = -1000; millionths <= 1000; millionths++) {
    for (double aside = -0.4; aside < 0.5; aside += 0.4) {
      g_autofree char *text = write_number ((millionths + aside) / 1e6);
      g_autoptr (JsonNode) root = json_from_string (text, NULL);
      g_assert_nonnull (root);
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (json_node_get_object (root), "x"), millionths / 1e6, 0.5e-6);
    }
  }
  g_autofree char *text = write_number (1e-300);
  g_assert_cmpstr (text, ==, "{\"x\":0.0}");
}

static void
test_text (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  cam_json_add_text (builder, "a", "\xff\"\n\x1b");
  cam_json_add_text (builder, "b", NULL);
  cam_json_add_count (builder, "c", UINT64_MAX);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  g_assert_cmpstr (text, ==, "{\"a\":\"\357\277\275\\\"\\n\\u001b\",\"b\":null,\"c\":9223372036854775807}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-write/numbers", test_numbers);
  g_test_add_func ("/json-write/small-numbers", test_small_numbers);
  g_test_add_func ("/json-write/text", test_text);
  return g_test_run ();
}
