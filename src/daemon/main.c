/* camrelayd: reads what it was told on the command line and in files, and says what is wrong with it, or runs.
 * Thread: M. Owner: the process. */
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "camrelay/exit-codes.h"
#include "camrelay/log-fields.h"
#include "config/config-read.h"
#include "core/log-ring.h"
#include "core/log.h"
#include "daemon/alternate-stack.h"
#include "daemon/command-line.h"
#include "daemon/crash-handler.h"
#include "daemon/crash-history.h"
#include "daemon/daemon.h"
#include "daemon/folders.h"
#include "daemon/gio-choices.h"
#include "daemon/gst-registry.h"
#include "serve/rtsp-server.h"
#include "version.h"

/* What is bigger than this is memory of its own, which goes back to the system with the last of it: read buffers, key pictures. */
#define BIG_BYTES (128 * 1024)

#define DEFAULT_CONFIG_FILE CAM_SYSCONFDIR "/camrelay/camrelay.conf"

static void
say_nothing_to_do (const char *file)
{
  g_printerr ("camrelayd: no camera to serve: '%s' does not exist and no URL was given\n"
              "Try a camera as an argument:  camrelayd driveway=rtsp://user:password@192.168.1.21/stream1\n"
              "or the built-in test camera:  camrelayd demo=test:\n"
              "or write the file; see camrelayd(8) and camrelay.conf(5).\n",
              file);
}

/* Where the configuration comes from, now and whenever it is read again. */
typedef struct {
  CamConfigSources sources; /* borrowed from what follows, and from the command line */
  char *beside;             /* owned; the folder of camera files beside the main file */
  char *state;              /* owned; NULL: there is none */
} Origin;

static void
origin_clear (Origin *origin)
{
  g_free (origin->beside);
  g_free (origin->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Origin, origin_clear)

static void
find_origin (const CamCommandLine *command_line, Origin *ret_origin)
{
  const char *file = command_line->config_file != NULL ? command_line->config_file : DEFAULT_CONFIG_FILE;
  g_autofree char *folder = g_path_get_dirname (file);
  ret_origin->state = cam_folders_find_state (command_line->state_dir);
  ret_origin->beside = g_build_filename (folder, "cameras.d", NULL);
  ret_origin->sources = (CamConfigSources) {
    .config_file = file,
    .config_must_exist = command_line->config_file != NULL,
    .cameras_dir = command_line->cameras_dir != NULL ? command_line->cameras_dir : ret_origin->beside,
    .cameras_must_exist = command_line->cameras_dir != NULL,
    .urls = (const char *const *) command_line->urls,
    .allow = command_line->allow,
    .state_folder = ret_origin->state,
    .credentials_dir = g_getenv ("CREDENTIALS_DIRECTORY"),
  };
}

/* NULL, and everything that is wrong printed. */
static CamConfigSet *
read_config (const CamCommandLine *command_line, const CamConfigSources *sources)
{
  bool has_cameras = command_line->urls[0] != NULL || command_line->cameras_dir != NULL;
  if (command_line->config_file == NULL && !has_cameras && access (sources->config_file, F_OK) != 0) {
    say_nothing_to_do (sources->config_file);
    return NULL;
  }
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  CamConfigSet *config = cam_config_read (sources, errors);
  for (unsigned i = 0; i < errors->len; i++)
    g_printerr ("%s\n", ((const GError *) g_ptr_array_index (errors, i))->message);
  return config;
}

/* The exit status; a folder that cannot be used is printed. */
static int
open_folders (const CamCommandLine *command_line, CamFolders *ret_folders)
{
  g_autoptr (GError) error = NULL;
  if (cam_folders_open (command_line->state_dir, ret_folders, &error))
    return CAM_EXIT_OK;
  g_printerr ("camrelayd: state folder %s\n", error->message);
  bool is_permission = g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PERM) ||
                       g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ROFS);
  return is_permission ? CAM_EXIT_PERMISSION : CAM_EXIT_SYSTEM;
}

/* A client is a descriptor, and 1024 of them are soon gone. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

/* Left to itself, glibc takes the size of the first big block that is freed for usual, and keeps such blocks between small ones from then on: each
 * camera that comes back would leave the process a little bigger. */
static void
keep_memory_in_one_piece (void)
{
  mallopt (M_MMAP_THRESHOLD, BIG_BYTES);
  mallopt (M_TRIM_THRESHOLD, BIG_BYTES);
}

/* The exit status of --check for @config, which was read without errors: what it names is looked at too. */
static int
check (const CamConfigSet *config)
{
  g_autoptr (GError) error = NULL;
  if (!cam_rtsp_server_check_config (config, &error)) {
    g_printerr ("camrelayd: %s\n", error->message);
    return CAM_EXIT_CONFIG;
  }
  g_print ("%u cameras, no errors\n", config->cameras->len);
  return CAM_EXIT_OK;
}

/* From now on crashes are reported, and the last one is told of. Before there is any other thread. (transfer full) */
static CamCrashHistory *
watch_for_crashes (const CamFolders *folders)
{
  g_autofree char *state = folders->state != NULL ? g_canonicalize_filename (folders->state, NULL) : NULL;
  g_autofree char *folder = state != NULL ? g_build_filename (state, "crashes", NULL) : NULL;
  cam_alternate_stack_open ();
  cam_crash_handler_install (&(CamCrashSetup){.folder = folder, .journal = cam_log_is_journal () ? CAM_CRASH_JOURNAL : NULL});
  CamCrashHistory *history = cam_crash_history_open (folder);
  const char *news = cam_crash_history_get_news (history);
  if (news != NULL)
    cam_log (CAM_LOG_WARNING, CAM_MSG_LAST_CRASH, NULL, "the last run crashed: %s; see camrelayctl crash-report", news);
  return history;
}

static int
run (const CamCommandLine *command_line)
{
  g_auto (Origin) origin = { .beside = NULL };
  find_origin (command_line, &origin);
  g_autoptr (CamConfigSet) config = read_config (command_line, &origin.sources);
  if (config == NULL)
    return CAM_EXIT_CONFIG;
  if (command_line->command == CAM_COMMAND_CHECK)
    return check (config);
  cam_log_init (command_line->log_level);
  cam_log_ring_open ();
  g_auto (CamFolders) folders = CAM_FOLDERS_NONE;
  int status = open_folders (command_line, &folders);
  if (status != CAM_EXIT_OK)
    return status;
  g_autoptr (CamCrashHistory) crashes = watch_for_crashes (&folders);
  raise_descriptor_limit ();
  cam_gst_registry_choose ();
  cam_gio_choose ();
  return cam_daemon_run (config, &origin.sources, &folders, crashes);
}

int
main (int argc, char **argv)
{
  keep_memory_in_one_piece ();
  setlocale (LC_CTYPE, "");
  g_autoptr (GError) error = NULL;
  g_autoptr (CamCommandLine) command_line = cam_command_line_parse ((const char *const *) argv, &error);
  cam_command_line_scrub (argc, argv);
  if (command_line == NULL) {
    g_printerr ("camrelayd: %s\nTry 'camrelayd --help'.\n", error->message);
    return CAM_EXIT_USAGE;
  }
  g_autofree char *help = NULL;
  switch (command_line->command) {
  case CAM_COMMAND_HELP:
    help = cam_command_line_help ();
    g_print ("%s", help);
    return CAM_EXIT_OK;
  case CAM_COMMAND_VERSION:
    g_print ("camrelayd " CAM_VERSION "\n");
    return CAM_EXIT_OK;
  case CAM_COMMAND_CHECK:
  case CAM_COMMAND_RUN:
    break;
  }
  return run (command_line);
}
