#include "wire/sdp-text.h"

#include <string.h>

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* One line without blanks around it: made a string in place. NULL when nothing is left. */
static const char *
cut_line (char *start, char *end)
{
  while (start < end && is_blank (*start))
    start++;
  while (start < end && is_blank (end[-1]))
    end--;
  *end = '\0';
  return start < end ? start : NULL;
}

static bool
is_media_line (const char *line)
{
  return line[0] == 'm' && line[1] == '=';
}

static size_t
split_lines (char *copy, const char **lines)
{
  size_t n = 0;
  bool is_last = false;
  for (char *start = copy; !is_last;) {
    char *end = start + strcspn (start, "\r\n");
    is_last = *end == '\0';
    const char *line = cut_line (start, end);
    if (line != NULL)
      lines[n++] = line;
    start = end + 1;
  }
  return n;
}

static void
find_sections (CamSdpText *self, size_t n_lines)
{
  CamSdpSection *section = &self->session;
  CamSdpSection beyond;
  section->lines = self->lines;
  for (size_t i = 0; i < n_lines; i++) {
    if (is_media_line (self->lines[i])) {
      section = self->n_media < CAM_LIMIT_SDP_MEDIA ? &self->media[self->n_media] : &beyond;
      *section = (CamSdpSection){.lines = self->lines + i};
      self->n_media++;
    }
    section->n_lines++;
  }
}

CamSdpText *
cam_sdp_text_new (const char *text, size_t length)
{
  CamSdpText *self = g_new0 (CamSdpText, 1);
  self->copy = g_strndup (text, length);
  size_t most = 1;
  for (const char *at = self->copy; *at != '\0'; at++)
    most += *at == '\r' || *at == '\n';
  self->lines = g_new (const char *, most);
  find_sections (self, split_lines (self->copy, self->lines));
  return self;
}

void
cam_sdp_text_free (CamSdpText *self)
{
  if (self == NULL)
    return;
  g_free (self->lines);
  g_free (self->copy);
  g_free (self);
}

/* NULL when the line is no "a=NAME", with a colon and more or without. */
static const char *
match_attribute (const char *line, const char *name)
{
  size_t length = strlen (name);
  if (line[0] != 'a' || line[1] != '=' || g_ascii_strncasecmp (line + 2, name, length) != 0)
    return NULL;
  const char *value = line + 2 + length;
  if (*value == '\0')
    return value;
  if (*value != ':')
    return NULL;
  return value + 1 + strspn (value + 1, " \t");
}

const char *
cam_sdp_section_next_attribute (const CamSdpSection *self, const char *name, size_t *at)
{
  while (*at < self->n_lines) {
    const char *value = match_attribute (self->lines[(*at)++], name);
    if (value != NULL)
      return value;
  }
  return NULL;
}

const char *
cam_sdp_section_get_attribute (const CamSdpSection *self, const char *name)
{
  size_t at = 0;
  return cam_sdp_section_next_attribute (self, name, &at);
}

bool
cam_sdp_section_has_attribute (const CamSdpSection *self, const char *name)
{
  return cam_sdp_section_get_attribute (self, name) != NULL;
}
