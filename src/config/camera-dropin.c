#include "config/camera-dropin.h"

#include <string.h>

#include "config/config-error.h"
#include "config/config-scan.h"
#include "config/config-section.h"
#include "config/config-table.h"
#include "config/unknown-key.h"

/* Sections of a drop-in need no name: whom they are about is in the file's path. */
#define ANY_CAMERA "camera"

char *
cam_camera_dropin_path (const char *state_folder, const char *camera)
{
  g_autofree char *folder = g_strconcat (camera, CAM_DROPIN_FOLDER_SUFFIX, NULL);
  return g_build_filename (state_folder, CAM_DROPIN_CAMERAS, folder, CAM_DROPIN_FILE, NULL);
}

/* Passwords are in it. */
static void
free_line (gpointer data)
{
  char *line = data;
  explicit_bzero (line, strlen (line));
  g_free (line);
}

/* Without the line ends and without the mark that some editors begin a file with; text after the last line end is a line. (of char *, owned) */
static GPtrArray *
split_lines (const char *text)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (free_line);
  if (g_str_has_prefix (text, CAM_CONFIG_BYTE_ORDER_MARK))
    text += strlen (CAM_CONFIG_BYTE_ORDER_MARK);
  while (*text != '\0') {
    const size_t length = strcspn (text, "\n");
    g_ptr_array_add (lines, g_strndup (text, length));
    text += length + (text[length] == '\n');
  }
  return lines;
}

static const char *
line_at (const GPtrArray *lines, unsigned i)
{
  return g_ptr_array_index (lines, i);
}

static const char *
skip_blanks (const char *text)
{
  return text + strspn (text, " \t\r");
}

static bool
is_header (const char *line)
{
  return *skip_blanks (line) == '[';
}

static bool
is_header_of (const char *line, CamCameraPart part)
{
  if (!is_header (line))
    return false;
  const char *title = skip_blanks (line) + 1;
  g_autofree char *name = g_strndup (title, strcspn (title, "]"));
  g_auto (CamConfigSection) section = {.section = NULL};
  return cam_config_section_parse (name, ANY_CAMERA, &section, NULL) && section.kind == CAM_SECTION_CAMERA && section.part == part;
}

static bool
is_line_of (const char *line, const char *key)
{
  const char *text = skip_blanks (line);
  const size_t length = strlen (key);
  return strncmp (text, key, length) == 0 && text[length + strspn (text + length, " \t")] == '=';
}

/* The line of @part's header, or the number of lines. */
static unsigned
find_header (const GPtrArray *lines, CamCameraPart part)
{
  unsigned i = 0;
  while (i < lines->len && !is_header_of (line_at (lines, i), part))
    i++;
  return i;
}

/* The first line behind @header that is another header, or the number of lines. */
static unsigned
find_end (const GPtrArray *lines, unsigned header)
{
  unsigned i = header + 1;
  while (i < lines->len && !is_header (line_at (lines, i)))
    i++;
  return MIN (i, lines->len);
}

static unsigned
find_key (const GPtrArray *lines, unsigned begin, unsigned end, const char *key)
{
  unsigned i = begin;
  while (i < end && !is_line_of (line_at (lines, i), key))
    i++;
  return i;
}

/* Takes out the section at @header when it says nothing any more. */
static void
remove_if_bare (GPtrArray *lines, unsigned header)
{
  const unsigned end = find_end (lines, header);
  for (unsigned i = header + 1; i < end; i++) {
    if (*skip_blanks (line_at (lines, i)) != '\0')
      return;
  }
  g_ptr_array_remove_range (lines, header, end - header);
}

static void
remove_key (GPtrArray *lines, CamCameraPart part, const char *key)
{
  const unsigned header = find_header (lines, part);
  if (header == lines->len)
    return;
  const unsigned at = find_key (lines, header + 1, find_end (lines, header), key);
  if (at == find_end (lines, header))
    return;
  g_ptr_array_remove_index (lines, at);
  remove_if_bare (lines, header);
}

static void
append_section (GPtrArray *lines, CamCameraPart part)
{
  if (lines->len > 0 && *skip_blanks (line_at (lines, lines->len - 1)) != '\0')
    g_ptr_array_add (lines, g_strdup (""));
  g_ptr_array_add (lines, g_strdup (cam_camera_part_title (part)));
}

static void
put_key (GPtrArray *lines, CamCameraPart part, const char *key, const char *value)
{
  unsigned header = find_header (lines, part);
  if (header == lines->len) {
    append_section (lines, part);
    header = lines->len - 1;
  }
  const unsigned end = find_end (lines, header);
  unsigned at = find_key (lines, header + 1, end, key);
  if (at < end) {
    g_ptr_array_remove_index (lines, at);
  } else {
    while (*skip_blanks (line_at (lines, at - 1)) == '\0')
      at--;
  }
  g_ptr_array_insert (lines, (int) at, g_strconcat (key, "=", value, NULL));
}

static bool
fail (const CamDropinSetting *setting, const char *message, GError **error)
{
  g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE, "[%s] %s: %s", setting->section, setting->key, message);
  return false;
}

/* Whether what is read again would be what was meant. The value is not repeated: it may be a password. */
static bool
check_value (const CamDropinSetting *setting, CamKeyType type, GError **error)
{
  const char *value = setting->value;
  if (value == NULL)
    return true;
  const size_t length = strlen (value);
  if (strlen (setting->key) + strlen ("=") + length > CAM_CONFIG_MAX_LINE_BYTES)
    return fail (setting, "the line is longer than " G_STRINGIFY (CAM_CONFIG_MAX_LINE_BYTES) " bytes", error);
  if (!g_utf8_validate (value, (gssize) length, NULL))
    return fail (setting, "the value is not UTF-8", error);
  for (size_t i = 0; i < length; i++) {
    if (g_ascii_iscntrl (value[i]) && value[i] != '\t')
      return fail (setting, "the value holds a line end or another control character", error);
  }
  const bool is_raw = type == CAM_KEY_TYPE_SECRET || type == CAM_KEY_TYPE_RAW;
  if (is_raw && (*value == ' ' || *value == '\t'))
    return fail (setting, "a value that begins with a blank cannot stand in a file; a password goes into a credential", error);
  return true;
}

static bool
check_setting (const CamDropinSetting *setting, CamPartKey *ret_key, GError **error)
{
  g_auto (CamConfigSection) section = {.section = NULL};
  if (!cam_config_section_parse (setting->section, ANY_CAMERA, &section, error))
    return false;
  g_autofree char *title = g_strdup_printf ("[%s]", setting->section);
  if (section.kind != CAM_SECTION_CAMERA || strcmp (title, cam_camera_part_title (section.part)) != 0) {
    g_autofree char *quoted = cam_config_quote (setting->section);
    g_set_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_UNKNOWN, "%s is no section of a camera's own file", quoted);
    return false;
  }
  const int row = cam_config_section_find_key (&section, setting->key);
  if (row < 0) {
    g_autofree char *message = cam_config_describe_unknown_key (&section, setting->key);
    g_set_error_literal (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_UNKNOWN, message);
    return false;
  }
  *ret_key = (CamPartKey){section.part, (CamConfigKeyId) row};
  return check_value (setting, cam_config_keys[row].type, error);
}

/* Every line with its end. NULL when that is more than a file may be. */
static char *
join_lines (const GPtrArray *lines, GError **error)
{
  size_t size = 0;
  for (unsigned i = 0; i < lines->len; i++)
    size += strlen (line_at (lines, i)) + 1;
  if (size > CAM_CONFIG_MAX_BYTES) {
    g_set_error_literal (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_FILE, "the drop-in would be larger than 1 MiB");
    return NULL;
  }
  char *text = g_malloc (size + 1);
  char *end = text;
  for (unsigned i = 0; i < lines->len; i++) {
    end = g_stpcpy (end, line_at (lines, i));
    *end++ = '\n';
  }
  *end = '\0';
  return text;
}

char *
cam_camera_dropin_edit (const char *text, const CamDropinSetting *settings, unsigned n_settings, GError **error)
{
  g_autoptr (GPtrArray) lines = split_lines (text != NULL ? text : "");
  for (unsigned i = 0; i < n_settings; i++) {
    CamPartKey key = {CAM_PART_CAMERA, CAM_KEY_Camera_URL};
    if (!check_setting (&settings[i], &key, error))
      return NULL;
    if (settings[i].value == NULL) {
      remove_key (lines, key.part, settings[i].key);
      continue;
    }
    put_key (lines, key.part, settings[i].key, settings[i].value);
    const CamPartKey *twin = cam_config_find_twin (key);
    if (twin != NULL)
      remove_key (lines, twin->part, cam_config_keys[twin->key].name);
  }
  return join_lines (lines, error);
}
