/* Any bytes as a URL and as a text for a log line: bounded, one line, readable, and no user part left in front of a host. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "core/redact.h"

#define URL_LIMIT 300
#define TEXT_LIMIT 100

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_line (const char *line, size_t limit)
{
  g_assert_cmpuint (strlen (line), <=, limit);
  g_assert_true (g_utf8_validate (line, -1, NULL));
  for (const char *at = line; *at != '\0'; at++)
    g_assert_false (g_ascii_iscntrl (*at) || *at == '"' || *at == '\'');
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = cam_redact_text ((const char *) data, (gssize) size, TEXT_LIMIT);
  check_line (text, TEXT_LIMIT);
  g_autofree char *url = g_strndup ((const char *) data, size);
  g_autofree char *clean = cam_redact_url (url);
  check_line (clean, URL_LIMIT);
  g_assert_null (strchr (clean, '@'));
  return 0;
}
