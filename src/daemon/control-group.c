#include "daemon/control-group.h"

#include <glib.h>
#include <string.h>

#define UNIFIED "0::/" /* how the line of the unified hierarchy begins */

/* UINT64_MAX for "max" and for what cannot be read. */
static uint64_t
read_limit (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *text = NULL;
  guint64 number = 0;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return UINT64_MAX;
  return g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, UINT64_MAX, &number, NULL) ? number : UINT64_MAX;
}

/* The group's path, "" for the root; NULL when there is none in the unified hierarchy. (transfer full) */
static char *
find_group (const char *groups)
{
  g_auto (GStrv) lines = g_strsplit (groups, "\n", -1);
  for (unsigned i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], UNIFIED))
      return g_strdup (lines[i] + strlen (UNIFIED));
  return NULL;
}

uint64_t
cam_control_group_find_limit (const char *file, const char *groups, const char *hierarchy)
{
  g_autofree char *group = find_group (groups);
  uint64_t least = UINT64_MAX;
  while (group != NULL) {
    g_autofree char *folder = g_build_filename (hierarchy, group, NULL);
    least = MIN (least, read_limit (folder, file));
    char *slash = strrchr (group, '/');
    if (slash != NULL)
      *slash = '\0';
    else
      g_clear_pointer (&group, g_free);
  }
  return least;
}

uint64_t
cam_control_group_get_limit (const char *file)
{
  g_autofree char *groups = NULL;
  if (!g_file_get_contents ("/proc/self/cgroup", &groups, NULL, NULL))
    return UINT64_MAX;
  return cam_control_group_find_limit (file, groups, "/sys/fs/cgroup");
}
