#include "config/config-problem.h"

#include <string.h>

#include "config/config-suggest.h"

static const GError *
error_at (const GPtrArray *errors, unsigned index)
{
  return g_ptr_array_index (errors, index);
}

static void
test_order (void)
{
  CamConfigSource *first = cam_config_source_new ("a.conf", 0);
  CamConfigSource *second = cam_config_source_new ("b.conf", 1);
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (GError) value = g_error_new (CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, "'x': expected y");
  g_assert_true (cam_config_problems_is_empty (problems));
  cam_config_problems_add (problems, (CamConfigPlace){second, 1}, CAM_CONFIG_ERROR_TWICE, "four");
  cam_config_problems_add (problems, (CamConfigPlace){first, 12}, CAM_CONFIG_ERROR_SYNTAX, "two");
  cam_config_problems_add (problems, (CamConfigPlace){first, 12}, CAM_CONFIG_ERROR_SYNTAX, "three");
  cam_config_problems_add (problems, (CamConfigPlace){first, 12}, CAM_CONFIG_ERROR_SYNTAX, "two");
  cam_config_problems_add_value (problems, (CamConfigPlace){first, 2}, "Key", value);
  cam_config_problems_add (problems, (CamConfigPlace){NULL, 0}, CAM_CONFIG_ERROR_FILE, "%s", "last");
  g_assert_false (cam_config_problems_is_empty (problems));
  cam_config_problems_move_to (problems, errors);
  static const char *const expected[] = {"a.conf:2: Key='x': expected y", "a.conf:12: two", "a.conf:12: three", "b.conf:1: four",
                                         "configuration: last"};
  g_assert_cmpuint (errors->len, ==, G_N_ELEMENTS (expected));
  for (unsigned i = 0; i < errors->len; i++)
    g_assert_cmpstr (error_at (errors, i)->message, ==, expected[i]);
  g_assert_error (error_at (errors, 0), CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
  g_assert_error (error_at (errors, 3), CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_TWICE);
  g_assert_true (cam_config_problems_is_empty (problems));
  cam_config_source_free (first);
  cam_config_source_free (second);
}

static void
test_limit (void)
{
  CamConfigSource *source = cam_config_source_new ("a.conf", 0);
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  for (unsigned line = 1; line <= 1000; line++)
    cam_config_problems_add (problems, (CamConfigPlace){source, line}, CAM_CONFIG_ERROR_SYNTAX, "wrong");
  cam_config_problems_move_to (problems, errors);
  g_assert_cmpuint (errors->len, ==, 101);
  g_assert_cmpstr (error_at (errors, 100)->message, ==, "more than 100 errors: the rest is not shown");
  cam_config_source_free (source);
}

static void
test_quote (void)
{
  g_autofree char *plain = cam_config_quote ("it's");
  g_assert_cmpstr (plain, ==, "'it's'");
  g_autofree char *control = cam_config_quote ("a\nb\x1b[c");
  g_assert_cmpstr (control, ==, "'a?b?[c'");
  g_autofree char *foreign = cam_config_quote ("a\xff");
  g_assert_true (g_utf8_validate (foreign, -1, NULL));
  g_autofree char *most = g_strnfill (60, 'x');
  g_autofree char *fits = cam_config_quote (most);
  g_assert_cmpuint (strlen (fits), ==, 62);
  g_autofree char *more = g_strconcat (most, "äx", NULL);
  g_autofree char *cut = cam_config_quote (more);
  g_assert_true (g_str_has_suffix (cut, "xxx…'"));
}

/* A URL in the wrong place is no reason to tell its password. */
static void
test_quote_of_url (void)
{
  static const char *const texts[] = {"rtsp://bob:s3cret@cam/1",     "rtsp://bob:s3 cret@cam/1", "bob:s3cret@cam",           "front=rtsp://bob:s3cret@cam/1",
                                      "srt://cam:9?passphrase=s3cret", "rtsp://cam/1?token=s3cret", "a rtsp://bob:s3cret@cam", "tcp rtsp://bob:s3@cret@cam/1"};
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *quoted = cam_config_quote (texts[i]);
    g_assert_null (strstr (quoted, "s3"));
    g_assert_null (strstr (quoted, "cret"));
    g_assert_nonnull (strstr (quoted, "cam"));
  }
  g_autofree char *usual = cam_config_quote ("rtsp://cam/1?channel=2");
  g_assert_cmpstr (usual, ==, "'rtsp://cam/1?channel=2'");
}

static void
test_suggest (void)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  static const char *const known[] = {"MaxReaders", "MaxConnections", "URL", "Read", "RequestTimeout"};
  for (unsigned i = 0; i < G_N_ELEMENTS (known); i++)
    g_ptr_array_add (words, (gpointer) known[i]);
  static const struct {
    const char *word;
    const char *near;
  } cases[] = {
      {"MaxReader", "MaxReaders"},
      {"maxreaders", "MaxReaders"},
      {"MxaReaders", "MaxReaders"},
      {"MaxConections", "MaxConnections"},
      {"Uri", "URL"},
      {"Raed", "Read"},
      {"TimeoutRequest", NULL},
      {"Quux", NULL},
      {"x", NULL},
      {"", NULL},
      {"MaxReadersMaxReadersMaxReadersMaxReadersMaxReaders", NULL},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (cam_config_suggest (cases[i].word, words), ==, cases[i].near);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/problem/order", test_order);
  g_test_add_func ("/config/problem/limit", test_limit);
  g_test_add_func ("/config/error/quote", test_quote);
  g_test_add_func ("/config/error/quote-of-url", test_quote_of_url);
  g_test_add_func ("/config/suggest/words", test_suggest);
  return g_test_run ();
}
