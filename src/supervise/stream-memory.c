#include "supervise/stream-memory.h"

#include <string.h>

#include "camrelay/limits.h"
#include "core/disk-file.h"
#include "core/log.h"
#include "media/stored-description.h"

#define KEPT_US (600 * G_USEC_PER_SEC)      /* between two writes while all is well */
#define PICTURE_US (60 * G_USEC_PER_SEC)    /* between two pictures in any case: a camera may be lost every few seconds, for days */
#define ORIGIN_LENGTH 64                    /* SHA-256 in hexadecimal */
#define TEXT_US (10 * G_USEC_PER_SEC)       /* and between two descriptions: it may say something else each time */
#define MAX_ENTRIES 100000                  /* of the folder, that are looked at */

/* One question for the picture. */
typedef struct {
  CamStreamMemory *memory; /* borrowed; NULL: nobody waits any more */
  void (*func) (GBytes *picture, gpointer data);
  gpointer data; /* borrowed */
} Recall;

struct CamStreamMemory {
  CamDisk *disk;           /* borrowed */
  char *description_path;  /* owned; NULL: nothing is kept */
  char *picture_path;      /* owned; NULL: no picture is kept */
  char *origin;            /* owned; digest of the URL */
  Recall *recall;          /* borrowed: its source owns it; NULL: none under way */
  GBytes *text;            /* ref; as it stands on the disk, as far as we know; NULL: not known */
  CamStreamDescription *description; /* ref; what the picture belongs to */
  int64_t picture_arrived_us; /* of the picture on the disk; 0: not known */
  bool lacks_picture;         /* the one on the disk was of another kind of stream, and is removed */
  int64_t text_kept_us;       /* when they were written; INT64_MIN: never */
  int64_t picture_kept_us;
  uint64_t failures; /* the disk's, when something was written last */
};

static char *
path_of (const char *folder, const char *camera, unsigned stream, const char *suffix)
{
  g_autofree char *name = g_strconcat (camera, ".", cam_stream_name (stream), suffix, NULL);
  return g_build_filename (folder, "streams", name, NULL);
}

CamStreamMemory *
cam_stream_memory_new (CamDisk *disk, const char *folder, const CamCameraConfig *camera, unsigned stream)
{
  CamStreamMemory *self = g_new0 (CamStreamMemory, 1);
  self->disk = disk;
  self->origin = g_compute_checksum_for_string (G_CHECKSUM_SHA256, camera->streams[stream].url, -1);
  self->text_kept_us = self->picture_kept_us = INT64_MIN;
  if (folder == NULL)
    return self;
  self->description_path = path_of (folder, camera->name, stream, "");
  g_autofree char *picture_path = path_of (folder, camera->name, stream, ".key");
  if (camera->remember_picture)
    self->picture_path = g_steal_pointer (&picture_path);
  else
    cam_disk_remove (disk, picture_path);
  return self;
}

void
cam_stream_memory_free (CamStreamMemory *self)
{
  if (self == NULL)
    return;
  if (self->recall != NULL)
    self->recall->memory = NULL;
  cam_stream_description_unref (self->description);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self->origin);
  g_free (self->picture_path);
  g_free (self->description_path);
  g_free (self);
}

/* Recalling. */

CamStreamDescription *
cam_stream_memory_recall (CamStreamMemory *self)
{
  if (self->description_path == NULL)
    return NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = cam_disk_file_read (self->description_path, CAM_STORED_DESCRIPTION_BYTES, &error);
  g_autoptr (CamStreamDescription) description = text != NULL ? cam_stored_description_read (text, self->origin, &error) : NULL;
  bool is_news = description == NULL && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  if (is_news)
    cam_log (CAM_LOG_INFO, NULL, NULL, "'%s' is not used: %s", self->description_path, error->message);
  if (description == NULL)
    return NULL;
  g_clear_pointer (&self->text, g_bytes_unref); /* of an earlier start */
  self->text = g_steal_pointer (&text);
  cam_stream_description_unref (self->description);
  self->description = cam_stream_description_ref (description);
  return g_steal_pointer (&description);
}

static void
recall_free (gpointer data)
{
  Recall *self = data;
  if (self->memory != NULL && self->memory->recall == self)
    self->memory->recall = NULL;
  g_free (self);
}

/* The unit behind the line that says where it was learned; NULL when that is elsewhere. (transfer full) */
static GBytes *
cut_unit (const CamStreamMemory *self, GBytes *content)
{
  size_t size = 0;
  const char *bytes = g_bytes_get_data (content, &size);
  bool is_ours = size > ORIGIN_LENGTH + 1 && memcmp (bytes, self->origin, ORIGIN_LENGTH) == 0 && bytes[ORIGIN_LENGTH] == '\n';
  return is_ours ? g_bytes_new_from_bytes (content, ORIGIN_LENGTH + 1, size - ORIGIN_LENGTH - 1) : NULL;
}

static void
on_picture (GBytes *content, gpointer data)
{
  const Recall *recall = data;
  if (recall->memory == NULL)
    return;
  g_autoptr (GBytes) unit = content != NULL ? cut_unit (recall->memory, content) : NULL;
  recall->func (unit, recall->data);
}

static gboolean
answer_none (gpointer data)
{
  on_picture (NULL, data);
  return G_SOURCE_REMOVE;
}

void
cam_stream_memory_recall_picture (CamStreamMemory *self, void (*func) (GBytes *picture, gpointer data), gpointer data)
{
  if (self->recall != NULL)
    self->recall->memory = NULL;
  Recall *recall = self->recall = g_new0 (Recall, 1);
  *recall = (Recall){.memory = self, .func = func, .data = data};
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  bool is_known = self->picture_path != NULL && self->description != NULL;
  if (is_known) {
    cam_disk_read (self->disk, self->picture_path, ORIGIN_LENGTH + 1 + CAM_LIMIT_UNIT_BYTES, context, on_picture, recall, recall_free);
    return;
  }
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_callback (source, answer_none, recall, recall_free);
  g_source_attach (source, context);
}

/* Keeping. */

/* INT64_MIN: never, so at once. */
static bool
is_due (int64_t last_us, int64_t pause_us, int64_t now_us)
{
  return last_us == INT64_MIN || now_us - last_us >= pause_us;
}

/* It was another stream's, or nobody knows whose. */
static void
forget_picture (CamStreamMemory *self)
{
  self->picture_arrived_us = 0;
  self->lacks_picture = true;
  if (self->picture_path != NULL)
    cam_disk_remove (self->disk, self->picture_path);
}

static void
keep_text (CamStreamMemory *self, CamStreamDescription *description, int64_t now_us)
{
  g_autoptr (GBytes) text = cam_stored_description_write (description, self->origin);
  bool is_kept = self->text != NULL && g_bytes_equal (self->text, text);
  cam_stream_description_ref (description);
  cam_stream_description_unref (self->description);
  self->description = description;
  if (is_kept)
    return;
  self->text_kept_us = now_us;
  cam_disk_write (self->disk, self->description_path, text);
  g_clear_pointer (&self->text, g_bytes_unref);
  self->text = g_steal_pointer (&text);
}

static void
keep_picture (CamStreamMemory *self, const CamAccessUnit *key, int64_t now_us)
{
  g_autoptr (GByteArray) content = g_byte_array_sized_new (ORIGIN_LENGTH + 1 + (guint) key->payload->size);
  g_byte_array_append (content, (const guint8 *) self->origin, ORIGIN_LENGTH);
  g_byte_array_append (content, (const guint8 *) "\n", 1);
  g_byte_array_append (content, key->payload->data, (guint) key->payload->size);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&content));
  cam_disk_write (self->disk, self->picture_path, bytes);
  self->lacks_picture = false;
  self->picture_arrived_us = key->arrived_us;
  self->picture_kept_us = now_us;
}

/* After a failure nobody knows what stands there. */
static void
doubt_after_failures (CamStreamMemory *self)
{
  uint64_t failures = cam_disk_get_failures (self->disk);
  if (failures == self->failures)
    return;
  self->failures = failures;
  g_clear_pointer (&self->text, g_bytes_unref);
  self->picture_arrived_us = 0;
}

void
cam_stream_memory_keep (CamStreamMemory *self, CamStreamDescription *description, const CamAccessUnit *key, int64_t now_us, bool is_urgent)
{
  if (self->description_path == NULL)
    return;
  doubt_after_failures (self);
  bool is_other = self->description == NULL || !cam_stream_description_same_enough (self->description, description);
  if (is_other)
    forget_picture (self);
  if (is_due (self->text_kept_us, is_urgent || is_other ? TEXT_US : KEPT_US, now_us))
    keep_text (self, description, now_us);
  else if (is_other)
    return; /* a picture belongs to the description that stands beside it */
  int64_t pause_us = is_urgent || self->lacks_picture ? PICTURE_US : KEPT_US;
  bool is_picture = self->picture_path != NULL && key != NULL && !key->is_slate && key->payload->size <= CAM_LIMIT_UNIT_BYTES;
  if (is_picture && key->arrived_us != self->picture_arrived_us && is_due (self->picture_kept_us, pause_us, now_us))
    keep_picture (self, key, now_us);
}

/* Forgetting. */

/* "NAME.STREAM", "NAME.STREAM.key", and transport-memory's "NAME.STREAM.udp", each perhaps with ".new" of a write that was cut off. */
static GRegex *
new_shape (void)
{
  return g_regex_new ("^([a-z0-9][a-z0-9_-]{0,31})\\.(main|sub)(\\.key|\\.udp)?(\\.new)?$", G_REGEX_DOLLAR_ENDONLY, 0, NULL);
}

static bool
is_ours (const GRegex *shape, const char *name, char **ret_camera, unsigned *ret_stream)
{
  g_autoptr (GMatchInfo) match = NULL;
  if (!g_regex_match (shape, name, 0, &match))
    return false;
  g_autofree char *stream = g_match_info_fetch (match, 2);
  *ret_camera = g_match_info_fetch (match, 1);
  *ret_stream = g_str_equal (stream, cam_stream_name (CAM_STREAM_SUB)) ? CAM_STREAM_SUB : CAM_STREAM_MAIN;
  return true;
}

static bool
is_forgotten (const GRegex *shape, const CamConfigSet *config, const char *name)
{
  g_autofree char *camera_name = NULL;
  unsigned stream;
  if (!g_utf8_validate (name, -1, NULL) || !is_ours (shape, name, &camera_name, &stream))
    return false;
  const CamCameraConfig *camera = cam_config_set_find_camera (config, camera_name);
  return camera == NULL || camera->streams[stream].url == NULL || g_str_has_suffix (name, ".new");
}

void
cam_stream_memory_forget_others (CamDisk *disk, const char *folder, const CamConfigSet *config)
{
  if (folder == NULL)
    return;
  g_autofree char *path = g_build_filename (folder, "streams", NULL);
  g_autoptr (GDir) streams = g_dir_open (path, 0, NULL);
  if (streams == NULL)
    return;
  g_autoptr (GRegex) shape = new_shape ();
  unsigned looked_at = 0;
  for (const char *name; looked_at < MAX_ENTRIES && (name = g_dir_read_name (streams)) != NULL; looked_at++) {
    if (!is_forgotten (shape, config, name))
      continue;
    g_autofree char *file = g_build_filename (path, name, NULL);
    cam_disk_remove (disk, file);
  }
}
