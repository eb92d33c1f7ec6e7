#include "daemon/crash-history.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "core/disk-file.h"

enum { KEPT = 10, MAX_REPORT_BYTES = 8 * 1024 * 1024, MAX_COUNT_BYTES = 4096, TIME_LENGTH = 16 };

#define COUNT_FILE "count"
#define PREFIX "crash-"

struct CamCrashHistory {
  char *folder;     /* owned */
  GPtrArray *names; /* of char *, owned; of the reports, oldest first */
  uint64_t total;
  char *news; /* owned; NULL: none */
};

/* When the process crashed, by its report's name: crash-20261121T223104Z-123.txt. False for any other name. */
static bool
parse_name (const char *name, int64_t *ret_unix_s)
{
  if (!g_str_has_prefix (name, PREFIX) || !g_str_has_suffix (name, ".txt") || strlen (name) < strlen (PREFIX) + TIME_LENGTH)
    return false;
  g_autofree char *text = g_strndup (name + strlen (PREFIX), TIME_LENGTH);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    return false;
  *ret_unix_s = g_date_time_to_unix (time);
  return true;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
list_reports (CamCrashHistory *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name = NULL;
  int64_t unix_s;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    if (parse_name (name, &unix_s))
      g_ptr_array_add (self->names, g_strdup (name));
  }
  g_ptr_array_sort (self->names, compare_names);
}

/* NULL: it cannot be read. (transfer full) */
static char *
read_text (const CamCrashHistory *self, const char *name, size_t max_bytes)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GBytes) content = cam_disk_file_read (path, max_bytes, NULL);
  if (content == NULL)
    return NULL;
  size_t size = 0;
  const char *data = g_bytes_get_data (content, &size);
  return g_strndup (data, size);
}

/* What the start before noted: the number of crashes, and on the next lines the reports it saw. (transfer full) */
static GStrv
read_count (CamCrashHistory *self)
{
  g_autofree char *text = read_text (self, COUNT_FILE, MAX_COUNT_BYTES);
  GStrv lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  uint64_t total = 0;
  if (lines[0] != NULL && g_ascii_string_to_unsigned (lines[0], 10, 0, UINT64_MAX, &total, NULL))
    self->total = total;
  return lines;
}

static void
write_count (const CamCrashHistory *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT "\n", (guint64) self->total);
  for (unsigned i = 0; i < self->names->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) g_ptr_array_index (self->names, i));
  g_autofree char *path = g_build_filename (self->folder, COUNT_FILE, NULL);
  size_t size = text->len;
  g_autoptr (GBytes) content = g_bytes_new_take (g_string_free (g_steal_pointer (&text), FALSE), size);
  cam_disk_file_write (path, content, NULL);
}

/* What follows @name on its line in the report; "unknown" if there is no such line. (transfer full) */
static char *
find_entry (const GStrv lines, const char *name)
{
  for (unsigned i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], name))
      return g_strdup (lines[i] + strlen (name));
  }
  return g_strdup ("unknown");
}

/* "libsrt.so.1+0x1234" of a frame's line, daemon/crash-facts.h; NULL: it is not one. (transfer full) */
static char *
name_place (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 5);
  bool is_frame = g_strv_length (words) == 5 && words[2][0] == '+';
  if (!is_frame)
    return NULL;
  g_autofree char *module = g_path_get_basename (words[4]);
  return strcmp (words[4], "-") == 0 ? g_strdup (words[1]) : g_strconcat (module, words[2], NULL);
}

static bool
is_c_library (const char *place)
{
  return g_str_has_prefix (place, "libc.so.6+");
}

/* The newest frame outside of the C library, whose abort () is nobody's fault; else the newest. (transfer full) */
static char *
find_place (const GStrv lines)
{
  g_autofree char *newest = NULL;
  bool is_inside = false;
  for (unsigned i = 0; lines[i] != NULL && strcmp (lines[i], "modules:") != 0; i++) {
    g_autofree char *place = is_inside ? name_place (lines[i]) : NULL;
    if (strcmp (lines[i], "frames:") == 0)
      is_inside = true;
    if (place != NULL && !is_c_library (place))
      return g_steal_pointer (&place);
    if (place != NULL && newest == NULL)
      newest = g_steal_pointer (&place);
  }
  return newest != NULL ? g_steal_pointer (&newest) : g_strdup ("an unknown place");
}

static char *
describe (const CamCrashHistory *self, const char *name)
{
  g_autofree char *text = read_text (self, name, MAX_REPORT_BYTES);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autofree char *number = find_entry (lines, "signal: ");
  g_autofree char *thread = find_entry (lines, "thread: ");
  g_autofree char *place = find_place (lines);
  return g_strdup_printf ("%s in %s, thread %s", number, place, thread);
}

/* True when there is any. */
static bool
take_news (CamCrashHistory *self)
{
  g_auto (GStrv) seen = read_count (self);
  const char *newest = NULL;
  for (unsigned i = 0; i < self->names->len; i++) {
    const char *name = g_ptr_array_index (self->names, i);
    if (g_strv_contains ((const char *const *) seen, name))
      continue;
    self->total++;
    newest = name;
  }
  if (newest != NULL)
    self->news = describe (self, newest);
  return newest != NULL;
}

static void
forget_old (CamCrashHistory *self)
{
  while (self->names->len > KEPT) {
    g_autofree char *path = g_build_filename (self->folder, g_ptr_array_index (self->names, 0), NULL);
    cam_disk_file_remove (path, NULL);
    g_ptr_array_remove_index (self->names, 0);
  }
}

CamCrashHistory *
cam_crash_history_open (const char *folder)
{
  CamCrashHistory *self = g_new0 (CamCrashHistory, 1);
  self->names = g_ptr_array_new_with_free_func (g_free);
  if (folder == NULL)
    return self;
  self->folder = g_strdup (folder);
  list_reports (self);
  bool has_news = take_news (self);
  forget_old (self);
  if (has_news)
    write_count (self);
  return self;
}

void
cam_crash_history_free (CamCrashHistory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->names);
  g_free (self->news);
  g_free (self->folder);
  g_free (self);
}

uint64_t
cam_crash_history_get_total (const CamCrashHistory *self)
{
  return self->total;
}

unsigned
cam_crash_history_count_since (const CamCrashHistory *self, int64_t unix_s)
{
  unsigned count = 0;
  int64_t at_s = 0;
  for (unsigned i = 0; i < self->names->len; i++) {
    if (parse_name (g_ptr_array_index (self->names, i), &at_s) && at_s >= unix_s)
      count++;
  }
  return count;
}

const char *
cam_crash_history_get_news (const CamCrashHistory *self)
{
  return self->news;
}
