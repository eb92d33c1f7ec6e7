#include "ctl/crash-record.h"

#include <string.h>

#define HEAD \
  "camrelay crash report, format 1\nprogram: camrelayd 0.1.0\ntime: 2026-11-21T22:31:04Z\npid: 17\nthread: media0\nthread-id: 19\n" \
  "signal: SIGSEGV\ncode: SEGV_MAPERR\naddress: 0x00007f0000000ff8\nmachine: x86_64\n"

static CamCrashRecord *
parse (const char *text)
{
  return cam_crash_record_parse (text, strlen (text));
}

static void
test_whole (void)
{
  g_autoptr (CamCrashRecord) record = parse (
      HEAD "registers:\nrip 0x0000000000001234\nrsp 0x00007f0000001000\nframes:\nat 0x0000000000001234 +0x234 00ff11aa /opt/my cams/lib x.so\n"
           "after 0x0000000000005678 +0x78 - /usr/sbin/camrelayd\nmaybe 0x0 +0x0 - -\nmodules:\n0x1-0x2 00ff /x\nmaps:\n"
           "7f0000000000-7f0000001000 ---p 00000000 00:00 0\n7f0000001000-7f0000800000 rw-p 00000000 00:00 0\nend of report\n");
  g_assert_nonnull (record);
  g_assert_cmpstr (record->program, ==, "camrelayd 0.1.0");
  g_assert_cmpstr (record->time, ==, "2026-11-21T22:31:04Z");
  g_assert_cmpstr (record->pid, ==, "17");
  g_assert_cmpstr (record->thread, ==, "media0");
  g_assert_cmpstr (record->thread_id, ==, "19");
  g_assert_cmpstr (record->signal, ==, "SIGSEGV");
  g_assert_cmpstr (record->code, ==, "SEGV_MAPERR");
  g_assert_cmpstr (record->address, ==, "0x00007f0000000ff8");
  g_assert_null (record->sender);
  g_assert_null (record->system_call);
  g_assert_cmpuint (record->registers->len, ==, 2);
  g_assert_cmpuint (record->frames->len, ==, 3);
  const CamCrashRecordFrame *first = g_ptr_array_index (record->frames, 0);
  g_assert_cmpint (first->kind, ==, CAM_CRASH_RECORD_AT);
  g_assert_cmpuint (first->pc, ==, 0x1234);
  g_assert_cmpuint (first->offset, ==, 0x234);
  g_assert_cmpstr (first->build_id, ==, "00ff11aa");
  g_assert_cmpstr (first->path, ==, "/opt/my cams/lib x.so");
  const CamCrashRecordFrame *second = g_ptr_array_index (record->frames, 1);
  g_assert_cmpint (second->kind, ==, CAM_CRASH_RECORD_AFTER);
  g_assert_null (second->build_id);
  const CamCrashRecordFrame *third = g_ptr_array_index (record->frames, 2);
  g_assert_cmpint (third->kind, ==, CAM_CRASH_RECORD_MAYBE);
  g_assert_null (third->path);
  g_assert_true (record->is_overflow);
  g_assert_true (record->is_whole);
}

/* Wherever the disk was full: what is there is taken, and nothing is said of what is not. */
static void
test_cut_off (void)
{
  static const char whole[] = HEAD "registers:\nrsp 0x10\nframes:\nat 0x1 +0x2 aabb /x\nmodules:\nmaps:\nend of report\n";
  for (size_t size = strlen ("camrelay crash report, format 1"); size < sizeof whole - 1; size++) {
    g_autoptr (CamCrashRecord) record = cam_crash_record_parse (whole, size);
    g_assert_nonnull (record);
    g_assert_nonnull (record->signal);
    g_assert_cmpuint (record->frames->len, <=, 1);
    g_assert_false (record->is_overflow);
  }
}

static void
test_none (void)
{
  static const char *const texts[] = {"", "\n", "camrelay crash report, format 2\n", "camrelay crash report, format 1 \n", "#!/bin/sh\n"};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (parse (texts[i]));
}

static void
test_no_frames (void)
{
  static const char *const lines[] = {
    "at", "at 0x1", "at 0x1 +0x1", "at 0x1 +0x1 aabb", "near 0x1 +0x1 aabb /x", "at 1 +0x1 aabb /x", "at 0x1 0x1 aabb /x", "at 0x +0x1 aabb /x", "at 0x1 +1 aabb /x", "",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree char *text = g_strdup_printf ("camrelay crash report, format 1\nframes:\n%s\n", lines[i]);
    g_autoptr (CamCrashRecord) record = parse (text);
    g_assert_cmpuint (record->frames->len, ==, 0);
  }
}

/* What is no build-id is never taken for one: it becomes part of a path. */
static void
test_build_ids (void)
{
  g_autofree char *endless = g_strnfill (200, 'a');
  const char *const words[] = {"-", "..", "aab", "AABB", "aa", "aabb/../../x", endless};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autofree char *text = g_strdup_printf ("camrelay crash report, format 1\nframes:\nat 0x1 +0x1 %s /x\n", words[i]);
    g_autoptr (CamCrashRecord) record = parse (text);
    g_assert_cmpuint (record->frames->len, ==, 1);
    g_assert_null (((const CamCrashRecordFrame *) g_ptr_array_index (record->frames, 0))->build_id);
  }
}

static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("camrelay crash report, format 1\nregisters:\n");
  for (unsigned i = 0; i < 1000; i++)
    g_string_append (text, "r 0x0\n");
  g_string_append (text, "frames:\n");
  for (unsigned i = 0; i < 1000; i++)
    g_string_append (text, "at 0x1 +0x1 aabb /x\n");
  g_autoptr (CamCrashRecord) record = cam_crash_record_parse (text->str, text->len);
  g_assert_cmpuint (record->registers->len, ==, 64);
  g_assert_cmpuint (record->frames->len, ==, CAM_CRASH_RECORD_MAX_FRAMES);
}

static void
test_control_characters (void)
{
  g_autoptr (CamCrashRecord) record = parse ("camrelay crash report, format 1\nthread: a\x1b[2J\xff\nthread: b\x1b\nregisters:\nrip\x1b\n");
  g_assert_cmpstr (record->thread, ==, "b?");
  g_assert_cmpstr (g_ptr_array_index (record->registers, 0), ==, "rip?");
}

static void
test_stall (void)
{
  g_autoptr (CamCrashRecord) record = parse ("camrelay crash report, format 1\nregisters:\nrip 0x1\nstall: main for 10.0 s\nwchan: futex\nframes:\n");
  g_assert_cmpstr (record->stall, ==, "main for 10.0 s");
  g_assert_cmpuint (record->registers->len, ==, 2);
}

typedef struct {
  const char *name;
  const char *signal;
  const char *address;
  const char *stack_pointer;
  const char *mapping;
  bool is_overflow;
} Row;

static const Row rows[] = {
  {"guard", "SIGSEGV", "0x1ff8", "0x2000", "1000-2000 ---p", true},
  {"nothing", "SIGSEGV", "0x1ff8", "0x1ff0", "2000-9000 rw-p", true},
  {"far", "SIGSEGV", "0x8", "0x7f000000", "7e000000-7fff0000 rw-p", false},
  {"on-the-stack", "SIGSEGV", "0x1ff8", "0x1f00", "1000-2000 rw-p", false},
  {"other-signal", "SIGBUS", "0x1ff8", "0x2000", "1000-2000 ---p", false},
  {"no-stack", "SIGSEGV", "0x8", "0x0", "1000-2000 ---p", false},
};

static void
test_overflow (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *text = g_strdup_printf ("camrelay crash report, format 1\nsignal: %s\naddress: %s\nregisters:\nrsp %s\nframes:\nmaps:\n%s 0 0 0\nend of report\n",
                                           row->signal, row->address, row->stack_pointer, row->mapping);
  g_autoptr (CamCrashRecord) record = parse (text);
  g_assert_true (record->is_overflow == row->is_overflow);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash-record/whole", test_whole);
  g_test_add_func ("/crash-record/cut-off", test_cut_off);
  g_test_add_func ("/crash-record/none", test_none);
  g_test_add_func ("/crash-record/no-frames", test_no_frames);
  g_test_add_func ("/crash-record/build-ids", test_build_ids);
  g_test_add_func ("/crash-record/bounds", test_bounds);
  g_test_add_func ("/crash-record/control-characters", test_control_characters);
  g_test_add_func ("/crash-record/stall", test_stall);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/crash-record/overflow/", rows[i].name, NULL);
    g_test_add_data_func (path, &rows[i], test_overflow);
  }
  return g_test_run ();
}
