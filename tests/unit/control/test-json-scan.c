#include "control/json-scan.h"

#include <string.h>

#include "control/control-error.h"

static void
assert_scan (const char *text, size_t length, int code)
{
  /* On the heap and without a NUL, so that a sanitizer sees a read past the end. */
  g_autofree char *copy = g_memdup2 (text, length);
  g_autoptr (GError) error = NULL;
  bool is_good = cam_json_scan (length > 0 ? copy : "", length, &error);
  if (code < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, CAM_CONTROL_ERROR, code);
  g_assert_true (is_good == (code < 0));
}

static void
test_good (void)
{
  static const char *const texts[] = {
      "{}", "[]", " {\"a\" : [1, -2.5e+3, 0, -0, 0.0, 1E9, true, false, null, \"\"] , \"b\":{}}\r\n", "\"x\"", "0", "null",
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\uDE00ä\"", "[[],[[]],{\"\":[]}]", "[1]", "\t7 ",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_scan (texts[i], strlen (texts[i]), -1);
}

static void
test_bad (void)
{
  static const char *const texts[] = {
      "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "[}", "{]",
      "{\"a\":1]", "[1}", "[1 2]", "1 2", "{}{}", "01", "-", "+1", "1.", ".5", "1e", "1e+", "--1", "0x1", "NaN", "Infinity", "tru", "True", "nulll",
      "'a'", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
      "\"\\ud800\\", "\"\n\"", "\"\x1f\"", "/**/{}", "{}//", "[1,,2]", "{\"a\"::1}", "{,}", "[\"a\":1]", "\"\\u-001\"", "1e5.5",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_scan (texts[i], strlen (texts[i]), CAM_CONTROL_ERROR_SYNTAX);
  assert_scan ("{}\0", 3, CAM_CONTROL_ERROR_ENCODING); /* NUL is no part of a text */
  assert_scan ("\"\xff\xfe\"", 4, CAM_CONTROL_ERROR_ENCODING);
  assert_scan ("\"\xc0\x80\"", 4, CAM_CONTROL_ERROR_ENCODING);
  assert_scan ("\"\xed\xa0\x80\"", 5, CAM_CONTROL_ERROR_ENCODING);
  assert_scan ("\"\xc3", 2, CAM_CONTROL_ERROR_ENCODING);
}

/* @depth brackets within each other, of both kinds in turn. */
static char *
nest (unsigned depth)
{
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < depth; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"a\":");
  if (depth % 2 == 0)
    g_string_append_c (text, '1');
  for (unsigned i = depth; i > 0; i--)
    g_string_append_c (text, i % 2 == 1 ? ']' : '}');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *most = nest (CAM_JSON_MAX_DEPTH);
  assert_scan (most, strlen (most), -1);
  g_autofree char *more = nest (CAM_JSON_MAX_DEPTH + 1);
  assert_scan (more, strlen (more), CAM_CONTROL_ERROR_DEEP);
  g_autofree char *brackets = g_strnfill (CAM_JSON_MAX_BYTES, '[');
  assert_scan (brackets, CAM_JSON_MAX_BYTES, CAM_CONTROL_ERROR_DEEP);
}

static void
test_length (void)
{
  g_autofree char *text = g_strnfill (CAM_JSON_MAX_BYTES + 1, ' ');
  text[0] = '1';
  assert_scan (text, CAM_JSON_MAX_BYTES, -1);
  assert_scan (text, CAM_JSON_MAX_BYTES + 1, CAM_CONTROL_ERROR_LONG);
}

/* "[1,1,…]": @count values, the array among them. */
static char *
fill (unsigned count)
{
  GString *text = g_string_new ("[1");
  for (unsigned i = 2; i < count; i++)
    g_string_append (text, ",1");
  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static void
test_values (void)
{
  g_autofree char *most = fill (CAM_JSON_MAX_VALUES);
  assert_scan (most, strlen (most), -1);
  g_autofree char *more = fill (CAM_JSON_MAX_VALUES + 1);
  assert_scan (more, strlen (more), CAM_CONTROL_ERROR_LONG);
}

static void
test_digits (void)
{
  static const char *const most[] = {"123456789012345678", "-123456789012345678", "123456789012345678.5", "0.1234567890123456789"};
  for (unsigned i = 0; i < G_N_ELEMENTS (most); i++)
    assert_scan (most[i], strlen (most[i]), -1);
  static const char *const more[] = {"1234567890123456789", "-9223372036854775809", "99999999999999999999", "1000000000000000000e1"};
  for (unsigned i = 0; i < G_N_ELEMENTS (more); i++)
    assert_scan (more[i], strlen (more[i]), CAM_CONTROL_ERROR_LONG);
}

static void
test_object (void)
{
  g_autoptr (GError) error = NULL;
  const char *text = "{\"verb\": \"camera\", \"name\": \"driveway\"} and what is behind it";
  g_autoptr (JsonObject) object = cam_json_read_object (text, strlen ("{\"verb\": \"camera\", \"name\": \"driveway\"}"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (object, "verb"), ==, "camera");
  g_assert_null (cam_json_read_object ("[1]", 3, &error));
  g_assert_error (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_KIND);
  g_clear_error (&error);
  g_assert_null (cam_json_read_object ("{", 1, &error));
  g_assert_error (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_SYNTAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-scan/good", test_good);
  g_test_add_func ("/json-scan/bad", test_bad);
  g_test_add_func ("/json-scan/depth", test_depth);
  g_test_add_func ("/json-scan/length", test_length);
  g_test_add_func ("/json-scan/values", test_values);
  g_test_add_func ("/json-scan/digits", test_digits);
  g_test_add_func ("/json-scan/object", test_object);
  return g_test_run ();
}
