#include "supervise/ledger-entry.h"

#include <string.h>

#include "camrelay/limits.h"
#include "config/camera-url.h"

enum { HOST_BYTES = 255, SESSION_BYTES = 256 };

/* 1 to @most_bytes printable characters of ASCII; blanks only within, where @may_have_blanks. */
static bool
is_plain (const char *text, size_t most_bytes, bool may_have_blanks)
{
  size_t length = strlen (text);
  if (length == 0 || length > most_bytes || text[0] == ' ' || text[length - 1] == ' ')
    return false;
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isgraph (text[i]) && !(may_have_blanks && text[i] == ' '))
      return false;
  return true;
}

static bool
is_session_url (const char *text)
{
  if (!is_plain (text, CAM_LIMIT_URI_BYTES, false))
    return false;
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (text, NULL);
  return url != NULL && url->scheme == CAM_SCHEME_RTSP && url->username == NULL && url->password == NULL;
}

CamLedgerEntry *
cam_ledger_entry_new (const char *host, unsigned port, const char *url, const char *session)
{
  if (!is_plain (host, HOST_BYTES, false) || port == 0 || port > 65535 || !is_session_url (url) || !is_plain (session, SESSION_BYTES, true))
    return NULL;
  CamLedgerEntry *self = g_new (CamLedgerEntry, 1);
  *self = (CamLedgerEntry){.host = g_strdup (host), .port = port, .url = g_strdup (url), .session = g_strdup (session)};
  return self;
}

void
cam_ledger_entry_free (CamLedgerEntry *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->url);
  g_free (self->session);
  g_free (self);
}

GBytes *
cam_ledger_entry_write (const CamLedgerEntry *self)
{
  char *text = g_strdup_printf ("host=%s\nport=%u\nurl=%s\nsession=%s\n", self->host, self->port, self->url, self->session);
  return g_bytes_new_take (text, strlen (text));
}

/* The value of a line "@name=value"; NULL when it is another line. */
static const char *
value_of (const char *line, const char *name)
{
  size_t length = strlen (name);
  return strncmp (line, name, length) == 0 && line[length] == '=' ? line + length + 1 : NULL;
}

CamLedgerEntry *
cam_ledger_entry_read (GBytes *text)
{
  enum { HOST, PORT, URL, SESSION, N_LINES };
  static const char *const names[N_LINES] = {"host", "port", "url", "session"};
  size_t size = 0;
  const char *bytes = g_bytes_get_data (text, &size);
  if (size == 0 || size > CAM_LEDGER_ENTRY_BYTES || bytes[size - 1] != '\n' || memchr (bytes, '\0', size) != NULL)
    return NULL;
  g_autofree char *copy = g_strndup (bytes, size - 1);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", N_LINES + 1);
  if (g_strv_length (lines) != N_LINES)
    return NULL;
  const char *values[N_LINES];
  for (unsigned i = 0; i < N_LINES; i++) {
    values[i] = value_of (lines[i], names[i]);
    if (values[i] == NULL)
      return NULL;
  }
  guint64 port = 0;
  if (!g_ascii_string_to_unsigned (values[PORT], 10, 1, 65535, &port, NULL))
    return NULL;
  return cam_ledger_entry_new (values[HOST], (unsigned) port, values[URL], values[SESSION]);
}
