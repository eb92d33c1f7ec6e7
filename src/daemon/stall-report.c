#include "daemon/stall-report.h"

#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/disk-file.h"
#include "daemon/crash-facts.h"
#include "daemon/crash-modules.h"
#include "daemon/thread-stack.h"

enum { KEPT = 10, LINE_FRAMES = 6 };

#define ASK_US G_USEC_PER_SEC
#define PREFIX "stall-"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Room for one more; names sort by time. */
static void
forget_old (const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, PREFIX) && g_str_has_suffix (name, ".txt"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (unsigned i = 0; i + KEPT <= names->len; i++) {
    g_autofree char *old = g_build_filename (path, g_ptr_array_index (names, i), NULL);
    cam_disk_file_remove (old, NULL);
  }
}

/* -1: no report. @ret_path: (transfer full) */
static int
open_report (const CamStuckThread *stuck, int64_t unix_s, char **ret_path)
{
  if (stuck->folder == NULL || g_mkdir_with_parents (stuck->folder, 0700) != 0)
    return -1;
  forget_old (stuck->folder);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_s);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strdup_printf (PREFIX "%s-%s.txt", stamp, stuck->name);
  *ret_path = g_build_filename (stuck->folder, name, NULL);
  return open (*ret_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* What the kernel says of it: "wchan", "syscall"; left out when it does not. */
static void
add_kernel_word (const CamStuckThread *stuck, const char *name, CamCrashText *text)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%d/%s", stuck->thread, name);
  g_autofree char *word = NULL;
  if (!g_file_get_contents (path, &word, NULL, NULL))
    return;
  cam_crash_text_add (text, name);
  cam_crash_text_add (text, ": ");
  cam_crash_text_add_foreign (text, g_strchomp (word));
  cam_crash_text_add (text, "\n");
}

static void
write_report (int fd, const CamStuckThread *stuck, const CamCrashFacts *facts, const CamCrashStack *stack)
{
  CamCrashText text;
  cam_crash_text_open (&text, fd);
  cam_crash_facts_write_head (facts, &text);
  g_autofree char *silence = g_strdup_printf ("stall: %s for %.1f s\n", stuck->name, (double) stuck->silent_us / G_USEC_PER_SEC);
  cam_crash_text_add (&text, silence);
  add_kernel_word (stuck, "wchan", &text);
  add_kernel_word (stuck, "syscall", &text);
  cam_crash_facts_write_frames (facts, stack, &text);
  int maps = open ("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps >= 0) {
    cam_crash_facts_write_modules (facts, maps, &text);
    cam_crash_facts_write_maps (maps, &text);
    close (maps);
  }
  cam_crash_text_add (&text, "end of report\n");
  cam_crash_text_flush (&text);
}

/* " libfoo.so+0x1139 camrelayd+0x4711". (transfer full) */
static char *
describe_frames (const CamCrashStack *stack, const char *program)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; i < MIN (stack->count, LINE_FRAMES); i++) {
    CamCrashModule module;
    if (!cam_crash_modules_find (stack->frames[i].pc, &module))
      continue;
    g_autofree char *name = g_path_get_basename (*module.path != '\0' ? module.path : program);
    g_string_append_printf (text, " %s+0x%" PRIx64, name, stack->frames[i].pc - module.bias);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
cam_stall_report_write (const CamStuckThread *stuck)
{
  g_autofree CamThreadStack *answer = g_new0 (CamThreadStack, 1);
  bool has_answered = cam_thread_stack_ask (stuck->thread, ASK_US, answer);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  CamCrashFacts facts = {
    .number = CAM_THREAD_STACK_SIGNAL,
    .info = &answer->info,
    .context = &answer->context,
    .program = program != NULL ? program : "",
    .pid = getpid (),
    .thread_id = stuck->thread,
    .unix_s = g_get_real_time () / G_USEC_PER_SEC,
  };
  g_strlcpy (facts.thread, stuck->name, sizeof facts.thread);
  g_autofree char *path = NULL;
  int fd = open_report (stuck, facts.unix_s, &path);
  if (fd >= 0) {
    write_report (fd, stuck, &facts, &answer->stack);
    close (fd);
  }
  g_autofree char *frames = has_answered ? describe_frames (&answer->stack, facts.program) : g_strdup (" a call that no signal reaches");
  return g_strdup_printf ("%s has been stuck for %.1f s in%s%s%s", stuck->name, (double) stuck->silent_us / G_USEC_PER_SEC, frames,
                          fd >= 0 ? "; report: " : "", fd >= 0 ? path : "");
}
