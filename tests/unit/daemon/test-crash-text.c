#include "daemon/crash-text.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

static void
test_numbers (void)
{
  static const struct {
    int64_t value;
    const char *text;
  } rows[] = {{0, "0"}, {7, "7"}, {-1, "-1"}, {1234567890123, "1234567890123"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamCrashText text;
    cam_crash_text_open (&text, -1);
    cam_crash_text_add_number (&text, rows[i].value);
    g_assert_cmpstr (text.bytes, ==, rows[i].text);
  }
}

static void
test_hex (void)
{
  CamCrashText text;
  cam_crash_text_open (&text, -1);
  cam_crash_text_add_hex (&text, 0, 1);
  cam_crash_text_add_hex (&text, 0xbeef, 8);
  cam_crash_text_add_hex (&text, UINT64_MAX, 1);
  cam_crash_text_add_hex_bytes (&text, (const uint8_t[]){0x00, 0x0a, 0xff}, 3);
  g_assert_cmpstr (text.bytes, ==, "0x00x0000beef0xffffffffffffffff000aff");
}

/* Each day of four centuries and more, against GLib's calendar. */
static void
test_times (void)
{
  enum { DAY_S = 86400, DAYS = 160000 };
  for (int64_t day = 0; day < DAYS; day += 7) {
    int64_t unix_s = day * DAY_S + day * 7919 % DAY_S;
    g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_s);
    g_autofree char *expected = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ%Y%m%dT%H%M%SZ");
    CamCrashText text;
    cam_crash_text_open (&text, -1);
    cam_crash_text_add_time (&text, unix_s, false);
    cam_crash_text_add_time (&text, unix_s, true);
    g_assert_cmpstr (text.bytes, ==, expected);
  }
}

static void
test_leap_days (void)
{
  static const struct {
    int64_t unix_s;
    const char *text;
  } rows[] = {{0, "1970-01-01T00:00:00Z"}, {951782400, "2000-02-29T00:00:00Z"}, {1709251199, "2024-02-29T23:59:59Z"}, {4107542400, "2100-03-01T00:00:00Z"}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamCrashText text;
    cam_crash_text_open (&text, -1);
    cam_crash_text_add_time (&text, rows[i].unix_s, false);
    g_assert_cmpstr (text.bytes, ==, rows[i].text);
  }
}

static void
test_foreign (void)
{
  CamCrashText text;
  cam_crash_text_open (&text, -1);
  cam_crash_text_add_foreign (&text, "a b\n\x1b[31m\x7f\xc3\xa9");
  g_assert_cmpstr (text.bytes, ==, "a b??[31m?\xc3\xa9");
}

static void
test_nowhere (void)
{
  CamCrashText text;
  cam_crash_text_open (&text, -1);
  for (unsigned i = 0; i < CAM_CRASH_TEXT_BYTES; i++)
    cam_crash_text_add (&text, "abc");
  g_assert_cmpuint (text.length, ==, CAM_CRASH_TEXT_BYTES - 1);
  g_assert_cmpuint (strlen (text.bytes), ==, CAM_CRASH_TEXT_BYTES - 1);
}

static void
test_descriptor (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("crash-text-XXXXXX", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_autofree char *big = g_strnfill (3 * CAM_CRASH_TEXT_BYTES + 17, 'x');
  CamCrashText text;
  cam_crash_text_open (&text, fd);
  cam_crash_text_add (&text, "begin ");
  cam_crash_text_add (&text, big);
  cam_crash_text_add (&text, " end");
  cam_crash_text_flush (&text);
  g_assert_cmpuint (text.length, ==, 0);
  g_autofree char *written = NULL;
  g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
  g_autofree char *expected = g_strconcat ("begin ", big, " end", NULL);
  g_assert_cmpstr (written, ==, expected);
  close (fd);
  unlink (path);
}

/* A full disk takes nothing, and nothing waits for it. */
static void
test_full (void)
{
  g_autofree char *big = g_strnfill (2 * CAM_CRASH_TEXT_BYTES, 'x');
  CamCrashText text;
  cam_crash_text_open (&text, STDIN_FILENO + 1000); /* no such descriptor */
  cam_crash_text_add (&text, big);
  cam_crash_text_flush (&text);
  g_assert_cmpuint (text.length, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-text/numbers", test_numbers);
  g_test_add_func ("/crash-text/hex", test_hex);
  g_test_add_func ("/crash-text/times", test_times);
  g_test_add_func ("/crash-text/leap-days", test_leap_days);
  g_test_add_func ("/crash-text/foreign", test_foreign);
  g_test_add_func ("/crash-text/nowhere", test_nowhere);
  g_test_add_func ("/crash-text/descriptor", test_descriptor);
  g_test_add_func ("/crash-text/full", test_full);
  return g_test_run ();
}
