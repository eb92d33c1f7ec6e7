#include "wire/auth-header.h"

#include <string.h>

#define HEADER_BYTES 4096
#define STATEMENTS 8
#define PARAMETERS 16

#define BLANKS " \t"

static void
free_statement (gpointer data)
{
  CamAuthStatement *self = data;
  g_free (self->scheme);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->values);
  g_free (self);
}

static CamAuthStatement *
new_statement (char *scheme)
{
  CamAuthStatement *self = g_new0 (CamAuthStatement, 1);
  self->scheme = scheme;
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->values = g_ptr_array_new_with_free_func (g_free);
  return self;
}

const char *
cam_auth_statement_get (const CamAuthStatement *self, const char *name)
{
  for (unsigned i = 0; i < self->names->len; i++) {
    if (g_ascii_strcasecmp (self->names->pdata[i], name) == 0)
      return self->values->pdata[i];
  }
  return NULL;
}

/* A token may also be base64 or another word of the scheme's own: all but what separates. */
static size_t
measure_token (const char *at)
{
  return strcspn (at, BLANKS ",=\"");
}

static bool
is_scheme (const char *token)
{
  if (!g_ascii_isalpha (*token))
    return false;
  while (g_ascii_isalnum (*token) || *token == '-')
    token++;
  return *token == '\0';
}

/* The text of the quoted string that begins behind its quote at *@at; NULL: it has no end. */
static char *
read_quoted (const char **at, bool tolerant)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *from = *at;
  while (*from != '\0' && *from != '"') {
    if (*from == '\\' && from[1] != '\0')
      from++;
    g_string_append_c (text, *from++);
  }
  if (*from == '\0' && !tolerant)
    return NULL;
  *at = *from == '"' ? from + 1 : from;
  return g_strdup (text->str);
}

/* Whether a parameter begins behind blanks: the comma before it was forgotten. */
static bool
is_before_parameter (const char *at)
{
  at += strspn (at, BLANKS);
  const size_t token = measure_token (at);
  return token > 0 && at[token] == '=';
}

/* A camera's value without an opening quote: up to a comma or the next parameter. */
static char *
read_unquoted (const char **at)
{
  const char *from = *at;
  const char *to = from;
  while (*to != '\0' && *to != ',') {
    if (strchr (BLANKS, *to) != NULL && is_before_parameter (to))
      break;
    to++;
  }
  *at = to;
  while (to > from && strchr (BLANKS "\"", to[-1]) != NULL)
    to--;
  return g_strndup (from, (size_t) (to - from));
}

/* The value behind the '=' that *@at is at. */
static char *
read_value (const char **at, bool tolerant)
{
  *at += 1;
  *at += strspn (*at, BLANKS);
  if (**at == '"') {
    *at += 1;
    return read_quoted (at, tolerant);
  }
  if (tolerant)
    return read_unquoted (at);
  const size_t length = measure_token (*at);
  if (length == 0)
    return NULL;
  *at += length;
  return g_strndup (*at - length, length);
}

static bool
add_parameter (CamAuthStatement *self, const char *name, char *value, bool tolerant)
{
  const bool is_fine = self->names->len < PARAMETERS && (tolerant || cam_auth_statement_get (self, name) == NULL);
  g_ptr_array_add (self->names, g_strdup (name));
  g_ptr_array_add (self->values, value);
  return is_fine;
}

/* Reads one scheme or one parameter at *@at. */
static bool
read_next (const char **at, GPtrArray *statements, bool tolerant)
{
  const size_t length = measure_token (*at);
  if (length == 0) { /* a quote or '=' that belongs to nothing */
    *at += 1;
    return tolerant;
  }
  g_autofree char *token = g_strndup (*at, length);
  *at += length;
  const char *next = *at + strspn (*at, BLANKS);
  if (*next != '=') {
    if (!is_scheme (token))
      return tolerant; /* the rest of a value without quotes */
    g_ptr_array_add (statements, new_statement (g_steal_pointer (&token)));
    return statements->len <= STATEMENTS;
  }
  *at = next;
  g_autofree char *value = read_value (at, tolerant);
  if (value == NULL)
    return false;
  if (statements->len == 0)
    return tolerant;
  return add_parameter (statements->pdata[statements->len - 1], token, g_steal_pointer (&value), tolerant);
}

GPtrArray *
cam_auth_header_read (const char *value, bool tolerant)
{
  g_autoptr (GPtrArray) statements = g_ptr_array_new_with_free_func (free_statement);
  if (strlen (value) > HEADER_BYTES)
    return NULL;
  const char *at = value;
  for (at += strspn (at, BLANKS ","); *at != '\0'; at += strspn (at, BLANKS ",")) {
    if (!read_next (&at, statements, tolerant))
      return NULL;
  }
  return g_steal_pointer (&statements);
}
