/* Where we keep things: the state folder, over restarts of the box, and the runtime folder, until it is switched off. Each is held by one process:
 * a second daemon that shared them would take the first one's sessions for left behind.
 * Thread: M. Owner: main. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
  char *state;      /* owned; NULL: nothing is kept */
  char *runtime;    /* owned; NULL: nothing is kept */
  int state_lock;   /* owned; -1: none */
  int runtime_lock; /* owned; -1: none */
} CamFolders;

#define CAM_FOLDERS_NONE {.state_lock = -1, .runtime_lock = -1}

/* State: @named_state (--state; nullable), else the first of $STATE_DIRECTORY, else /var/lib/camrelay for root and the user's state folder for others.
 * Runtime: the first of $RUNTIME_DIRECTORY, else /run/camrelay for root and $XDG_RUNTIME_DIR/camrelay for others. They are made if missing, mode 0700.
 * False with a G_FILE_ERROR when a state folder that was named cannot be used; any other that cannot be used is said in the log and does without. */
bool cam_folders_open (const char *named_state, CamFolders *ret_folders, GError **error);
void cam_folders_clear (CamFolders *self); /* CAM_FOLDERS_NONE is fine */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CamFolders, cam_folders_clear)

/* Where cam_folders_open () would have the state folder, which need not exist. NULL when none is known. (transfer full) */
char *cam_folders_find_state (const char *named_state);

/* The same with what it depends on said by the caller, for tests. @environment: as g_get_environ (). */
bool cam_folders_open_for (const char *named_state, bool is_root, char **environment, CamFolders *ret_folders, GError **error);
