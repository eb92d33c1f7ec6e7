#include "control/support-bundle.h"

#include <fcntl.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <srt/srt.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "control/metrics-text.h"
#include "control/status-json.h"
#include "control/tar-archive.h"
#include "core/log-ring.h"
#include "media/stored-description.h"
#include "version.h"

#define MAX_FILE_BYTES ((size_t) 256 * 1024)
#define MAX_THREADS 4096

typedef struct {
  const CamBundleParts *parts;
  CamTarArchive *tar;
} Bundle;

static void
add_text (const Bundle *bundle, const char *name, const GString *text)
{
  cam_tar_archive_add (bundle->tar, name, text->str, text->len);
}

/* ---- files ---- */

/* A file's beginning; NULL when it cannot be read. Also of those in /proc, which have no size. (transfer full) */
static char *
read_beginning (const char *path, size_t *ret_size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0)
    return NULL;
  char *text = g_malloc (MAX_FILE_BYTES + 1);
  size_t size = 0;
  ssize_t got = 1;
  while (got > 0 && size < MAX_FILE_BYTES) {
    got = read (fd, text + size, MAX_FILE_BYTES - size);
    size += got > 0 ? (size_t) got : 0;
  }
  close (fd);
  text[size] = '\0';
  *ret_size = size;
  return text;
}

static void
append_file (GString *out, const char *path)
{
  size_t size = 0;
  g_autofree char *text = read_beginning (path, &size);
  g_string_append_printf (out, "==> %s\n%s\n", path, text != NULL ? text : "(cannot be read)");
}

/* The newest of the files in the state folder's crashes whose names begin with @prefix: their names hold the time. */
static void
add_newest_report (const Bundle *bundle, const char *prefix, const char *name)
{
  if (bundle->parts->state_folder == NULL)
    return;
  g_autofree char *folder = g_build_filename (bundle->parts->state_folder, "crashes", NULL);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  g_autofree char *newest = NULL;
  for (const char *file; files != NULL && (file = g_dir_read_name (files)) != NULL;) {
    if (g_str_has_prefix (file, prefix) && (newest == NULL || strcmp (file, newest) > 0)) {
      g_free (newest);
      newest = g_strdup (file);
    }
  }
  if (newest == NULL)
    return;
  g_autofree char *path = g_build_filename (folder, newest, NULL);
  size_t size = 0;
  g_autofree char *text = read_beginning (path, &size);
  if (text != NULL)
    cam_tar_archive_add (bundle->tar, name, text, size);
}

/* ---- the machine and the process ---- */

static void
add_versions (const Bundle *bundle)
{
  g_autoptr (GString) out = g_string_new (NULL);
  struct utsname kernel;
  uint32_t srt = srt_getversion ();
  g_autofree char *gstreamer = gst_version_string ();
  g_string_append_printf (out, "camrelay %s\n%s\nGLib %u.%u.%u\nlibsrt %u.%u.%u\nlibsoup %u.%u.%u\n", CAM_VERSION, gstreamer, glib_major_version,
                          glib_minor_version, glib_micro_version, srt >> 16, (srt >> 8) & 0xff, srt & 0xff, soup_get_major_version (),
                          soup_get_minor_version (), soup_get_micro_version ());
  if (uname (&kernel) == 0)
    g_string_append_printf (out, "%s %s %s %s\n", kernel.sysname, kernel.release, kernel.version, kernel.machine);
  g_string_append_printf (out, "%u processors\n\n", g_get_num_processors ());
  append_file (out, "/etc/os-release");
  add_text (bundle, "versions.txt", out);
}

static void
add_limits (const Bundle *bundle)
{
  static const char *const files[] = {"/proc/self/limits", "/proc/self/status", "/proc/self/cgroup", "/proc/meminfo", "/proc/loadavg", "/proc/net/snmp"};
  g_autoptr (GString) out = g_string_new (NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (files); i++)
    append_file (out, files[i]);
  add_text (bundle, "limits.txt", out);
}

/* Of each its name, where it waits, and what it used: the kernel's line. */
static void
add_threads (const Bundle *bundle)
{
  g_autoptr (GString) out = g_string_new ("each as in proc(5), /proc/pid/stat\n");
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  unsigned count = 0;
  for (const char *task; tasks != NULL && (task = g_dir_read_name (tasks)) != NULL && count < MAX_THREADS; count++) {
    g_autofree char *path = g_build_filename ("/proc/self/task", task, "stat", NULL);
    size_t size = 0;
    g_autofree char *text = read_beginning (path, &size);
    g_string_append (out, text != NULL ? text : "");
  }
  add_text (bundle, "threads.txt", out);
}

/* ---- the relay ---- */

static void
add_configuration (const Bundle *bundle)
{
  const CamConfigSet *config = bundle->parts->status->config;
  const char *text = config != NULL && config->description != NULL ? config->description : "(not known)\n";
  cam_tar_archive_add (bundle->tar, "configuration.txt", text, strlen (text));
}

/* @node: (transfer full); nullable. */
static void
append_json (GString *out, JsonNode *node)
{
  if (node == NULL)
    return;
  g_autoptr (JsonNode) owned = node;
  g_autofree char *text = json_to_string (owned, TRUE);
  g_string_append (out, text);
  g_string_append_c (out, '\n');
}

static void
add_status (const Bundle *bundle)
{
  const CamBundleParts *parts = bundle->parts;
  g_autoptr (GString) relay = g_string_new (NULL);
  append_json (relay, cam_status_json_relay (parts->status, parts->monotonic_us));
  add_text (bundle, "status.json", relay);
  g_autoptr (GString) readers = g_string_new (NULL);
  append_json (readers, cam_status_json_readers (parts->readers));
  add_text (bundle, "readers.json", readers);
  g_autoptr (GString) cameras = g_string_new (NULL);
  const char *last = NULL;
  for (unsigned i = 0; i < parts->status->streams->len; i++) {
    const CamStreamStatus *stream = g_ptr_array_index (parts->status->streams, i);
    if (last == NULL || strcmp (last, stream->camera->name) != 0)
      append_json (cameras, cam_status_json_camera (parts->status, stream->camera->name, parts->monotonic_us));
    last = stream->camera->name;
  }
  add_text (bundle, "cameras.json", cameras);
}

static void
add_metrics (const Bundle *bundle)
{
  g_autofree char *text = cam_metrics_text (bundle->parts->status, bundle->parts->readers);
  cam_tar_archive_add (bundle->tar, "metrics.txt", text, strlen (text));
}

/* What the SDP of each mount is made of. */
static void
add_descriptions (const Bundle *bundle)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (unsigned i = 0; i < bundle->parts->status->streams->len; i++) {
    const CamStreamStatus *stream = g_ptr_array_index (bundle->parts->status->streams, i);
    g_string_append_printf (out, "==> /%s/%s\n", stream->camera->name, cam_stream_name (stream->stream));
    if (stream->description == NULL) {
      g_string_append (out, "(not known)\n");
      continue;
    }
    g_autoptr (GBytes) text = cam_stored_description_write (stream->description, "status");
    gsize size = 0;
    const char *data = g_bytes_get_data (text, &size);
    g_string_append_len (out, data, (gssize) size);
  }
  add_text (bundle, "descriptions.txt", out);
}

/* Last: it is the longest, and what is left out when there is no room is its end; so the newest lines come first. */
static void
add_log (const Bundle *bundle)
{
  g_autoptr (GString) out = g_string_new ("the newest line first\n");
  for (unsigned i = bundle->parts->lines->len; i > 0; i--) {
    const CamLogRingLine *line = g_ptr_array_index (bundle->parts->lines, i - 1);
    g_autoptr (GDateTime) whole = g_date_time_new_from_unix_utc (line->unix_us / G_USEC_PER_SEC);
    g_autofree char *time = g_date_time_format (whole, "%Y-%m-%dT%H:%M:%S");
    g_string_append_printf (out, "%s.%06dZ %-7s %s\n", time, (int) (line->unix_us % G_USEC_PER_SEC), cam_log_level_word (line->level), line->text);
  }
  add_text (bundle, "log.txt", out);
}

char *
cam_support_bundle_name (int64_t unix_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);
  return g_date_time_format (time, "camrelay-support-%Y%m%d-%H%M%S");
}

GBytes *
cam_support_bundle_make (const CamBundleParts *parts, const char *name)
{
  g_autoptr (CamTarArchive) tar = cam_tar_archive_new (name, g_get_real_time () / G_USEC_PER_SEC, CAM_BUNDLE_MAX_BYTES);
  const Bundle bundle = {.parts = parts, .tar = tar};
  add_versions (&bundle);
  add_configuration (&bundle);
  add_limits (&bundle);
  add_threads (&bundle);
  add_newest_report (&bundle, "crash-", "crash.txt");
  add_newest_report (&bundle, "stall-", "stall.txt");
  add_status (&bundle);
  add_descriptions (&bundle);
  add_metrics (&bundle);
  add_log (&bundle);
  return cam_tar_archive_finish (tar);
}
