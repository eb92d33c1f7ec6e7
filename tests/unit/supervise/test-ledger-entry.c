#include "supervise/ledger-entry.h"

#include <string.h>

#define URL "rtsp://10.0.0.9:554/live/?a=b"
#define GOOD "host=cam.example\nport=8554\nurl=" URL "\nsession=abc-1 2$x\n"

static CamLedgerEntry *
read_text (const char *text, size_t size)
{
  /* Of its exact size, so that a read past the end is seen. */
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  return cam_ledger_entry_read (bytes);
}

static void
test_round_trip (void)
{
  static const struct {
    const char *host;
    unsigned port;
    const char *url;
    const char *session;
  } rows[] = {
    {"cam.example", 554, "rtsp://cam.example/live", "1"},
    {"fe80::1", 1, "rtsp://[fe80::1]/live", "0123456789"},
    {"10.0.0.7", 65535, URL, "a b=c"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamLedgerEntry) entry = cam_ledger_entry_new (rows[i].host, rows[i].port, rows[i].url, rows[i].session);
    g_assert_nonnull (entry);
    g_autoptr (GBytes) text = cam_ledger_entry_write (entry);
    g_assert_cmpuint (g_bytes_get_size (text), <=, CAM_LEDGER_ENTRY_BYTES);
    g_autoptr (CamLedgerEntry) again = cam_ledger_entry_read (text);
    g_assert_nonnull (again);
    g_assert_cmpstr (again->host, ==, rows[i].host);
    g_assert_cmpuint (again->port, ==, rows[i].port);
    g_assert_cmpstr (again->url, ==, rows[i].url);
    g_assert_cmpstr (again->session, ==, rows[i].session);
  }
}

/* What a camera or a configuration might say that must not get into a file, nor out of one. */
static void
test_values (void)
{
  g_autofree char *long_host = g_strnfill (256, 'h');
  g_autofree char *long_session = g_strnfill (257, 's');
  g_autofree char *path = g_strnfill (2048, 'p');
  g_autofree char *long_url = g_strconcat ("rtsp://cam/", path, NULL);
  const struct {
    const char *host;
    unsigned port;
    const char *url;
    const char *session;
  } rows[] = {
    {"", 554, URL, "1"},
    {long_host, 554, URL, "1"},
    {"cam\nurl=rtsp://evil/", 554, URL, "1"},
    {"c am", 554, URL, "1"},
    {"cam", 0, URL, "1"},
    {"cam", 65536, URL, "1"},
    {"cam", 554, "", "1"},
    {"cam", 554, "live", "1"},
    {"cam", 554, "http://cam/", "1"},
    {"cam", 554, "test:", "1"},
    {"cam", 554, "file:/etc/passwd", "1"},
    {"cam", 554, "rtsp://user@cam/", "1"},
    {"cam", 554, "rtsp://user:secret@cam/", "1"},
    {"cam", 554, "rtsp://cam/a b", "1"},
    {"cam", 554, "rtsp://cam/\r\nX: y", "1"},
    {"cam", 554, long_url, "1"},
    {"cam", 554, URL, ""},
    {"cam", 554, URL, " 1"},
    {"cam", 554, URL, "1 "},
    {"cam", 554, URL, "1\r\nX: y"},
    {"cam", 554, URL, "\xc3\xa9"},
    {"cam", 554, URL, long_session},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_null (cam_ledger_entry_new (rows[i].host, rows[i].port, rows[i].url, rows[i].session));
}

static void
test_bad_text (void)
{
  static const char *const rows[] = {
    "",
    "\n",
    "host=cam\n",
    "port=554\nhost=cam\nurl=" URL "\nsession=1\n",
    "host=cam\nport=554\nurl=" URL "\nsession=1",
    "host=cam\nport=554\nurl=" URL "\nsession=1\nmore=1\n",
    "host=cam\nport=554\nurl=" URL "\nsession=1\n\n",
    "host cam\nport=554\nurl=" URL "\nsession=1\n",
    "hosts=cam\nport=554\nurl=" URL "\nsession=1\n",
    "host=cam\nport=0\nurl=" URL "\nsession=1\n",
    "host=cam\nport=65536\nurl=" URL "\nsession=1\n",
    "host=cam\nport=-1\nurl=" URL "\nsession=1\n",
    "host=cam\nport= 554\nurl=" URL "\nsession=1\n",
    "host=cam\nport=99999999999999999999\nurl=" URL "\nsession=1\n",
    "host=cam\nport=554\nurl=rtsp://u:p@cam/\nsession=1\n",
    "host=cam\r\nport=554\r\nurl=" URL "\r\nsession=1\r\n",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_null (read_text (rows[i], strlen (rows[i])));
  static const char zero[] = "host=cam\nport=554\nurl=" URL "\nsession=1\0\n";
  g_assert_null (read_text (zero, sizeof zero - 1));
  g_autofree char *huge = g_strnfill (CAM_LEDGER_ENTRY_BYTES + 1, '\n');
  g_assert_null (read_text (huge, CAM_LEDGER_ENTRY_BYTES + 1));
}

/* Each text that a cut or a changed byte makes of a good one is read without harm, and what is taken from it is fit to be written again. */
static void
test_damaged_text (void)
{
  size_t size = strlen (GOOD);
  g_autoptr (CamLedgerEntry) good = read_text (GOOD, size);
  g_assert_nonnull (good);
  for (size_t cut = 0; cut < size; cut++)
    g_assert_null (read_text (GOOD, cut));
  for (size_t at = 0; at < size; at++)
    for (unsigned byte = 0; byte < 256; byte++) {
      g_autofree char *text = g_strdup (GOOD);
      text[at] = (char) byte;
      g_autoptr (CamLedgerEntry) entry = read_text (text, size);
      g_autoptr (CamLedgerEntry) again = entry != NULL ? cam_ledger_entry_new (entry->host, entry->port, entry->url, entry->session) : NULL;
      g_assert_cmpint (entry != NULL, ==, again != NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/supervise/ledger-entry/round-trip", test_round_trip);
  g_test_add_func ("/supervise/ledger-entry/values", test_values);
  g_test_add_func ("/supervise/ledger-entry/bad-text", test_bad_text);
  g_test_add_func ("/supervise/ledger-entry/damaged-text", test_damaged_text);
  return g_test_run ();
}
