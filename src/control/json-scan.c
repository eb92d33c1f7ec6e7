#include "control/json-scan.h"

#include <stdint.h>
#include <string.h>

#include "control/control-error.h"

/* What may stand at a place. */
typedef enum
{
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END, /* behind [ */
  EXPECT_KEY,          /* behind a comma in an object */
  EXPECT_KEY_OR_END,   /* behind { */
  EXPECT_COLON,
  EXPECT_COMMA_OR_END, /* behind a value within brackets */
  EXPECT_NOTHING       /* behind the outermost value */
} Expectation;

typedef struct {
  const char *start;
  const char *at;
  const char *end;
  uint32_t objects; /* bit n: the bracket of depth n is that of an object */
  unsigned depth;
  unsigned values;
} Scan;

G_STATIC_ASSERT (CAM_JSON_MAX_DEPTH <= 32);

static bool
fail (const Scan *scan, CamControlError code, const char *what, GError **error)
{
  g_set_error (error, CAM_CONTROL_ERROR, code, "%s at byte %zu", what, (size_t) (scan->at - scan->start));
  return false;
}

static bool
fail_syntax (const Scan *scan, GError **error)
{
  return fail (scan, CAM_CONTROL_ERROR_SYNTAX, "not JSON", error);
}

/* The character here; NUL at the end, which no JSON has either. */
static char
peek (const Scan *scan)
{
  return scan->at < scan->end ? *scan->at : '\0';
}

static bool
take (Scan *scan, char character)
{
  if (peek (scan) != character)
    return false;
  scan->at++;
  return true;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end && strchr (" \t\r\n", *scan->at) != NULL && *scan->at != '\0')
    scan->at++;
}

/* False when there is none. */
static bool
skip_digits (Scan *scan)
{
  const char *first = scan->at;
  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return scan->at > first;
}

/* Four hex digits as a UTF-16 unit; -1 when they are not there. */
static int
take_unit (Scan *scan)
{
  int unit = 0;
  for (unsigned i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (peek (scan));
    if (digit < 0)
      return -1;
    unit = unit << 4 | digit;
    scan->at++;
  }
  return unit;
}

/* Behind \u: a character, or a pair that is one (RFC 8259, 7). */
static bool
scan_unit (Scan *scan)
{
  int unit = take_unit (scan);
  if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
    return false;
  if (unit < 0xd800 || unit > 0xdfff)
    return true;
  if (!take (scan, '\\') || !take (scan, 'u'))
    return false;
  int second = take_unit (scan);
  return second >= 0xdc00 && second <= 0xdfff;
}

/* Behind the opening quote. */
static bool
scan_string (Scan *scan, GError **error)
{
  for (;;) {
    if ((unsigned char) peek (scan) < 0x20) /* the end, too */
      return fail_syntax (scan, error);
    char character = *scan->at++;
    if (character == '"')
      return true;
    if (character != '\\')
      continue;
    if (take (scan, 'u')) {
      if (!scan_unit (scan))
        return fail_syntax (scan, error);
    } else if (peek (scan) == '\0' || strchr ("\"\\/bfnrt", *scan->at++) == NULL) {
      return fail_syntax (scan, error);
    }
  }
}

static bool
scan_number (Scan *scan, GError **error)
{
  take (scan, '-');
  const char *first = scan->at;
  bool is_good = take (scan, '0') || skip_digits (scan);
  if (scan->at - first > CAM_JSON_MAX_DIGITS)
    return fail (scan, CAM_CONTROL_ERROR_LONG, "more than " G_STRINGIFY (CAM_JSON_MAX_DIGITS) " digits", error);
  if (is_good && take (scan, '.'))
    is_good = skip_digits (scan);
  if (is_good && (take (scan, 'e') || take (scan, 'E'))) {
    if (!take (scan, '-'))
      take (scan, '+');
    is_good = skip_digits (scan);
  }
  return is_good || fail_syntax (scan, error);
}

static bool
scan_word (Scan *scan, GError **error)
{
  static const char *const words[] = {"true", "false", "null"};
  size_t left = (size_t) (scan->end - scan->at);
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++) {
    size_t length = strlen (words[i]);
    if (length <= left && memcmp (scan->at, words[i], length) == 0) {
      scan->at += length;
      return true;
    }
  }
  return fail_syntax (scan, error);
}

/* What is expected behind a value. */
static Expectation
after_value (const Scan *scan)
{
  return scan->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static bool
is_in_object (const Scan *scan)
{
  return (scan->objects >> (scan->depth - 1) & 1) != 0;
}

static bool
open_bracket (Scan *scan, bool is_object, Expectation *expected, GError **error)
{
  if (scan->depth == CAM_JSON_MAX_DEPTH)
    return fail (scan, CAM_CONTROL_ERROR_DEEP, "brackets within more than " G_STRINGIFY (CAM_JSON_MAX_DEPTH) " brackets", error);
  uint32_t bit = UINT32_C (1) << scan->depth;
  scan->objects = is_object ? scan->objects | bit : scan->objects & ~bit;
  scan->depth++;
  scan->at++;
  *expected = is_object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
  return true;
}

/* True when the bracket that is open ends here. */
static bool
close_bracket (Scan *scan, Expectation *expected)
{
  if (!take (scan, is_in_object (scan) ? '}' : ']'))
    return false;
  scan->depth--;
  *expected = after_value (scan);
  return true;
}

static bool
scan_value (Scan *scan, Expectation *expected, GError **error)
{
  char first = peek (scan);
  if (++scan->values > CAM_JSON_MAX_VALUES)
    return fail (scan, CAM_CONTROL_ERROR_LONG, "more than " G_STRINGIFY (CAM_JSON_MAX_VALUES) " values", error);
  if (first == '{' || first == '[')
    return open_bracket (scan, first == '{', expected, error);
  *expected = after_value (scan);
  if (take (scan, '"'))
    return scan_string (scan, error);
  if (first == '-' || g_ascii_isdigit (first))
    return scan_number (scan, error);
  return scan_word (scan, error);
}

static bool
scan_key (Scan *scan, Expectation *expected, GError **error)
{
  *expected = EXPECT_COLON;
  return take (scan, '"') ? scan_string (scan, error) : fail_syntax (scan, error);
}

/* One piece, of what is expected. */
static bool
scan_piece (Scan *scan, Expectation *expected, GError **error)
{
  switch (*expected) {
  case EXPECT_VALUE:
    return scan_value (scan, expected, error);
  case EXPECT_VALUE_OR_END:
    return close_bracket (scan, expected) || scan_value (scan, expected, error);
  case EXPECT_KEY:
    return scan_key (scan, expected, error);
  case EXPECT_KEY_OR_END:
    return close_bracket (scan, expected) || scan_key (scan, expected, error);
  case EXPECT_COLON:
    *expected = EXPECT_VALUE;
    return take (scan, ':') || fail_syntax (scan, error);
  case EXPECT_COMMA_OR_END:
    if (close_bracket (scan, expected))
      return true;
    *expected = is_in_object (scan) ? EXPECT_KEY : EXPECT_VALUE;
    return take (scan, ',') || fail_syntax (scan, error);
  case EXPECT_NOTHING:
    break;
  }
  return fail_syntax (scan, error);
}

bool
cam_json_scan (const char *text, size_t length, GError **error)
{
  Scan scan = {.start = text, .at = text, .end = text + length};
  if (length > CAM_JSON_MAX_BYTES) {
    scan.at = text + CAM_JSON_MAX_BYTES;
    return fail (&scan, CAM_CONTROL_ERROR_LONG, "too long", error);
  }
  if (!g_utf8_validate_len (text, length, &scan.at))
    return fail (&scan, CAM_CONTROL_ERROR_ENCODING, "not UTF-8", error);
  scan.at = text;
  Expectation expected = EXPECT_VALUE;
  for (skip_space (&scan); scan.at < scan.end; skip_space (&scan)) {
    if (!scan_piece (&scan, &expected, error))
      return false;
  }
  return expected == EXPECT_NOTHING || fail_syntax (&scan, error);
}

JsonObject *
cam_json_read_object (const char *text, size_t length, GError **error)
{
  if (!cam_json_scan (text, length, error))
    return NULL;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) cause = NULL;
  if (!json_parser_load_from_data (parser, text, (gssize) length, &cause)) {
    g_set_error_literal (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_SYNTAX, "not JSON");
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (error, CAM_CONTROL_ERROR, CAM_CONTROL_ERROR_KIND, "not a JSON object");
    return NULL;
  }
  return json_object_ref (json_node_get_object (root));
}
