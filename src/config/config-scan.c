#include "config/config-scan.h"

#include <stdbool.h>
#include <string.h>

#define KEY_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

typedef struct {
  GPtrArray *groups;           /* owned; of CamConfigGroup, owned */
  CamConfigGroup *group;       /* borrowed from groups; NULL before the first section and after a bad one */
  bool has_section;            /* good or bad */
  GHashTable *groups_by_name;  /* borrowed, as its keys and values from groups */
  GHashTable *entries_by_name; /* borrowed; "SECTION]KEY", owned, to CamConfigEntry, borrowed from groups */
  CamConfigPlace place;
  CamConfigProblems *problems; /* borrowed */
} Scan;

static void
free_entry (gpointer data)
{
  CamConfigEntry *entry = data;
  g_free (entry->key);
  explicit_bzero (entry->value, strlen (entry->value));
  g_free (entry->value);
  g_free (entry);
}

static void
free_group (gpointer data)
{
  CamConfigGroup *group = data;
  g_free (group->name);
  g_ptr_array_unref (group->entries);
  g_free (group);
}

static void
complain (Scan *scan, const char *message)
{
  cam_config_problems_add (scan->problems, scan->place, CAM_CONFIG_ERROR_SYNTAX, "%s", message);
}

/* The keys of a repeated section are looked at as well, as further keys of the first one. */
static void
enter_group (Scan *scan, const char *name)
{
  scan->group = g_hash_table_lookup (scan->groups_by_name, name);
  if (scan->group != NULL) {
    g_autofree char *quoted = cam_config_quote (name);
    cam_config_problems_add (scan->problems, scan->place, CAM_CONFIG_ERROR_TWICE, "section %s twice, first in line %u", quoted,
                             scan->group->line);
    return;
  }
  CamConfigGroup *group = g_new0 (CamConfigGroup, 1);
  group->name = g_strdup (name);
  group->line = scan->place.line;
  group->entries = g_ptr_array_new_with_free_func (free_entry);
  g_ptr_array_add (scan->groups, group);
  g_hash_table_insert (scan->groups_by_name, group->name, group);
  scan->group = group;
}

/* @text begins with '['. */
static void
scan_section (Scan *scan, const char *text)
{
  const size_t length = strcspn (text + 1, "[]");
  const char *end = text + 1 + length;
  scan->has_section = true;
  scan->group = NULL;
  if (length == 0 || *end != ']' || end[1 + strspn (end + 1, " \t")] != '\0') {
    complain (scan, "a section is [Name], alone in its line");
    return;
  }
  g_autofree char *name = g_strndup (text + 1, length);
  enter_group (scan, name);
}

static void
add_entry (Scan *scan, const char *key, const char *value)
{
  g_autofree char *name = g_strconcat (scan->group->name, "]", key, NULL);
  const CamConfigEntry *known = g_hash_table_lookup (scan->entries_by_name, name);
  if (known != NULL) {
    cam_config_problems_add (scan->problems, scan->place, CAM_CONFIG_ERROR_TWICE, "key '%.40s' twice, first in line %u", key, known->line);
    return;
  }
  CamConfigEntry *entry = g_new0 (CamConfigEntry, 1);
  entry->key = g_strdup (key);
  entry->value = g_strdup (value);
  entry->line = scan->place.line;
  g_ptr_array_add (scan->group->entries, entry);
  g_hash_table_insert (scan->entries_by_name, g_steal_pointer (&name), entry);
}

static void
scan_key (Scan *scan, const char *text)
{
  const size_t length = strspn (text, KEY_CHARACTERS);
  const char *equals = text + length + strspn (text + length, " \t");
  /* The line is not repeated: it may be the second half of a password. */
  if (length == 0 || *equals != '=') {
    complain (scan, "expected [Section], Key=value or a # comment");
    return;
  }
  g_autofree char *key = g_strndup (text, length);
  if (!scan->has_section) {
    cam_config_problems_add (scan->problems, scan->place, CAM_CONFIG_ERROR_SYNTAX, "key '%.40s' before the first section", key);
    return;
  }
  if (scan->group == NULL)
    return;
  add_entry (scan, key, equals + 1 + strspn (equals + 1, " \t"));
}

/* What is wrong with the bytes of a line, whatever they mean; NULL for nothing. */
static const char *
find_fault (const char *line, size_t length)
{
  if (length > CAM_CONFIG_MAX_LINE_BYTES)
    return "the line is longer than " G_STRINGIFY (CAM_CONFIG_MAX_LINE_BYTES) " bytes";
  if (memchr (line, '\0', length) != NULL)
    return "the line holds a NUL byte";
  if (!g_utf8_validate (line, (gssize) length, NULL))
    return "the line is not UTF-8";
  for (size_t i = 0; i < length; i++) {
    if (g_ascii_iscntrl (line[i]) && line[i] != '\t')
      return "the line holds a control character";
  }
  return NULL;
}

/* @line: without its end. */
static void
scan_line (Scan *scan, const char *line, size_t length)
{
  if (length > 0 && line[length - 1] == '\r')
    length--;
  const char *fault = find_fault (line, length);
  if (fault != NULL) {
    complain (scan, fault);
    return;
  }
  char *copy = g_strndup (line, length);
  const char *text = copy + strspn (copy, " \t");
  if (*text == '[')
    scan_section (scan, text);
  else if (*text != '\0' && *text != '#')
    scan_key (scan, text);
  explicit_bzero (copy, length);
  g_free (copy);
}

GPtrArray *
cam_config_scan (const char *data, size_t size, const CamConfigSource *source, CamConfigProblems *problems)
{
  g_autoptr (GHashTable) groups_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) entries_by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Scan scan = {.groups = g_ptr_array_new_with_free_func (free_group),
               .groups_by_name = groups_by_name,
               .entries_by_name = entries_by_name,
               .place = {.source = source},
               .problems = problems};
  if (size > CAM_CONFIG_MAX_BYTES) {
    cam_config_problems_add (problems, scan.place, CAM_CONFIG_ERROR_FILE, "larger than 1 MiB");
    return scan.groups;
  }
  const size_t mark = strlen (CAM_CONFIG_BYTE_ORDER_MARK);
  size_t at = size >= mark && memcmp (data, CAM_CONFIG_BYTE_ORDER_MARK, mark) == 0 ? mark : 0;
  while (at < size) {
    const char *end = memchr (data + at, '\n', size - at);
    const size_t length = end != NULL ? (size_t) (end - data) - at : size - at;
    scan.place.line++;
    scan_line (&scan, data + at, length);
    at += length + 1;
  }
  return scan.groups;
}
