#include "core/disk.h"

#include <glib/gstdio.h>
#include <stdatomic.h>
#include <string.h>

#include "core/disk-private.h"
#include "loop-fixture.h"

#define LIMIT 1024

/* A disk in memory that hangs and fails when told to. Lives as long as the process: a call that hangs outlives its disk. */
typedef struct Medium Medium;
struct Medium {
  Medium *next;
  GMutex lock;
  GString *journal; /* what was done: "w a=1;" "x a;" "r a;" */
  atomic_bool is_full;
  atomic_bool hangs; /* the next call waits for the gate */
  Gate hanging;
  Gate release;
};

static Medium *media;

static void
note (Medium *self, const char *verb, const char *path, GBytes *content)
{
  if (atomic_exchange (&self->hangs, false)) {
    open_gate (&self->hanging);
    await_gate (&self->release);
  }
  g_mutex_lock (&self->lock);
  g_string_append_printf (self->journal, "%s %s", verb, path);
  if (content != NULL)
    g_string_append_printf (self->journal, "=%.*s", (int) g_bytes_get_size (content), (const char *) g_bytes_get_data (content, NULL));
  g_string_append_c (self->journal, ';');
  g_mutex_unlock (&self->lock);
}

static bool
fail_if_full (Medium *self, GError **error)
{
  if (!atomic_load (&self->is_full))
    return true;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "No space left on device");
  return false;
}

static bool
write_to_medium (const char *path, GBytes *content, gpointer data, GError **error)
{
  note (data, "w", path, content);
  return fail_if_full (data, error);
}

static bool
remove_from_medium (const char *path, gpointer data, GError **error)
{
  note (data, "x", path, NULL);
  return fail_if_full (data, error);
}

static GBytes *
read_from_medium (const char *path, size_t max_bytes, gpointer data, GError **error)
{
  note (data, "r", path, NULL);
  if (g_str_equal (path, "none")) {
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "No such file or directory");
    return NULL;
  }
  return g_bytes_new (path, MIN (strlen (path), max_bytes));
}

static const CamDiskCalls calls = {.write = write_to_medium, .remove = remove_from_medium, .read = read_from_medium};

typedef struct {
  Medium *medium; /* borrowed: in media */
  CamDisk *disk;  /* owned */
  GMainContext *context; /* owned */
  char *answer; /* owned; of the last read */
  unsigned answers;
  unsigned destroyed;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  self->medium = g_new0 (Medium, 1);
  self->medium->next = media;
  media = self->medium;
  self->medium->journal = g_string_new (NULL);
  self->disk = cam_disk_new_with_calls (&calls, self->medium, &error);
  g_assert_no_error (error);
  self->context = g_main_context_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  open_gate (&self->medium->release);
  cam_disk_free (self->disk);
  g_main_context_unref (self->context);
  g_free (self->answer);
}

static void
put (Fixture *self, const char *path, const char *text)
{
  g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));
  cam_disk_write (self->disk, path, content);
}

static void
on_answer (GBytes *content, gpointer data)
{
  Fixture *self = data;
  g_free (self->answer);
  self->answer = content != NULL ? g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content)) : NULL;
  self->answers++;
}

static void
on_destroy (gpointer data)
{
  ((Fixture *) data)->destroyed++;
}

static void
ask (Fixture *self, const char *path)
{
  cam_disk_read (self->disk, path, LIMIT, self->context, on_answer, self, on_destroy);
}

static gboolean
give_up (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

/* Until the context has destroyed as many answers. */
static void
await_answers (Fixture *self, unsigned destroyed)
{
  g_autoptr (GSource) watchdog = g_timeout_source_new_seconds (20);
  g_source_set_callback (watchdog, give_up, NULL, NULL);
  g_source_attach (watchdog, self->context);
  while (self->destroyed < destroyed)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (watchdog);
}

/* Everything asked so far has been done when a read asked now is answered. */
static void
settle (Fixture *self)
{
  unsigned destroyed = self->destroyed;
  ask (self, "settle");
  await_answers (self, destroyed + 1);
}

static void
hang (Fixture *self)
{
  atomic_store (&self->medium->hangs, true);
  put (self, "hung", "");
  await_gate (&self->medium->hanging);
}

static void
assert_journal (Fixture *self, const char *expected)
{
  g_mutex_lock (&self->medium->lock);
  g_assert_cmpstr (self->medium->journal->str, ==, expected);
  g_mutex_unlock (&self->medium->lock);
}

static void
test_order (Fixture *self, gconstpointer data)
{
  put (self, "a", "1");
  ask (self, "a");
  await_answers (self, 1);
  g_assert_cmpstr (self->answer, ==, "a");
  cam_disk_remove (self->disk, "a");
  ask (self, "none");
  await_answers (self, 2);
  g_assert_null (self->answer);
  g_assert_cmpuint (self->answers, ==, 2);
  assert_journal (self, "w a=1;r a;x a;r none;");
  g_assert_cmpuint (cam_disk_get_failures (self->disk), ==, 0);
}

static void
test_newest_replaces_what_waits (Fixture *self, gconstpointer data)
{
  hang (self);
  put (self, "a", "1");
  put (self, "b", "1");
  put (self, "a", "2");
  cam_disk_remove (self->disk, "b");
  cam_disk_remove (self->disk, "c");
  put (self, "c", "3");
  put (self, "hung", "again");
  open_gate (&self->medium->release);
  settle (self);
  assert_journal (self, "w hung=;w a=2;x b;w c=3;w hung=again;r settle;");
}

static void
test_hung_disk_is_bounded (Fixture *self, gconstpointer data)
{
  hang (self);
  int64_t begin_us = g_get_monotonic_time ();
  for (unsigned i = 0; i < 300; i++) {
    g_autofree char *path = g_strdup_printf ("%u", i);
    put (self, path, "x");
  }
  g_assert_cmpuint (cam_disk_get_failures (self->disk), ==, 300 - 256);
  put (self, "0", "newest");
  g_assert_cmpuint (cam_disk_get_failures (self->disk), ==, 300 - 256);
  ask (self, "a"); /* no room: answered at once */
  await_answers (self, 1);
  g_assert_null (self->answer);
  g_assert_cmpuint (self->answers, ==, 1);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, G_USEC_PER_SEC);
  open_gate (&self->medium->release);
  g_clear_pointer (&self->disk, cam_disk_free); /* finishes all that waits */
  g_assert_nonnull (strstr (self->medium->journal->str, "w 0=newest;w 1=x;"));
  g_assert_nonnull (strstr (self->medium->journal->str, "w 255=x;"));
}

static void
test_free_finishes (Fixture *self, gconstpointer data)
{
  for (unsigned i = 0; i < 3; i++) {
    g_autofree char *path = g_strdup_printf ("%u", i);
    put (self, path, "x");
  }
  g_clear_pointer (&self->disk, cam_disk_free);
  assert_journal (self, "w 0=x;w 1=x;w 2=x;");
  cam_disk_free (NULL);
}

static void
test_free_leaves_a_hung_disk (Fixture *self, gconstpointer data)
{
  hang (self);
  put (self, "a", "lost");
  ask (self, "a");
  int64_t begin_us = g_get_monotonic_time ();
  g_clear_pointer (&self->disk, cam_disk_free);
  int64_t took_us = g_get_monotonic_time () - begin_us;
  g_assert_cmpint (took_us, >=, G_USEC_PER_SEC * 9 / 10);
  g_assert_cmpint (took_us, <, 3 * G_USEC_PER_SEC);
  g_assert_cmpuint (self->answers, ==, 0);
  g_assert_cmpuint (self->destroyed, ==, 1);
  assert_journal (self, "");
}

/* What goes with the context is destroyed, not called. */
static void
test_context_may_go (Fixture *self, gconstpointer data)
{
  ask (self, "a");
  g_clear_pointer (&self->disk, cam_disk_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_assert_cmpuint (self->answers, ==, 0);
  g_assert_cmpuint (self->destroyed, ==, 1);
  self->context = g_main_context_new ();
}

static void
test_full_disk_is_one_line (Fixture *self, gconstpointer data)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, DEADLINE_US, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*cannot keep 'a': No space left on device*'b' can be kept again*");
    g_test_trap_assert_stderr_unmatched ("*cannot keep*cannot keep*");
    g_test_trap_assert_stderr_unmatched ("*kept again*kept again*");
    return;
  }
  atomic_store (&self->medium->is_full, true);
  for (const char *const *path = (const char *const[]) {"a", "b", "a", "c", NULL}; *path != NULL; path++) {
    put (self, *path, "x");
    settle (self);
  }
  g_assert_cmpuint (cam_disk_get_failures (self->disk), ==, 4);
  atomic_store (&self->medium->is_full, false);
  for (const char *const *path = (const char *const[]) {"d", "b", "a", "c", NULL}; *path != NULL; path++)
    put (self, *path, "x");
  settle (self);
  g_assert_cmpuint (cam_disk_get_failures (self->disk), ==, 4);
}

static void
test_real_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("disk-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  g_autofree char *gone = g_build_filename (folder, "gone", NULL);
  g_assert_true (g_file_set_contents (gone, "x", 1, NULL));
  CamDisk *disk = cam_disk_new (&error);
  g_assert_no_error (error);
  g_autoptr (GBytes) content = g_bytes_new_static ("kept", 4);
  cam_disk_write (disk, path, content);
  cam_disk_remove (disk, gone);
  Fixture reader = {.disk = disk, .context = g_main_context_new ()};
  ask (&reader, path);
  await_answers (&reader, 1);
  g_assert_cmpstr (reader.answer, ==, "kept");
  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (cam_disk_get_failures (disk), ==, 0);
  cam_disk_free (disk);
  g_main_context_unref (reader.context);
  g_free (reader.answer);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/disk/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/disk/newest-replaces-what-waits", Fixture, NULL, set_up, test_newest_replaces_what_waits, tear_down);
  g_test_add ("/disk/hung-disk-is-bounded", Fixture, NULL, set_up, test_hung_disk_is_bounded, tear_down);
  g_test_add ("/disk/free-finishes", Fixture, NULL, set_up, test_free_finishes, tear_down);
  g_test_add ("/disk/free-leaves-a-hung-disk", Fixture, NULL, set_up, test_free_leaves_a_hung_disk, tear_down);
  g_test_add ("/disk/context-may-go", Fixture, NULL, set_up, test_context_may_go, tear_down);
  g_test_add ("/disk/full-disk-is-one-line", Fixture, NULL, set_up, test_full_disk_is_one_line, tear_down);
  g_test_add_func ("/disk/real-files", test_real_files);
  return g_test_run ();
}
