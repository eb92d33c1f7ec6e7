#include "core/redact.h"

#include <stdbool.h>
#include <string.h>

#define URL_LIMIT_BYTES 300
#define ELLIPSIS "…"

/* A key that holds one of these words has a value that nobody needs in a log. An SRT stream id is what hosted services call the stream's key, and some
 * servers want user and password in it. */
static const char *const credential_words[] = {"pass", "pwd", "psw",  "secret", "token", "auth",    "cred",
                                               "key",  "sig", "user", "usr",    "login", "streamid"};
static const char *const credential_keys[] = {"u", "p", "pw"};

/* What would end, bend or hide the rest of a line: controls, the direction overrides among the format characters, line separators. */
static bool
is_plain (gunichar c)
{
  if (c == '"' || c == '\'' || c == '\\')
    return false;
  GUnicodeType type = g_unichar_type (c);
  return c == ' ' ||
         (g_unichar_isprint (c) && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR);
}

/* Appends the character at @text, plain or escaped byte by byte, and returns its size; a byte that begins no character is one. */
static gsize
append_character (GString *line, const char *text, gsize left)
{
  gunichar c = g_utf8_get_char_validated (text, (gssize) left);
  bool is_character = *text != '\0' && c != (gunichar) -1 && c != (gunichar) -2;
  gsize size = is_character ? (gsize) g_utf8_skip[(unsigned char) *text] : 1;
  if (is_character && is_plain (c)) {
    g_string_append_len (line, text, (gssize) size);
    return size;
  }
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (line, "\\x%02x", (unsigned char) text[i]);
  return size;
}

char *
cam_redact_text (const char *text, gssize length, gsize limit)
{
  gsize left = length < 0 ? strlen (text) : (gsize) length;
  gsize tail = MIN (limit, strlen (ELLIPSIS));
  GString *line = g_string_new (NULL);
  gsize room_for_tail = 0; /* longest prefix of whole characters that an ellipsis may follow */
  while (left > 0 && line->len <= limit) {
    gsize size = append_character (line, text, left);
    text += size;
    left -= size;
    if (line->len <= limit - tail)
      room_for_tail = line->len;
  }
  if (line->len > limit) {
    g_string_truncate (line, room_for_tail);
    if (tail == strlen (ELLIPSIS))
      g_string_append (line, ELLIPSIS);
  }
  return g_string_free (line, FALSE);
}

static gsize
scheme_length (const char *text)
{
  gsize length = 0;
  while (g_ascii_isalnum (text[length]) || (length > 0 && text[length] != '\0' && strchr ("+-.", text[length]) != NULL))
    length++;
  return length > 0 && strncmp (text + length, "://", 3) == 0 ? length + 3 : 0;
}

static bool
is_key_character (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || c == '.' || c == '%';
}

static bool
is_credential_key (const char *key, gsize length)
{
  g_autofree char *name = g_ascii_strdown (key, (gssize) length);
  if (strchr (name, '%') != NULL) /* written so that it is not seen */
    return true;
  for (gsize i = 0; i < G_N_ELEMENTS (credential_words); i++) {
    if (strstr (name, credential_words[i]) != NULL)
      return true;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (credential_keys); i++) {
    if (strcmp (name, credential_keys[i]) == 0)
      return true;
  }
  return false;
}

/* Some cameras want "user=…&password=…" in the path, so keys are looked for everywhere, not behind "?" only. */
static void
append_without_values (GString *url, const char *text)
{
  while (*text != '\0') {
    gsize key = 0;
    while (is_key_character (text[key]))
      key++;
    if (text[key] == '=' && is_credential_key (text, key)) {
      g_string_append_len (url, text, (gssize) key + 1);
      g_string_append (url, ELLIPSIS);
      text += key + strcspn (text + key, "&");
      continue;
    }
    gsize step = MAX (key, 1);
    g_string_append_len (url, text, (gssize) step);
    text += step;
  }
}

/* "//admin:secret" with the host forgotten reads as a port that is no number. Returns where that begins, or 0. */
static gsize
odd_port_offset (const char *text)
{
  gsize host = text[0] == '[' ? strcspn (text, "]/?#") : 0;
  host += strcspn (text + host, ":/?#");
  if (text[host] != ':')
    return 0;
  gsize digits = strspn (text + host + 1, "0123456789");
  return strchr ("/?#", text[host + 1 + digits]) != NULL ? 0 : host + 1;
}

char *
cam_redact_url (const char *url)
{
  /* A password may hold '/', '?' and '@', so the last '@' of all is taken for its end. A path with an '@' loses its beginning: safe. */
  gsize scheme = scheme_length (url);
  const char *at = strrchr (url, '@');
  const char *rest = at != NULL ? at + 1 : url + scheme;
  g_autoptr (GString) clean = g_string_new_len (url, at == NULL || url + scheme <= at ? (gssize) scheme : 0);
  gsize odd_port = at == NULL && scheme > 0 ? odd_port_offset (rest) : 0;
  if (odd_port > 0) {
    g_string_append_len (clean, rest, (gssize) odd_port);
    g_string_append (clean, ELLIPSIS);
  } else {
    append_without_values (clean, rest);
  }
  return cam_redact_text (clean->str, (gssize) clean->len, URL_LIMIT_BYTES);
}

char *
cam_redact_words (const char *text)
{
  GString *clean = g_string_new (NULL);
  while (*text != '\0') {
    gsize blank = strspn (text, " \t\r\n");
    g_string_append_len (clean, text, (gssize) blank);
    text += blank;
    gsize size = strcspn (text, " \t\r\n");
    g_autofree char *word = g_strndup (text, size);
    g_autofree char *safe = strstr (word, "://") != NULL ? cam_redact_url (word) : NULL;
    g_string_append (clean, safe != NULL ? safe : word);
    text += size;
  }
  return g_string_free (clean, FALSE);
}
