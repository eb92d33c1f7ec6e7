/* The lines of one key file: every section and key with its line and raw value, by the grammar of GKeyFile, which tells no lines and
 * merges duplicates in silence. What sections and keys mean is not known here.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "config/config-problem.h"

#include <stddef.h>

#define CAM_CONFIG_MAX_BYTES (1024 * 1024) /* of a file */
#define CAM_CONFIG_MAX_LINE_BYTES 4096
#define CAM_CONFIG_BYTE_ORDER_MARK "\xef\xbb\xbf" /* may begin a file, and says nothing */

typedef struct {
  char *key;   /* owned; [A-Za-z0-9_-]+ */
  char *value; /* owned; raw to the end of the line, without the blanks after '='; wiped before it is freed */
  unsigned line;
} CamConfigEntry;

typedef struct {
  char *name; /* owned; what stands between the brackets */
  unsigned line;
  GPtrArray *entries; /* of CamConfigEntry, owned */
} CamConfigGroup;

/* Returns the groups of @data (of CamConfigGroup, owned), which may be any @size bytes. Every fault is added to @problems with its line:
 * lines that are no section, key or comment, over-long ones, NUL and control characters, text that is not UTF-8, a section or key
 * twice (the first one counts), a file over CAM_CONFIG_MAX_BYTES (no group then). @source is kept in the problems. (transfer full) */
GPtrArray *cam_config_scan (const char *data, size_t size, const CamConfigSource *source, CamConfigProblems *problems);
