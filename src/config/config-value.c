#include "config/config-value.h"

#include <string.h>

#include "config/config-error.h"

#define MAX_WORDS 64
#define MAX_DIGITS 15 /* of a number: no sum or product of the units below overflows unseen */

/* What a value may be, as words of an error message and as bounds of its own type's unit. */
typedef struct {
  char *word; /* owned; NULL when there is none */
  char *least;
  char *most;
} Range;

static void
range_clear (Range *range)
{
  g_free (range->word);
  g_free (range->least);
  g_free (range->most);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Range, range_clear)

/* The table is ours: a row whose range cannot be read is a mistake in it, which the table's test finds. */
static Range
range_of (const char *text)
{
  Range range = {NULL};
  const char *bounds = text;
  const char *comma = strstr (text, ", or ");
  if (comma != NULL) {
    range.word = g_strndup (text, (size_t) (comma - text));
    bounds = comma + strlen (", or ");
  }
  const char *blank = strchr (bounds, ' ');
  g_assert (blank != NULL);
  range.least = g_strndup (bounds, (size_t) (blank - bounds));
  range.most = g_strdup (blank + 1);
  return range;
}

static bool fail (GError **error, CamConfigError code, const char *text, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Always false. */
static bool
fail (GError **error, CamConfigError code, const char *text, const char *format, ...)
{
  g_autofree char *quoted = cam_config_quote (text);
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *expected = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, CAM_CONFIG_ERROR, code, "%s: expected %s", quoted, expected);
  return false;
}

bool
cam_config_parse_boolean (const char *text, bool *ret_value, GError **error)
{
  static const char *const truths[] = {"yes", "true", "on", "1"};
  static const char *const lies[] = {"no", "false", "off", "0"};
  for (unsigned i = 0; i < G_N_ELEMENTS (truths); i++) {
    const bool is_true = g_ascii_strcasecmp (text, truths[i]) == 0;
    if (is_true || g_ascii_strcasecmp (text, lies[i]) == 0) {
      *ret_value = is_true;
      return true;
    }
  }
  return fail (error, CAM_CONFIG_ERROR_VALUE, text, "yes or no");
}

/* The digits at the start of @text and what follows them. False without a digit or with too many. */
static bool
read_digits (const char *text, uint64_t *ret_number, const char **ret_rest)
{
  const size_t digits = strspn (text, "0123456789");
  if (digits == 0 || digits > MAX_DIGITS)
    return false;
  *ret_number = g_ascii_strtoull (text, NULL, 10);
  *ret_rest = text + digits;
  return true;
}

static bool
read_number (const char *text, uint64_t *ret_number)
{
  const char *rest = NULL;
  return read_digits (text, ret_number, &rest) && *rest == '\0';
}

typedef struct {
  const char *name;
  uint64_t factor;
} Unit;

static bool
read_with_unit (const char *text, const Unit *units, unsigned n_units, uint64_t *ret_number)
{
  uint64_t number = 0;
  const char *rest = NULL;
  if (!read_digits (text, &number, &rest))
    return false;
  for (unsigned i = 0; i < n_units; i++) {
    if (g_str_equal (rest, units[i].name))
      return !__builtin_mul_overflow (number, units[i].factor, ret_number) && *ret_number < INT64_MAX;
  }
  return false;
}

static bool
read_duration (const char *text, uint64_t *ret_us)
{
  static const Unit units[] = {
      {"ms", 1000},
      {"s", G_USEC_PER_SEC},
      {"min", UINT64_C (60) * G_USEC_PER_SEC},
      {"h", UINT64_C (3600) * G_USEC_PER_SEC},
  };
  return read_with_unit (text, units, G_N_ELEMENTS (units), ret_us);
}

static bool
read_bitrate (const char *text, uint64_t *ret_bitrate)
{
  static const Unit units[] = {{"", 1}, {"K", 1000}, {"M", 1000 * 1000}, {"G", 1000 * 1000 * 1000}};
  return read_with_unit (text, units, G_N_ELEMENTS (units), ret_bitrate);
}

static bool
read_bytes (const char *text, uint64_t *ret_bytes)
{
  const uint64_t k = 1024;
  const Unit units[] = {{"", 1}, {"K", k}, {"M", k * k}, {"G", k * k * k}, {"T", k * k * k * k}};
  return read_with_unit (text, units, G_N_ELEMENTS (units), ret_bytes);
}

/* Words by blanks; NULL when there are more than MAX_WORDS. */
static char **
split_words (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  unsigned count = 0;
  for (const char *at = text + strspn (text, " \t"); *at != '\0'; at += strspn (at, " \t")) {
    const size_t length = strcspn (at, " \t");
    g_autofree char *word = g_strndup (at, length);
    if (++count > MAX_WORDS)
      return NULL;
    g_strv_builder_add (builder, word);
    at += length;
  }
  return g_strv_builder_end (builder);
}

typedef bool (*ReadFunc) (const char *text, uint64_t *ret_number);

/* False with @ret_code set when @text is no number of its kind or not within @range. */
static bool
read_within (ReadFunc read, const char *text, const Range *range, uint64_t *ret_number, CamConfigError *ret_code)
{
  uint64_t least = 0;
  uint64_t most = 0;
  uint64_t number = 0;
  const bool is_range = read (range->least, &least) && read (range->most, &most);
  g_assert (is_range);
  if (!read (text, &number)) {
    *ret_code = CAM_CONFIG_ERROR_VALUE;
    return false;
  }
  if (number < least || number > most) {
    *ret_code = CAM_CONFIG_ERROR_OUT_OF_RANGE;
    return false;
  }
  *ret_number = number;
  return true;
}

static bool
is_word (const Range *range, const char *text)
{
  return range->word != NULL && g_str_equal (text, range->word);
}

/* "none, or " in front of what else is expected. */
static char *
describe_word (const Range *range)
{
  return range->word != NULL ? g_strconcat (range->word, ", or ", NULL) : g_strdup ("");
}

bool
cam_config_parse_count (const char *text, const char *range_text, unsigned *ret_count, GError **error)
{
  g_auto (Range) range = range_of (range_text);
  uint64_t count = 0;
  CamConfigError code = CAM_CONFIG_ERROR_VALUE;
  if (is_word (&range, text)) {
    *ret_count = 0;
    return true;
  }
  if (!read_within (read_number, text, &range, &count, &code)) {
    g_autofree char *word = describe_word (&range);
    return fail (error, code, text, "%sa number from %s to %s", word, range.least, range.most);
  }
  *ret_count = (unsigned) count;
  return true;
}

bool
cam_config_parse_duration (const char *text, const char *range_text, int64_t *ret_us, GError **error)
{
  g_auto (Range) range = range_of (range_text);
  uint64_t us = 0;
  CamConfigError code = CAM_CONFIG_ERROR_VALUE;
  if (is_word (&range, text)) {
    *ret_us = g_str_equal (text, "infinity") ? INT64_MAX : 0;
    return true;
  }
  if (!read_within (read_duration, text, &range, &us, &code)) {
    g_autofree char *word = describe_word (&range);
    return fail (error, code, text, "%sa time from %s to %s with its unit (ms, s, min, h)", word, range.least, range.most);
  }
  *ret_us = (int64_t) us;
  return true;
}

/* Two words, each within @range; false with @ret_code set otherwise. */
static bool
read_pair (ReadFunc read, const char *text, const Range *range, uint64_t ret_numbers[2], CamConfigError *ret_code)
{
  g_auto (GStrv) words = split_words (text);
  *ret_code = CAM_CONFIG_ERROR_VALUE;
  return words != NULL && g_strv_length (words) == 2 && read_within (read, words[0], range, &ret_numbers[0], ret_code) &&
         read_within (read, words[1], range, &ret_numbers[1], ret_code);
}

bool
cam_config_parse_count_pair (const char *text, const char *range_text, CamCountPair *ret_pair, GError **error)
{
  g_auto (Range) range = range_of (range_text);
  uint64_t counts[2] = {0};
  CamConfigError code = CAM_CONFIG_ERROR_VALUE;
  bool ok = read_pair (read_number, text, &range, counts, &code);
  if (!ok || counts[1] > counts[0]) {
    code = ok ? CAM_CONFIG_ERROR_OUT_OF_RANGE : code;
    return fail (error, code, text, "two numbers from %s to %s, the second not above the first, such as '32 4'", range.least, range.most);
  }
  *ret_pair = (CamCountPair){.all = (unsigned) counts[0], .per_host = (unsigned) counts[1]};
  return true;
}

bool
cam_config_parse_duration_range (const char *text, const char *range_text, CamDurationRange *ret_range, GError **error)
{
  g_auto (Range) range = range_of (range_text);
  uint64_t times[2] = {0};
  CamConfigError code = CAM_CONFIG_ERROR_VALUE;
  bool ok = read_pair (read_duration, text, &range, times, &code);
  if (!ok || times[0] > times[1]) {
    code = ok ? CAM_CONFIG_ERROR_OUT_OF_RANGE : code;
    return fail (error, code, text, "two times from %s to %s with their units, the shorter first, such as '1s 60s'", range.least,
                 range.most);
  }
  ret_range->shortest_us = (int64_t) times[0];
  ret_range->longest_us = (int64_t) times[1];
  return true;
}

bool
cam_config_parse_bitrate (const char *text, const char *range_text, uint64_t *ret_bitrate, GError **error)
{
  g_auto (Range) range = range_of (range_text);
  CamConfigError code = CAM_CONFIG_ERROR_VALUE;
  if (is_word (&range, text)) {
    *ret_bitrate = 0;
    return true;
  }
  if (read_within (read_bitrate, text, &range, ret_bitrate, &code))
    return true;
  g_autofree char *word = describe_word (&range);
  return fail (error, code, text, "%s%s to %s bit/s, decimal, such as 512K or 4M", word, range.least, range.most);
}

bool
cam_config_parse_bytes (const char *text, const char *range_text, uint64_t *ret_bytes, GError **error)
{
  g_auto (Range) range = range_of (range_text);
  CamConfigError code = CAM_CONFIG_ERROR_VALUE;
  if (is_word (&range, text)) {
    *ret_bytes = 0;
    return true;
  }
  if (read_within (read_bytes, text, &range, ret_bytes, &code))
    return true;
  g_autofree char *word = describe_word (&range);
  return fail (error, code, text, "%s%s to %s bytes with K, M, G or T of 1024, such as 512M", word, range.least, range.most);
}

/* "auto, forward or wait-for-key" */
static char *
describe_choice (char **words)
{
  const unsigned n_words = g_strv_length (words);
  g_autoptr (GString) text = g_string_new (words[0]);
  for (unsigned i = 1; i < n_words; i++)
    g_string_append_printf (text, "%s%s", i + 1 == n_words ? " or " : ", ", words[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
cam_config_parse_enum (const char *text, const char *words_text, int *ret_number, GError **error)
{
  g_auto (GStrv) words = g_strsplit (words_text, " ", -1);
  for (int i = 0; words[i] != NULL; i++) {
    if (g_str_equal (text, words[i])) {
      *ret_number = i;
      return true;
    }
  }
  g_autofree char *choice = describe_choice (words);
  return fail (error, CAM_CONFIG_ERROR_VALUE, text, "%s", choice);
}

char **
cam_config_parse_words (const char *text, GError **error)
{
  g_auto (GStrv) words = split_words (text);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  if (words == NULL) {
    fail (error, CAM_CONFIG_ERROR_OUT_OF_RANGE, text, "at most " G_STRINGIFY (MAX_WORDS) " words");
    return NULL;
  }
  for (char **word = words; *word != NULL; word++) {
    if (!g_hash_table_add (seen, *word)) {
      fail (error, CAM_CONFIG_ERROR_VALUE, *word, "once, but it is there twice");
      return NULL;
    }
  }
  return g_steal_pointer (&words);
}
