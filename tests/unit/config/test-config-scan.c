#include "config/config-scan.h"

#include <string.h>

typedef struct {
  CamConfigSource *source;
  CamConfigProblems *problems;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->source = cam_config_source_new ("f", 0);
  fixture->problems = cam_config_problems_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_config_problems_free (fixture->problems);
  cam_config_source_free (fixture->source);
}

/* The bytes up to @size, -1 for those of a string, in a block that ends with them. */
static GPtrArray *
scan (Fixture *fixture, const char *data, gssize size)
{
  const size_t length = size < 0 ? strlen (data) : (size_t) size;
  g_autofree char *exact = g_malloc (MAX (length, 1));
  memcpy (exact, data, length);
  return cam_config_scan (exact, length, fixture->source, fixture->problems);
}

static char *
take_messages (Fixture *fixture)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_autoptr (GString) text = g_string_new (NULL);
  cam_config_problems_move_to (fixture->problems, errors);
  for (unsigned i = 0; i < errors->len; i++)
    g_string_append_printf (text, "%s\n", ((const GError *) g_ptr_array_index (errors, i))->message);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_lines (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) groups = scan (fixture, "\xef\xbb\xbf# c\r\n\n[A b/c]\r\nKey = v = w # x\r\n\tOther=\n  [B]  \nLast=1", -1);
  g_assert_true (cam_config_problems_is_empty (fixture->problems));
  g_assert_cmpuint (groups->len, ==, 2);
  const CamConfigGroup *first = g_ptr_array_index (groups, 0);
  g_assert_cmpstr (first->name, ==, "A b/c");
  g_assert_cmpuint (first->line, ==, 3);
  g_assert_cmpuint (first->entries->len, ==, 2);
  const CamConfigEntry *entry = g_ptr_array_index (first->entries, 0);
  g_assert_cmpstr (entry->key, ==, "Key");
  g_assert_cmpstr (entry->value, ==, "v = w # x");
  g_assert_cmpuint (entry->line, ==, 4);
  const CamConfigEntry *empty = g_ptr_array_index (first->entries, 1);
  g_assert_cmpstr (empty->value, ==, "");
  const CamConfigGroup *second = g_ptr_array_index (groups, 1);
  g_assert_cmpuint (second->line, ==, 6);
  const CamConfigEntry *last = g_ptr_array_index (second->entries, 0);
  g_assert_cmpstr (last->value, ==, "1");
  g_assert_cmpuint (last->line, ==, 7);
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  static const char *const nothing[] = {"", "\n", "\r", "#", "\xef\xbb\xbf", " \t\n"};
  for (unsigned i = 0; i < G_N_ELEMENTS (nothing); i++) {
    g_autoptr (GPtrArray) groups = scan (fixture, nothing[i], -1);
    g_assert_cmpuint (groups->len, ==, 0);
  }
  g_assert_true (cam_config_problems_is_empty (fixture->problems));
}

/* The first one of each counts, but the keys of the second section are looked at. */
static void
test_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) groups = scan (fixture, "[A]\nK=1\nK=2\n[B]\nK=3\n[A]\nL=4\nK=5\n", -1);
  g_assert_cmpuint (groups->len, ==, 2);
  const CamConfigGroup *first = g_ptr_array_index (groups, 0);
  g_assert_cmpuint (first->entries->len, ==, 2);
  g_assert_cmpstr (((const CamConfigEntry *) g_ptr_array_index (first->entries, 0))->value, ==, "1");
  g_assert_cmpstr (((const CamConfigEntry *) g_ptr_array_index (first->entries, 1))->value, ==, "4");
  g_autofree char *messages = take_messages (fixture);
  g_assert_cmpstr (messages, ==,
                   "f:3: key 'K' twice, first in line 2\n"
                   "f:6: section 'A' twice, first in line 1\n"
                   "f:8: key 'K' twice, first in line 2\n");
}

static void
test_bad_bytes (Fixture *fixture, gconstpointer data)
{
  static const char bytes[] = "[A]\nK=\xc3(\nL=a\0b\nM=\x1b[0m\nN=\t\xe2\x82\xac\n";
  g_autoptr (GPtrArray) groups = scan (fixture, bytes, sizeof (bytes) - 1);
  const CamConfigGroup *group = g_ptr_array_index (groups, 0);
  g_assert_cmpuint (group->entries->len, ==, 1);
  g_autofree char *messages = take_messages (fixture);
  g_assert_cmpstr (messages, ==,
                   "f:2: the line is not UTF-8\n"
                   "f:3: the line holds a NUL byte\n"
                   "f:4: the line holds a control character\n");
}

static void
test_long_line (Fixture *fixture, gconstpointer data)
{
  g_autofree char *most = g_strnfill (CAM_CONFIG_MAX_LINE_BYTES - 2, 'x');
  g_autofree char *text = g_strdup_printf ("[A]\nK=%s\nL=%sx\n", most, most);
  g_autoptr (GPtrArray) groups = scan (fixture, text, -1);
  const CamConfigGroup *group = g_ptr_array_index (groups, 0);
  g_assert_cmpuint (group->entries->len, ==, 1);
  g_assert_cmpstr (((const CamConfigEntry *) g_ptr_array_index (group->entries, 0))->value, ==, most);
  g_autofree char *messages = take_messages (fixture);
  g_assert_cmpstr (messages, ==, "f:3: the line is longer than 4096 bytes\n");
}

static void
test_large_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (CAM_CONFIG_MAX_BYTES + 1, '\n');
  g_autoptr (GPtrArray) fits = scan (fixture, text, CAM_CONFIG_MAX_BYTES);
  g_assert_true (cam_config_problems_is_empty (fixture->problems));
  g_autoptr (GPtrArray) groups = scan (fixture, text, CAM_CONFIG_MAX_BYTES + 1);
  g_assert_cmpuint (groups->len, ==, 0);
  g_autofree char *messages = take_messages (fixture);
  g_assert_cmpstr (messages, ==, "f: larger than 1 MiB\n");
}

/* A whole file of repeated sections must not take longer than it is long. */
static void
test_many_sections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; text->len + 10 <= CAM_CONFIG_MAX_BYTES; i++)
    g_string_append_printf (text, "[%u]\n", i % 60000);
  g_autoptr (GPtrArray) groups = scan (fixture, text->str, (gssize) text->len);
  g_assert_cmpuint (groups->len, ==, 60000);
}

/* What the scanner takes without a fault, GKeyFile reads as the same groups, keys and values. */
static void
compare_with_key_file (const GPtrArray *groups, const char *data, size_t size)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_key_file_load_from_data (file, data, size, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  gsize n_groups = 0;
  g_auto (GStrv) names = g_key_file_get_groups (file, &n_groups);
  g_assert_cmpuint (groups->len, ==, n_groups);
  for (unsigned i = 0; i < groups->len; i++) {
    const CamConfigGroup *group = g_ptr_array_index (groups, i);
    g_assert_cmpstr (group->name, ==, names[i]);
    gsize n_keys = 0;
    g_auto (GStrv) keys = g_key_file_get_keys (file, names[i], &n_keys, NULL);
    g_assert_cmpuint (group->entries->len, ==, n_keys);
    for (unsigned k = 0; k < group->entries->len; k++) {
      const CamConfigEntry *entry = g_ptr_array_index (group->entries, k);
      g_assert_cmpstr (entry->key, ==, keys[k]);
      g_autofree char *value = g_key_file_get_value (file, names[i], keys[k], NULL);
      g_assert_cmpstr (entry->value, ==, value);
    }
  }
}

static void
compare_file (Fixture *fixture, const char *path, bool is_good)
{
  g_autofree char *data = NULL;
  gsize size = 0;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) groups = scan (fixture, data, (gssize) size);
  g_autofree char *messages = take_messages (fixture);
  if (is_good)
    g_assert_cmpstr (messages, ==, "");
  if (*messages == '\0')
    compare_with_key_file (groups, data, size);
}

/* Returns how many files there were. */
static unsigned
compare_folder (Fixture *fixture, const char *folder, bool is_good)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  unsigned files = 0;
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      files += compare_folder (fixture, path, is_good);
    } else if (g_str_has_suffix (name, ".conf")) {
      compare_file (fixture, path, is_good);
      files++;
    }
  }
  return files;
}

static void
test_against_key_file (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *name;
    bool is_good;
  } folders[] = {{"good", true}, {"scan", true}, {"bad", false}};
  for (unsigned i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "config", folders[i].name, NULL);
    g_assert_cmpuint (compare_folder (fixture, folder, folders[i].is_good), >, 0);
  }
}

/* What GKeyFile refuses, the scanner reports; what it takes although it is a mistake, too. */
static void
test_stricter_than_key_file (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *text;
    bool is_key_file;
  } cases[] = {
      {"K=1\n", false},
      {"[A\n", false},
      {"[]\n", false},
      {"[A]x\n", false},
      {"[A[B]\n", false},
      {"[A]\nx\n", false},
      {"[A]\n=x\n", false},
      {"[A]\n[B]\n[A]\n", true},
      {"[A]\nK=1\nK=2\n", true},
      {"[A]\nK[de]=1\n", true},
      {"[A]\nK\xc3\xa4=1\n", true},
      {"[A]\nK=\x01\n", true},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GKeyFile) file = g_key_file_new ();
    g_assert_cmpint (g_key_file_load_from_data (file, cases[i].text, strlen (cases[i].text), G_KEY_FILE_KEEP_TRANSLATIONS, NULL), ==,
                     cases[i].is_key_file);
    g_autoptr (GPtrArray) groups = scan (fixture, cases[i].text, -1);
    g_autofree char *messages = take_messages (fixture);
    g_assert_cmpstr (messages, !=, "");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  static const struct {
    const char *name;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
      {"/config/scan/lines", test_lines},
      {"/config/scan/empty", test_empty},
      {"/config/scan/twice", test_twice},
      {"/config/scan/bad-bytes", test_bad_bytes},
      {"/config/scan/long-line", test_long_line},
      {"/config/scan/large-file", test_large_file},
      {"/config/scan/many-sections", test_many_sections},
      {"/config/scan/against-key-file", test_against_key_file},
      {"/config/scan/stricter-than-key-file", test_stricter_than_key_file},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
