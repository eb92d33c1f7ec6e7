#include "daemon/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/log.h"

static bool
fail_errno (const char *folder, int code, GError **error)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "'%s': %s", folder,
               code == EWOULDBLOCK ? "in use by another camrelayd" : g_strerror (code));
  return false;
}

/* Writable and ours alone: found out now, not when something has to be kept. The lock goes with the process, however that ends. */
static bool
hold_folder (const char *folder, int *ret_lock, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) != 0 || access (folder, R_OK | W_OK | X_OK) != 0)
    return fail_errno (folder, errno, error);
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  int lock = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (lock < 0)
    return fail_errno (folder, errno, error);
  if (flock (lock, LOCK_EX | LOCK_NB) != 0) {
    int reason = errno;
    close (lock);
    return fail_errno (folder, reason, error);
  }
  *ret_lock = lock;
  return true;
}

/* systemd gives several, separated by colons. (transfer full) */
static char *
first_of (char **environment, const char *name)
{
  const char *folders = g_environ_getenv (environment, name);
  if (folders == NULL || *folders == '\0')
    return NULL;
  g_auto (GStrv) list = g_strsplit (folders, ":", 2);
  return g_strdup (list[0]);
}

/* $@name/camrelay, or @fallback below the home folder; NULL when neither is known. (transfer full) */
static char *
user_folder (char **environment, const char *name, const char *fallback)
{
  const char *base = g_environ_getenv (environment, name);
  if (base != NULL && g_path_is_absolute (base))
    return g_build_filename (base, "camrelay", NULL);
  const char *home = g_environ_getenv (environment, "HOME");
  if (fallback == NULL || home == NULL || !g_path_is_absolute (home))
    return NULL;
  return g_build_filename (home, fallback, "camrelay", NULL);
}

/* Takes @folder if it can be used, says so if not. */
static void
hold_or_do_without (char *folder, const char *what, char **ret_folder, int *ret_lock)
{
  g_autofree char *candidate = folder;
  g_autoptr (GError) error = NULL;
  if (candidate == NULL)
    cam_log (CAM_LOG_WARNING, NULL, NULL, "no %s folder is known: nothing is kept", what);
  else if (hold_folder (candidate, ret_lock, &error))
    *ret_folder = g_steal_pointer (&candidate);
  else
    cam_log (CAM_LOG_WARNING, NULL, NULL, "%s folder %s: nothing is kept", what, error->message);
}

/* The one that was named, NULL when none was. (transfer full) */
static char *
named_folder (const char *named_state, char **environment)
{
  return named_state != NULL ? g_strdup (named_state) : first_of (environment, "STATE_DIRECTORY");
}

static char *
usual_state (bool is_root, char **environment)
{
  return is_root ? g_strdup ("/var/lib/camrelay") : user_folder (environment, "XDG_STATE_HOME", ".local/state");
}

static bool
open_state (const char *named_state, bool is_root, char **environment, CamFolders *folders, GError **error)
{
  g_autofree char *named = named_folder (named_state, environment);
  if (named != NULL) {
    if (!hold_folder (named, &folders->state_lock, error))
      return false;
    folders->state = g_steal_pointer (&named);
    return true;
  }
  hold_or_do_without (usual_state (is_root, environment), "state", &folders->state, &folders->state_lock);
  return true;
}

bool
cam_folders_open_for (const char *named_state, bool is_root, char **environment, CamFolders *ret_folders, GError **error)
{
  CamFolders folders = CAM_FOLDERS_NONE;
  if (!open_state (named_state, is_root, environment, &folders, error))
    return false;
  char *runtime = first_of (environment, "RUNTIME_DIRECTORY");
  if (runtime == NULL)
    runtime = is_root ? g_strdup ("/run/camrelay") : user_folder (environment, "XDG_RUNTIME_DIR", NULL);
  hold_or_do_without (runtime, "runtime", &folders.runtime, &folders.runtime_lock);
  *ret_folders = folders;
  return true;
}

bool
cam_folders_open (const char *named_state, CamFolders *ret_folders, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  return cam_folders_open_for (named_state, geteuid () == 0, environment, ret_folders, error);
}

char *
cam_folders_find_state (const char *named_state)
{
  g_auto (GStrv) environment = g_get_environ ();
  char *named = named_folder (named_state, environment);
  return named != NULL ? named : usual_state (geteuid () == 0, environment);
}

static void
release (char **folder, int *lock)
{
  g_clear_pointer (folder, g_free);
  if (*lock >= 0)
    close (*lock);
  *lock = -1;
}

void
cam_folders_clear (CamFolders *self)
{
  release (&self->state, &self->state_lock);
  release (&self->runtime, &self->runtime_lock);
}
