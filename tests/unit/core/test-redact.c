#include "core/redact.h"

#include <string.h>

static void
test_urls (void)
{
  static const struct {
    const char *url;
    const char *expected;
  } rows[] = {
      {"rtsp://cam/Streaming/Channels/101", "rtsp://cam/Streaming/Channels/101"},
      {"rtsp://cam:8554/a?channel=1&subtype=0", "rtsp://cam:8554/a?channel=1&subtype=0"},
      {"rtsp://[fe80::1]:554/a", "rtsp://[fe80::1]:554/a"},
      {"rtsp://[::1]/a:b", "rtsp://[::1]/a:b"},
      {"test:?video=h264&audio=opus", "test:?video=h264&audio=opus"},
      {"file:/srv/a.mp4", "file:/srv/a.mp4"},
      {"", ""},
      {"rtsp://", "rtsp://"},
      {"rtsp://cam/a\nb\"c'", "rtsp://cam/a\\x0ab\\x22c\\x27"},
      {"rtsp://admin@cam/a", "rtsp://cam/a"},
      {"rtsp://@cam/a", "rtsp://cam/a"},
      {"rtsp+http://admin:CANARY@cam/a", "rtsp+http://cam/a"},
      {"rtsp://admin:CANARY@[fe80::1]/a", "rtsp://[fe80::1]/a"},
      {"rtsp://admin:CAN@ARY@cam/a", "rtsp://cam/a"},
      {"rtsp://admin:CAN/ARY@cam/a", "rtsp://cam/a"},
      {"rtsp://admin:CAN:ARY@cam/a", "rtsp://cam/a"},
      {"rtsp://admin:CAN%40ARY@cam/a", "rtsp://cam/a"},
      {"rtsp://admin:CAN%ARY@cam/a", "rtsp://cam/a"},
      {"rtsp://admin:CAN?ARY#CANARY@cam/a", "rtsp://cam/a"},
      {"rtsp://admin:CAN://ARY@cam/a", "rtsp://cam/a"},
      {"rtsp://cam/a?url=http://x:CANARY@y/b", "rtsp://y/b"},
      {"admin:CANARY@cam/a", "cam/a"},
      {"admin:CAN://ARY@cam/a", "cam/a"},
      {"driveway=rtsp://admin:CANARY@cam/a", "cam/a"},
      {"CANARY@", ""},
      {"rtsp://admin:CANARY", "rtsp://admin:…"},
      {"rtsp://admin:9CANARY/cam", "rtsp://admin:…"},
      {"rtsp://admin:CANARY%40cam/a", "rtsp://admin:…"},
      {"rtsp://cam/a?user=CANARY&password=CANARY&channel=1", "rtsp://cam/a?user=…&password=…&channel=1"},
      {"rtsp://cam/user=CANARY_password=CANARY_channel=1.sdp", "rtsp://cam/user=…"},
      {"rtsp://cam/a?Access_Token=CANARY&b=2", "rtsp://cam/a?Access_Token=…&b=2"},
      {"rtsp://cam/a?u=CANARY&p=CANARY", "rtsp://cam/a?u=…&p=…"},
      {"rtsp://cam/a?p%61ss=CANARY", "rtsp://cam/a?p%61ss=…"},
      {"srt://cam:9000?passphrase=CANARY&latency=120", "srt://cam:9000?passphrase=…&latency=120"},
      {"srt://cam:9000?streamid=#!::u=CANARY,r=a", "srt://cam:9000?streamid=…"},
      {"x?pwd=CANARY", "x?pwd=…"},
      {"a==b=&=", "a==b=&="},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *clean = cam_redact_url (rows[i].url);
    g_assert_cmpstr (clean, ==, rows[i].expected);
    g_assert_null (strstr (clean, "CAN"));
    g_assert_null (strstr (clean, "ARY"));
  }
}

static void
test_long_url (void)
{
  g_autofree char *path = g_strnfill (5000, 'a');
  g_autofree char *url = g_strconcat ("rtsp://admin:CANARY@cam/", path, NULL);
  g_autofree char *clean = cam_redact_url (url);
  g_assert_cmpuint (strlen (clean), ==, 300);
  g_assert_true (g_str_has_suffix (clean, "a…"));
}

/* Whatever the password is made of, nothing of it comes out. */
static void
test_every_byte_in_a_password (void)
{
  for (int byte = 1; byte < 256; byte++) {
    g_autofree char *url = g_strdup_printf ("rtsp://admin:CAN%cARY%c@cam:554/a", byte, byte);
    g_autofree char *clean = cam_redact_url (url);
    g_assert_cmpstr (clean, ==, "rtsp://cam:554/a");
  }
}

static void
test_text (void)
{
  static const struct {
    const char *text;
    gssize length;
    gsize limit;
    const char *expected;
  } rows[] = {
      {"Mozilla/5.0 (x)", -1, 100, "Mozilla/5.0 (x)"},
      {"Höhle 🎥", -1, 100, "Höhle 🎥"},
      {"a\r\nb\t\x1b[31m\x7f", -1, 100, "a\\x0d\\x0ab\\x09\\x1b[31m\\x7f"},
      {"say \"it's\" \\x", -1, 100, "say \\x22it\\x27s\\x22 \\x5cx"},
      {"a\0b", 3, 100, "a\\x00b"},
      {"\xff\xc3(", -1, 100, "\\xff\\xc3("},
      {"\xc3", -1, 100, "\\xc3"},
      {"ab\xf0\x9f\x8e\xa5", 4, 100, "ab\\xf0\\x9f"},
      {"a\xe2\x80\xae"
       "b",
       -1, 100, "a\\xe2\\x80\\xaeb"}, /* right-to-left override */
      {"a\xe2\x80\xa8"
       "b",
       -1, 100, "a\\xe2\\x80\\xa8b"}, /* line separator */
      {"a\xc2\x85"
       "b",
       -1, 100, "a\\xc2\\x85b"}, /* next line */
      {"0123456789", -1, 10, "0123456789"},
      {"0123456789a", -1, 10, "0123456…"},
      {"01234\n6789", -1, 10, "01234…"},
      {"012\n", -1, 7, "012\\x0a"},
      {"éééé", -1, 7, "éé…"},
      {"abcdef", -1, 3, "…"},
      {"abcdef", -1, 2, ""},
      {"abcdef", -1, 0, ""},
      {"abcdef", 0, 10, ""},
      {"", -1, 0, ""},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *clean = cam_redact_text (rows[i].text, rows[i].length, rows[i].limit);
    g_assert_cmpstr (clean, ==, rows[i].expected);
    g_assert_cmpuint (strlen (clean), <=, rows[i].limit);
    g_assert_true (g_utf8_validate (clean, -1, NULL));
  }
}

static void
test_words (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } rows[] = {
      {"", ""},
      {"  nothing  to\thide ", "  nothing  to\thide "},
      {"no 'rtsp://admin:CANARY@cam/a' here", "no cam/a\\x27 here"},
      {"rtsp://admin:CANARY@cam/a,\nsrt://x?passphrase=CANARY\n", "rtsp://cam/a,\nsrt://x?passphrase=…\n"},
      {"mail@example.org stays", "mail@example.org stays"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *clean = cam_redact_words (rows[i].text);
    g_assert_cmpstr (clean, ==, rows[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/redact/urls", test_urls);
  g_test_add_func ("/core/redact/long-url", test_long_url);
  g_test_add_func ("/core/redact/every-byte", test_every_byte_in_a_password);
  g_test_add_func ("/core/redact/text", test_text);
  g_test_add_func ("/core/redact/words", test_words);
  return g_test_run ();
}
