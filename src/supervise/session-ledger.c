#include "supervise/session-ledger.h"

#include <string.h>

#include "camrelay/log-fields.h"
#include "config/camera-url.h"
#include "core/disk-file.h"
#include "core/log.h"
#include "ingest/rtsp-farewell.h"
#include "supervise/ledger-entry.h"

enum {
  FAREWELLS = 32,     /* under way at once */
  MAX_FILES = 100000, /* of the folder, that are looked at */
};

/* One session that was left behind. */
typedef struct {
  int refs;                 /* atomic: the ledger's, the farewell's, the news' */
  CamSessionLedger *ledger; /* borrowed; NULL once that is gone; M's, as what follows */
  CamCameraConfig *camera;  /* ref */
  unsigned stream;
  CamLedgerEntry *entry;     /* owned */
  CamRtspFarewell *farewell; /* owned; while under way */
  GMainContext *context;     /* ref; M's */
  bool is_ended;             /* the farewell's answer */
} Leftover;

struct CamSessionLedger {
  char *folder;          /* owned; NULL: nothing is kept */
  CamDisk *disk;         /* borrowed */
  CamLoopThread *loop;   /* borrowed */
  CamResolver *resolver; /* borrowed */
  void (*ended) (const char *camera, unsigned stream, gpointer data);
  gpointer data;        /* borrowed */
  GHashTable *entered;  /* of CamLedgerEntry by file, owned: our own sessions */
  GQueue waiting;       /* of Leftover, ref */
  GPtrArray *under_way; /* of Leftover, ref */
};

static void
leftover_unref (gpointer data)
{
  Leftover *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_camera_config_unref (self->camera);
  cam_ledger_entry_free (self->entry);
  g_main_context_unref (self->context);
  g_free (self);
}

static Leftover *
leftover_ref (Leftover *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static char *
name_of (const char *camera, unsigned stream)
{
  return g_strconcat (camera, ".", cam_stream_name (stream), NULL);
}

/* Without a folder nothing is kept over a crash, and all else goes on. */

static void
write_file (CamSessionLedger *self, const char *name, GBytes *text)
{
  g_autofree char *path = self->folder != NULL ? g_build_filename (self->folder, name, NULL) : NULL;
  if (path != NULL)
    cam_disk_write (self->disk, path, text);
}

static void
remove_file (CamSessionLedger *self, const char *name)
{
  g_autofree char *path = self->folder != NULL ? g_build_filename (self->folder, name, NULL) : NULL;
  if (path != NULL)
    cam_disk_remove (self->disk, path);
}

CamSessionLedger *
cam_session_ledger_new (const CamSessionLedgerSetup *setup)
{
  CamSessionLedger *self = g_new0 (CamSessionLedger, 1);
  self->folder = setup->folder != NULL ? g_build_filename (setup->folder, "sessions", NULL) : NULL;
  self->disk = setup->disk;
  self->loop = setup->loop;
  self->resolver = setup->resolver;
  self->ended = setup->ended;
  self->data = setup->data;
  self->entered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) cam_ledger_entry_free);
  self->under_way = g_ptr_array_new_with_free_func (leftover_unref);
  return self;
}

void
cam_session_ledger_free (CamSessionLedger *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < self->under_way->len; i++) {
    Leftover *leftover = g_ptr_array_index (self->under_way, i);
    leftover->ledger = NULL;
    g_clear_pointer (&leftover->farewell, cam_rtsp_farewell_free);
  }
  g_ptr_array_unref (self->under_way);
  g_queue_clear_full (&self->waiting, leftover_unref);
  g_hash_table_unref (self->entered);
  g_free (self->folder);
  g_free (self);
}

/* Our own sessions. */

void
cam_session_ledger_enter (CamSessionLedger *self, const CamCameraConfig *camera, unsigned stream, const CamIngestLease *lease)
{
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (camera->streams[stream].url, NULL);
  if (url == NULL || url->host == NULL)
    return;
  /* A session id or URL that no file can hold is not worth more than the camera's time-out. */
  g_autoptr (CamLedgerEntry) entry = cam_ledger_entry_new (url->host, url->port, lease->url, lease->session);
  if (entry == NULL)
    return;
  g_autofree char *name = name_of (camera->name, stream);
  g_autoptr (GBytes) text = cam_ledger_entry_write (entry);
  write_file (self, name, text);
  g_hash_table_replace (self->entered, g_steal_pointer (&name), g_steal_pointer (&entry));
}

void
cam_session_ledger_strike (CamSessionLedger *self, const char *camera, unsigned stream)
{
  g_autofree char *name = name_of (camera, stream);
  if (g_hash_table_remove (self->entered, name))
    remove_file (self, name);
}

/* What an earlier process left behind, or a connection of ours that broke. */

static void say_farewells (CamSessionLedger *self);

/* The file goes, unless a session of our own has taken its place. */
static void
settle_leftover (CamSessionLedger *self, Leftover *leftover)
{
  g_autofree char *name = name_of (leftover->camera->name, leftover->stream);
  if (!g_hash_table_contains (self->entered, name))
    remove_file (self, name);
  g_clear_pointer (&leftover->farewell, cam_rtsp_farewell_free);
  if (leftover->is_ended) {
    CamLogFields fields = {.camera = leftover->camera->name, .stream = cam_stream_name (leftover->stream)};
    cam_log (CAM_LOG_INFO, NULL, &fields, "the session that was left at the camera is ended");
  }
  if (leftover->is_ended && self->ended != NULL)
    self->ended (leftover->camera->name, leftover->stream, self->data);
}

static gboolean
take_answer (gpointer data)
{
  Leftover *leftover = data;
  CamSessionLedger *self = leftover->ledger;
  if (self == NULL)
    return G_SOURCE_REMOVE;
  settle_leftover (self, leftover);
  g_ptr_array_remove_fast (self->under_way, leftover);
  say_farewells (self);
  return G_SOURCE_REMOVE;
}

/* On the loop. */
static void
on_done (bool is_ended, gpointer data)
{
  Leftover *leftover = data;
  leftover->is_ended = is_ended;
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, take_answer, leftover_ref (leftover), leftover_unref);
  g_source_attach (source, leftover->context);
}

static void
say_farewells (CamSessionLedger *self)
{
  while (self->under_way->len < FAREWELLS && self->waiting.length > 0) {
    Leftover *leftover = g_queue_pop_head (&self->waiting);
    const CamStreamConfig *stream = &leftover->camera->streams[leftover->stream];
    g_ptr_array_add (self->under_way, leftover);
    leftover->farewell = cam_rtsp_farewell_new (&(CamRtspFarewellSetup){
        .loop = self->loop,
        .resolver = self->resolver,
        .url = stream->url,
        .lease = {.url = leftover->entry->url, .session = leftover->entry->session},
        .username = stream->username,
        .password = stream->password,
        .done = on_done,
        .data = leftover_ref (leftover),
        .destroy = leftover_unref,
    });
  }
}

/* The camera whose stream the file @name is about, if there is one. */
static const CamCameraConfig *
find_camera (const CamConfigSet *config, const char *name, unsigned *ret_stream)
{
  const char *dot = strrchr (name, '.');
  if (dot == NULL)
    return NULL;
  g_autofree char *camera_name = g_strndup (name, (size_t) (dot - name));
  const CamCameraConfig *camera = cam_config_set_find_camera (config, camera_name);
  for (unsigned stream = 0; camera != NULL && stream < CAM_N_STREAMS; stream++)
    if (g_str_equal (dot + 1, cam_stream_name (stream)) && camera->streams[stream].url != NULL) {
      *ret_stream = stream;
      return camera;
    }
  return NULL;
}

/* The password goes nowhere but where it is configured to go. */
static bool
is_same_place (const CamCameraConfig *camera, unsigned stream, const CamLedgerEntry *entry)
{
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (camera->streams[stream].url, NULL);
  return url != NULL && url->scheme == CAM_SCHEME_RTSP && g_ascii_strcasecmp (url->host, entry->host) == 0 && url->port == entry->port;
}

static Leftover *
leftover_new (CamSessionLedger *self, CamCameraConfig *camera, unsigned stream, CamLedgerEntry *entry /* (transfer full) */)
{
  Leftover *leftover = g_new0 (Leftover, 1);
  leftover->refs = 1;
  leftover->ledger = self;
  leftover->camera = cam_camera_config_ref (camera);
  leftover->stream = stream;
  leftover->entry = entry;
  leftover->context = g_main_context_ref_thread_default ();
  return leftover;
}

void
cam_session_ledger_reclaim (CamSessionLedger *self, CamCameraConfig *camera, unsigned stream)
{
  g_autofree char *name = name_of (camera->name, stream);
  gpointer key = NULL;
  gpointer entry = NULL;
  if (!g_hash_table_steal_extended (self->entered, name, &key, &entry))
    return;
  g_free (key);
  g_queue_push_tail (&self->waiting, leftover_new (self, camera, stream, entry));
  say_farewells (self);
}

/* NULL when the file is none that a farewell could be said for. */
static Leftover *
read_leftover (CamSessionLedger *self, const CamConfigSet *config, const char *name)
{
  unsigned stream;
  const CamCameraConfig *camera = find_camera (config, name, &stream);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GBytes) text = camera != NULL ? cam_disk_file_read (path, CAM_LEDGER_ENTRY_BYTES, NULL) : NULL;
  g_autoptr (CamLedgerEntry) entry = text != NULL ? cam_ledger_entry_read (text) : NULL;
  if (entry == NULL || !is_same_place (camera, stream, entry))
    return NULL;
  return leftover_new (self, (CamCameraConfig *) camera, stream, g_steal_pointer (&entry));
}

/* The runtime folder is memory, and nothing streams yet: it is read here and now. */
void
cam_session_ledger_settle (CamSessionLedger *self, CamConfigSet *config)
{
  g_autoptr (GDir) files = self->folder != NULL ? g_dir_open (self->folder, 0, NULL) : NULL;
  if (files == NULL)
    return;
  unsigned looked_at = 0;
  for (const char *name; looked_at < MAX_FILES && (name = g_dir_read_name (files)) != NULL; looked_at++) {
    Leftover *leftover = read_leftover (self, config, name);
    if (leftover != NULL)
      g_queue_push_tail (&self->waiting, leftover);
    else
      remove_file (self, name);
  }
  say_farewells (self);
}
