/* Where the file is that a module was, months later: known by its build-id alone, never by its path. The path may be another version's by now, or gone;
 * then the debug file of that build-id serves, installed or from a server.
 * Thread: any that may block. Owner: none, functions only. */
#pragma once

#include <glib.h>

typedef enum
{
  CAM_DEBUG_FILE_SAME,     /* the path still holds it */
  CAM_DEBUG_FILE_UNPROVEN, /* the module had no build-id: what the path holds may be another version */
  CAM_DEBUG_FILE_REPLACED, /* another build-id is under the path now */
  CAM_DEBUG_FILE_GONE      /* nothing that can be read is */
} CamDebugFileState;

/* What says functions of the module that was at @path with @build_id (hex digits; NULL: it had none): a descriptor of a regular file, the caller's;
 * -1: there is none. @folders: where debug files are, separated by colons (/usr/lib/debug). Servers of $DEBUGINFOD_URLS are asked last.
 * @ret_state: what became of @path. @ret_file: whose descriptor it is (transfer full), only with one. */
int cam_debug_file_open (const char *path, const char *build_id, const char *folders, CamDebugFileState *ret_state, char **ret_file);
