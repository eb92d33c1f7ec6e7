#include "daemon/stall-report.h"

#include <glib/gstdio.h>
#include <string.h>

#include "daemon/thread-stack.h"
#include "stuck-thread.h"

typedef struct {
  char *folder;
  StuckThread stuck;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("stall-XXXXXX", NULL);
  stuck_thread_start (&self->stuck);
}

static unsigned
count_reports (const char *path, bool removes)
{
  unsigned count = 0;
  const char *name;
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    count += g_str_has_prefix (name, "stall-");
    if (removes)
      g_unlink (file);
  }
  return count;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  stuck_thread_end (&self->stuck);
  count_reports (self->folder, true);
  g_rmdir (self->folder);
  g_free (self->folder);
}

static char *
write_report (const Fixture *self, const char *folder, const char *name)
{
  return cam_stall_report_write (&(CamStuckThread){
    .folder = folder,
    .name = name,
    .thread = self->stuck.stuck_at,
    .silent_us = 1500000,
  });
}

static void
test_report (Fixture *self, gconstpointer data)
{
  g_autofree char *line = write_report (self, self->folder, "media1");
  g_assert_true (g_str_has_prefix (line, "media1 has been stuck for 1.5 s in "));
  const char *path = strstr (line, "; report: ");
  g_assert_nonnull (path);
  path += strlen ("; report: ");
  g_assert_true (g_str_has_suffix (path, "-media1.txt"));
  GStatBuf found;
  g_assert_cmpint (g_stat (path, &found), ==, 0);
  g_assert_cmpuint (found.st_mode & 0777, ==, 0600);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_autofree char *thread = g_strdup_printf ("\nthread: media1\nthread-id: %d\n", self->stuck.stuck_at);
  const char *const parts[] = {
    "camrelay crash report, format 1\n", thread, "\nstall: media1 for 1.5 s\n", "\nframes:\nat 0x", "\nmodules:\n", "\nend of report\n",
  };
  const char *at = text;
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++) {
    at = strstr (at, parts[i]);
    if (at == NULL)
      g_error ("no '%s' in its place in:\n%s", parts[i], text);
  }
  g_assert_nonnull (strstr (line, "test-stall-report+0x"));
}

static void
test_without_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *line = write_report (self, NULL, "main");
  g_assert_true (g_str_has_prefix (line, "main has been stuck for 1.5 s in "));
  g_assert_null (strstr (line, "report:"));
  g_autofree char *nowhere = write_report (self, "/proc/self/nowhere", "main");
  g_assert_null (strstr (nowhere, "report:"));
}

static void
test_kept (Fixture *self, gconstpointer data)
{
  for (unsigned i = 0; i < 12; i++) {
    g_autofree char *name = g_strdup_printf ("media%u", i);
    g_autofree char *line = write_report (self, self->folder, name);
  }
  g_assert_cmpuint (count_reports (self->folder, false), ==, 10);
}

/* It has ended, say: that is told, too. */
static void
test_no_answer (Fixture *self, gconstpointer data)
{
  g_autofree char *line = cam_stall_report_write (&(CamStuckThread){ .name = "main", .thread = 1, .silent_us = G_USEC_PER_SEC });
  g_assert_cmpstr (line, ==, "main has been stuck for 1.0 s in a call that no signal reaches");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cam_thread_stack_install ();
  g_test_add ("/stall-report/report", Fixture, NULL, set_up, test_report, tear_down);
  g_test_add ("/stall-report/without-folder", Fixture, NULL, set_up, test_without_folder, tear_down);
  g_test_add ("/stall-report/kept", Fixture, NULL, set_up, test_kept, tear_down);
  g_test_add ("/stall-report/no-answer", Fixture, NULL, set_up, test_no_answer, tear_down);
  return g_test_run ();
}
