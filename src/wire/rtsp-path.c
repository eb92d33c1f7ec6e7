#include "wire/rtsp-guard.h"

#include <string.h>

#include "wire/rtsp-uri.h"

#define TRACK_PREFIX "stream="
#define AUDIO_KEY "audio="
#define PATH_LENGTH 96 /* "/", a name of 32, "/substream/audio=opus/stream=0": 71, and some for escapes that were not needed */

typedef struct {
  const char *name; /* in lower case */
  unsigned stream;
} StreamRow;

/* "mainStream" and the like are what neolink calls them. */
static const StreamRow stream_rows[] = {
    {"main", 0},
    {"mainstream", 0},
    {"sub", 1},
    {"substream", 1},
};

/* Undoes %XX of @length bytes into @ret_path; false: broken escapes, control characters, longer than any path that exists. */
static bool
decode_path (const char *path, size_t length, char ret_path[PATH_LENGTH])
{
  size_t size = 0;
  for (size_t i = 0; i < length; i++) {
    int c = (unsigned char) path[i];
    if (c == '%') {
      if (length - i < 3 || !g_ascii_isxdigit (path[i + 1]) || !g_ascii_isxdigit (path[i + 2]))
        return false;
      c = g_ascii_xdigit_value (path[i + 1]) * 16 + g_ascii_xdigit_value (path[i + 2]);
      i += 2;
    }
    if (c < 0x20 || size == PATH_LENGTH - 1)
      return false;
    ret_path[size++] = (char) c;
  }
  ret_path[size] = '\0';
  return true;
}

static bool
read_name (const char *segment, CamRtspPath *path)
{
  const size_t length = strspn (segment, "abcdefghijklmnopqrstuvwxyz0123456789_-");
  if (length == 0 || length >= sizeof path->camera || segment[length] != '\0' || !g_ascii_isalnum (segment[0]))
    return false;
  memcpy (path->camera, segment, length + 1);
  return true;
}

static bool
read_stream (const char *segment, CamRtspPath *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS (stream_rows); i++) {
    if (g_ascii_strcasecmp (segment, stream_rows[i].name) != 0)
      continue;
    path->stream = stream_rows[i].stream;
    return true;
  }
  return false;
}

static bool
read_track (const char *segment, CamRtspPath *path)
{
  const size_t prefix = strlen (TRACK_PREFIX);
  if (strncmp (segment, TRACK_PREFIX, prefix) != 0 || !g_ascii_isdigit (segment[prefix]) || segment[prefix + 1] != '\0')
    return false;
  path->track = segment[prefix] - '0';
  return true;
}

/* Clients that append a control to the whole URL put it behind the query: "/cam?a=b/stream=0". */
static void
read_track_in_query (const char *query, CamRtspPath *path)
{
  const char *slash = strrchr (query, '/');
  if (slash != NULL && path->track < 0)
    read_track (slash + 1, path);
}

/* @text: "audio=…", which ends where the next value, a control that was put behind it or a fragment begins. */
static bool
read_audio (const char *text, CamRtspPath *path)
{
  const size_t key = strlen (AUDIO_KEY);
  if (strncmp (text, AUDIO_KEY, key) != 0)
    return false;
  size_t length = MIN (strcspn (text + key, "&/#"), sizeof path->audio - 1);
  memcpy (path->audio, text + key, length);
  path->audio[length] = '\0';
  return true;
}

static void
read_audio_in_query (const char *query, CamRtspPath *path)
{
  for (const char *item = query; *item == '?' || *item == '&'; item += strcspn (item, "&#")) {
    item++;
    if (path->audio[0] == '\0' && read_audio (item, path))
      return;
  }
}

bool
cam_rtsp_path_parse (const char *uri, CamRtspPath *ret_path)
{
  const char *raw = cam_rtsp_uri_get_path (uri);
  if (raw == NULL)
    return false;
  const char *query = raw + strcspn (raw, "?#");
  size_t length = (size_t) (query - raw);
  while (length > 0 && raw[length - 1] == '/')
    length--;
  char decoded[PATH_LENGTH];
  if (!decode_path (raw, length, decoded) || decoded[0] != '/')
    return false;
  g_auto (GStrv) segments = g_strsplit (decoded + 1, "/", 4);
  CamRtspPath path = {.track = -1};
  char **segment = segments;
  if (*segment == NULL || !read_name (*segment++, &path))
    return false;
  if (*segment != NULL && read_stream (*segment, &path))
    segment++;
  if (*segment != NULL && read_audio (*segment, &path))
    segment++;
  if (*segment != NULL && read_track (*segment, &path))
    segment++;
  if (*segment != NULL)
    return false;
  read_track_in_query (query, &path);
  read_audio_in_query (query, &path);
  *ret_path = path;
  return true;
}
