#include "ctl/crash-report.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "camrelay/exit-codes.h"
#include "core/disk-file.h"
#include "core/redact.h"
#include "ctl/crash-frames.h"
#include "ctl/crash-record.h"

enum { MAX_REPORT_BYTES = 8 * 1024 * 1024, LONGEST_PATH = 300 };

#define DEBUG_FOLDERS "/usr/lib/debug"
#define SERVICE_STATE "/var/lib/camrelay"

typedef struct {
  char *state;   /* owned; NULL: not said */
  char *folders; /* owned; NULL: not said */
  char **files;  /* owned; NULL: none named */
} Options;

static void
clear_options (Options *self)
{
  g_free (self->state);
  g_free (self->folders);
  g_strfreev (self->files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static bool
parse (int argc, char **argv, Options *ret_options)
{
  const GOptionEntry entries[] = {
    {"state", 0, 0, G_OPTION_ARG_FILENAME, &ret_options->state, "The daemon's state folder, whose newest report is taken", "DIR"},
    {"debug-folders", 0, 0, G_OPTION_ARG_STRING, &ret_options->folders, "Where debug files are by build-id (" DEBUG_FOLDERS ")", "DIR[:DIR…]"},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &ret_options->files, NULL, "[FILE]"},
    {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_summary (context, "Says where camrelayd crashed: functions, files and lines of FILE, or of its newest report.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_autoptr (GError) error = NULL;
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("camrelayctl: %s\n", error->message);
    return false;
  }
  if (ret_options->files != NULL && g_strv_length (ret_options->files) > 1) {
    g_printerr ("camrelayctl: one crash report at a time\n");
    return false;
  }
  return true;
}

/* As the daemon finds it: docs/man/camrelayd.8, --state. (transfer full) */
static char *
find_state (const Options *options)
{
  const char *service = g_getenv ("STATE_DIRECTORY");
  if (options->state != NULL)
    return g_strdup (options->state);
  if (service != NULL && *service != '\0') {
    g_auto (GStrv) list = g_strsplit (service, ":", 2);
    return g_strdup (list[0]);
  }
  g_autofree char *own = g_build_filename (g_get_user_state_dir (), "camrelay", NULL);
  bool is_service = geteuid () == 0 || access (own, R_OK) != 0;
  return is_service ? g_strdup (SERVICE_STATE) : g_steal_pointer (&own);
}

/* Names have the time in front. NULL with an error, or without one when there is none. (transfer full) */
static char *
find_newest (const char *folder, GError **error)
{
  g_autoptr (GDir) list = g_dir_open (folder, 0, error);
  g_autofree char *newest = NULL;
  const char *name = NULL;
  while (list != NULL && (name = g_dir_read_name (list)) != NULL) {
    bool is_report = g_str_has_prefix (name, "crash-") && g_str_has_suffix (name, ".txt");
    if (!is_report || (newest != NULL && strcmp (name, newest) <= 0))
      continue;
    g_free (newest);
    newest = g_strdup (name);
  }
  return newest != NULL ? g_build_filename (folder, newest, NULL) : NULL;
}

static int
fail (const char *path, const GError *error)
{
  g_printerr ("camrelayctl: '%s': %s\n", path, error->message);
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? CAM_EXIT_PERMISSION : CAM_EXIT_SYSTEM;
}

static void
print_head (const CamCrashRecord *record, GString *out)
{
  g_string_append_printf (out, "%s %s at %s in thread %s (%s of process %s)\n", record->program, record->stall != NULL ? "was stuck" : "crashed", record->time,
                          record->thread, record->thread_id, record->pid);
  if (record->stall != NULL) {
    g_string_append_printf (out, "%s without a turn of its loop\n\n", record->stall);
    return;
  }
  g_string_append_printf (out, "%s (%s)", record->signal, record->code);
  if (record->address != NULL)
    g_string_append_printf (out, " at address %s", record->address);
  if (record->sender != NULL)
    g_string_append_printf (out, ", sent by %s", record->sender);
  if (record->system_call != NULL)
    g_string_append_printf (out, ", system call %s", record->system_call);
  g_string_append (out, record->is_overflow ? "\nThe thread's stack was used up.\n\n" : "\n\n");
}

static void
print_registers (const CamCrashRecord *record, GString *out)
{
  g_string_append (out, "\nRegisters:\n");
  for (unsigned i = 0; i < record->registers->len; i++)
    g_string_append_printf (out, "  %s\n", (const char *) g_ptr_array_index (record->registers, i));
}

static void
print (const char *path, const CamCrashRecord *record, const char *folders)
{
  g_autofree char *shown = cam_redact_text (path, -1, LONGEST_PATH);
  g_autoptr (CamCrashFrames) frames = cam_crash_frames_new (folders);
  g_autoptr (GString) notes = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  print_head (record, out);
  cam_crash_frames_print (frames, record, out);
  cam_crash_frames_print_notes (frames, notes);
  if (notes->len > 0)
    g_string_append_printf (out, "\n%s", notes->str);
  print_registers (record, out);
  g_string_append_printf (out, "\nReport: %s%s\n", shown, record->is_whole ? "" : ", which breaks off");
  g_print ("%s", out->str);
}

static int
explain (const char *path, const char *folders)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = cam_disk_file_read (path, MAX_REPORT_BYTES, &error);
  if (content == NULL)
    return fail (path, error);
  size_t size = 0;
  const char *text = g_bytes_get_data (content, &size);
  g_autoptr (CamCrashRecord) record = cam_crash_record_parse (text, size);
  if (record == NULL) {
    g_printerr ("camrelayctl: '%s' is no crash report of camrelayd\n", path);
    return CAM_EXIT_SYSTEM;
  }
  print (path, record, folders);
  return CAM_EXIT_OK;
}

int
cam_crash_report_run (int argc, char **argv)
{
  g_auto (Options) options = {.state = NULL};
  if (!parse (argc, argv, &options))
    return CAM_EXIT_USAGE;
  const char *folders = options.folders != NULL ? options.folders : DEBUG_FOLDERS;
  if (options.files != NULL)
    return explain (options.files[0], folders);
  g_autoptr (GError) error = NULL;
  g_autofree char *state = find_state (&options);
  g_autofree char *folder = g_build_filename (state, "crashes", NULL);
  g_autofree char *newest = find_newest (folder, &error);
  if (newest != NULL)
    return explain (newest, folders);
  if (error != NULL && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return fail (folder, error);
  g_print ("No crash is reported in '%s'.\n", folder);
  return CAM_EXIT_OK;
}
