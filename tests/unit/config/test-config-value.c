#include "config/config-value.h"

#include "config/config-error.h"

#define OK (-1)

/* Asserts and frees @error: none for OK, else the code, and that the message quotes @text. */
static void
assert_result (bool ok, GError *error, int code, const char *text)
{
  g_autoptr (GError) owned = error;
  g_autofree char *quoted = cam_config_quote (text);
  if (code == OK) {
    g_assert_no_error (owned);
    g_assert_true (ok);
    return;
  }
  g_assert_false (ok);
  g_assert_error (owned, CAM_CONFIG_ERROR, code);
  g_assert_true (g_str_has_prefix (owned->message, quoted));
}

static void
test_boolean (void)
{
  static const struct {
    const char *text;
    bool value;
    int code;
  } cases[] = {
      {"yes", true, OK},
      {"true", true, OK},
      {"on", true, OK},
      {"1", true, OK},
      {"YES", true, OK},
      {"no", false, OK},
      {"false", false, OK},
      {"off", false, OK},
      {"0", false, OK},
      {"Off", false, OK},
      {"", true, CAM_CONFIG_ERROR_VALUE},
      {"y", true, CAM_CONFIG_ERROR_VALUE},
      {"2", true, CAM_CONFIG_ERROR_VALUE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    bool value = true;
    GError *error = NULL;
    const bool ok = cam_config_parse_boolean (cases[i].text, &value, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpint (value, ==, cases[i].value);
  }
}

static void
test_count (void)
{
  static const struct {
    const char *text;
    const char *range;
    unsigned value;
    int code;
  } cases[] = {
      {"1", "1 100", 1, OK},
      {"100", "1 100", 100, OK},
      {"007", "1 100", 7, OK},
      {"none", "none, or 1 100", 0, OK},
      {"0", "1 100", 55, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"101", "1 100", 55, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"none", "1 100", 55, CAM_CONFIG_ERROR_VALUE},
      {"-1", "1 100", 55, CAM_CONFIG_ERROR_VALUE},
      {"1 ", "1 100", 55, CAM_CONFIG_ERROR_VALUE},
      {"", "1 100", 55, CAM_CONFIG_ERROR_VALUE},
      {"4294967297", "1 100", 55, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"99999999999999999999999", "1 100", 55, CAM_CONFIG_ERROR_VALUE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    unsigned value = 55;
    GError *error = NULL;
    const bool ok = cam_config_parse_count (cases[i].text, cases[i].range, &value, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpuint (value, ==, cases[i].value);
  }
}

static void
test_duration (void)
{
  static const struct {
    const char *text;
    const char *range;
    int64_t us;
    int code;
  } cases[] = {
      {"500ms", "500ms 60s", 500000, OK},
      {"60s", "500ms 60s", 60000000, OK},
      {"1min", "500ms 60s", 60000000, OK},
      {"1h", "1s 24h", INT64_C (3600000000), OK},
      {"infinity", "infinity, or 1s 60s", INT64_MAX, OK},
      {"off", "off, or 1s 60s", 0, OK},
      {"499ms", "500ms 60s", 55, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"61s", "500ms 60s", 55, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"infinity", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"off", "infinity, or 500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"10", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"10m", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"1.5s", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"-5s", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"s", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"5 s", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
      {"999999999999999h", "500ms 60s", 55, CAM_CONFIG_ERROR_VALUE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    int64_t us = 55;
    GError *error = NULL;
    const bool ok = cam_config_parse_duration (cases[i].text, cases[i].range, &us, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpint (us, ==, cases[i].us);
  }
}

static void
test_duration_range (void)
{
  static const struct {
    const char *text;
    int64_t shortest_us;
    int64_t longest_us;
    int code;
  } cases[] = {
      {"1s 60s", 1000000, 60000000, OK},
      {"  5s\t5s ", 5000000, 5000000, OK},
      {"2s 1s", 5, 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"99ms 1s", 5, 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"1s 61min", 5, 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"1s", 5, 5, CAM_CONFIG_ERROR_VALUE},
      {"1s 2s 3s", 5, 5, CAM_CONFIG_ERROR_VALUE},
      {"1s 2", 5, 5, CAM_CONFIG_ERROR_VALUE},
      {"", 5, 5, CAM_CONFIG_ERROR_VALUE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    CamDurationRange range = {5, 5};
    GError *error = NULL;
    const bool ok = cam_config_parse_duration_range (cases[i].text, "100ms 1h", &range, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpint (range.shortest_us, ==, cases[i].shortest_us);
    g_assert_cmpint (range.longest_us, ==, cases[i].longest_us);
  }
}

static void
test_count_pair (void)
{
  static const struct {
    const char *text;
    unsigned all;
    unsigned per_host;
    int code;
  } cases[] = {
      {"32 4", 32, 4, OK},
      {" 1\t1 ", 1, 1, OK},
      {"4 32", 5, 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"1001 4", 5, 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"32 0", 5, 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"32", 5, 5, CAM_CONFIG_ERROR_VALUE},
      {"32 4 1", 5, 5, CAM_CONFIG_ERROR_VALUE},
      {"32 four", 5, 5, CAM_CONFIG_ERROR_VALUE},
      {"", 5, 5, CAM_CONFIG_ERROR_VALUE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    CamCountPair pair = {5, 5};
    GError *error = NULL;
    const bool ok = cam_config_parse_count_pair (cases[i].text, "1 1000", &pair, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpuint (pair.all, ==, cases[i].all);
    g_assert_cmpuint (pair.per_host, ==, cases[i].per_host);
  }
}

static void
test_bitrate (void)
{
  static const struct {
    const char *text;
    uint64_t bitrate;
    int code;
    const char *range; /* NULL: that of MaxBitrate */
  } cases[] = {
      {"64000", 64000, OK},
      {"512K", 512000, OK},
      {"4M", 4000000, OK},
      {"10G", UINT64_C (10000000000), OK},
      {"63999", 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"11G", 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"4k", 5, CAM_CONFIG_ERROR_VALUE},
      {"4MiB", 5, CAM_CONFIG_ERROR_VALUE},
      {"M", 5, CAM_CONFIG_ERROR_VALUE},
      {"999999999999999G", 5, CAM_CONFIG_ERROR_VALUE},
      {"auto", 5, CAM_CONFIG_ERROR_VALUE},
      {"auto", 0, OK, "auto, or 6K 512K"},
      {"6K", 6000, OK, "auto, or 6K 512K"},
      {"513K", 5, CAM_CONFIG_ERROR_OUT_OF_RANGE, "auto, or 6K 512K"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    uint64_t bitrate = 5;
    GError *error = NULL;
    const bool ok = cam_config_parse_bitrate (cases[i].text, cases[i].range != NULL ? cases[i].range : "64K 10G", &bitrate, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpuint (bitrate, ==, cases[i].bitrate);
  }
}

static void
test_bytes (void)
{
  static const struct {
    const char *text;
    const char *range;
    uint64_t bytes;
    int code;
  } cases[] = {
      {"auto", "auto, or 16M 1T", 0, OK},
      {"16777216", "auto, or 16M 1T", 16777216, OK},
      {"16384K", "auto, or 16M 1T", 16777216, OK},
      {"512M", "auto, or 16M 1T", UINT64_C (512) << 20, OK},
      {"2G", "16M 1T", UINT64_C (2) << 30, OK},
      {"1T", "16M 1T", UINT64_C (1) << 40, OK},
      {"16777215", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"1025G", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"0", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_OUT_OF_RANGE},
      {"auto", "16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
      {"512m", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
      {"512MiB", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
      {"1.5G", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
      {"-1G", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
      {"", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
      {"999999999999999T", "auto, or 16M 1T", 5, CAM_CONFIG_ERROR_VALUE},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    uint64_t bytes = 5;
    GError *error = NULL;
    const bool ok = cam_config_parse_bytes (cases[i].text, cases[i].range, &bytes, &error);
    assert_result (ok, error, cases[i].code, cases[i].text);
    g_assert_cmpuint (bytes, ==, cases[i].bytes);
  }
}

static void
test_enum (void)
{
  static const char words[] = "auto forward wait-for-key";
  static const char *const texts[] = {"auto", "forward", "wait-for-key"};
  for (int i = 0; i < (int) G_N_ELEMENTS (texts); i++) {
    int number = -1;
    g_assert_true (cam_config_parse_enum (texts[i], words, &number, NULL));
    g_assert_cmpint (number, ==, i);
  }
  static const char *const wrong[] = {"", "Auto", "auto forward", "wait"};
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    int number = -1;
    GError *error = NULL;
    const bool ok = cam_config_parse_enum (wrong[i], words, &number, &error);
    assert_result (ok, error, CAM_CONFIG_ERROR_VALUE, wrong[i]);
    g_assert_cmpint (number, ==, -1);
  }
}

static void
test_words (void)
{
  g_auto (GStrv) none = cam_config_parse_words (" \t", NULL);
  g_assert_nonnull (none);
  g_assert_null (none[0]);
  g_auto (GStrv) two = cam_config_parse_words ("\ta,b  c ", NULL);
  g_assert_cmpuint (g_strv_length (two), ==, 2);
  g_assert_cmpstr (two[0], ==, "a,b");
  g_assert_cmpstr (two[1], ==, "c");
  GError *error = NULL;
  g_auto (GStrv) twice = cam_config_parse_words ("a b a", &error);
  assert_result (twice != NULL, error, CAM_CONFIG_ERROR_VALUE, "a");
  g_autoptr (GString) many = g_string_new (NULL);
  for (unsigned i = 0; i < 64; i++)
    g_string_append_printf (many, "%u ", i);
  g_auto (GStrv) most = cam_config_parse_words (many->str, NULL);
  g_assert_cmpuint (g_strv_length (most), ==, 64);
  g_string_append (many, "64");
  error = NULL;
  g_auto (GStrv) more = cam_config_parse_words (many->str, &error);
  assert_result (more != NULL, error, CAM_CONFIG_ERROR_OUT_OF_RANGE, many->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/value/boolean", test_boolean);
  g_test_add_func ("/config/value/count", test_count);
  g_test_add_func ("/config/value/duration", test_duration);
  g_test_add_func ("/config/value/duration-range", test_duration_range);
  g_test_add_func ("/config/value/count-pair", test_count_pair);
  g_test_add_func ("/config/value/bitrate", test_bitrate);
  g_test_add_func ("/config/value/bytes", test_bytes);
  g_test_add_func ("/config/value/enum", test_enum);
  g_test_add_func ("/config/value/words", test_words);
  return g_test_run ();
}
