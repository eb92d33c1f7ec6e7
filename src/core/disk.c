#include "core/disk-private.h"

#include <stdatomic.h>

#include "core/disk-file.h"
#include "core/log.h"

enum { MAX_WAITING = 256, END_US = G_USEC_PER_SEC };

typedef enum
{
  TASK_WRITE,
  TASK_REMOVE,
  TASK_READ
} TaskKind;

typedef struct {
  TaskKind kind;
  char *path;      /* owned */
  GBytes *content; /* ref; of a write, and of a read once it is done */
  size_t max_bytes; /* of a read, as all below */
  GMainContext *context; /* ref; NULL once the answer is on its way */
  CamDiskReadFunc func;
  gpointer data; /* destroy's */
  GDestroyNotify destroy;
} Task;

struct CamDisk {
  gatomicrefcount references; /* the owner and the thread */
  const CamDiskCalls *calls;  /* borrowed: outlives the thread, as its data */
  gpointer data;
  atomic_uint_fast64_t failures;
  GHashTable *failing; /* owned; path to error code; of the thread alone */
  GMutex lock;
  GCond has_changed;   /* work, the end, or the thread's end */
  GQueue waiting;      /* of Task, owned; under the lock, as all below */
  GHashTable *changes; /* of Task by path, borrowed: the writes and removals that wait */
  bool is_full;        /* the last request found no room */
  bool is_ending;
  bool has_thread;
};

static void
task_free (gpointer data)
{
  Task *self = data;
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self->path);
  g_free (self);
}

static void
unref (CamDisk *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->changes);
  g_hash_table_unref (self->failing);
  g_cond_clear (&self->has_changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The thread's. */

static bool
is_failing_so_already (const CamDisk *self, int code)
{
  GHashTableIter iter;
  gpointer value = NULL;
  g_hash_table_iter_init (&iter, self->failing);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (GPOINTER_TO_INT (value) == code)
      return true;
  }
  return false;
}

static void
note_failure (CamDisk *self, const Task *task, const GError *error)
{
  atomic_fetch_add_explicit (&self->failures, 1, memory_order_relaxed);
  if (!is_failing_so_already (self, error->code))
    cam_log (CAM_LOG_WARNING, NULL, NULL, "cannot keep '%s': %s; going on without", task->path, error->message);
  g_hash_table_replace (self->failing, g_strdup (task->path), GINT_TO_POINTER (error->code));
}

static gboolean
has_code (gpointer path, gpointer code, gpointer gone)
{
  return code == gone;
}

/* What one file failed for is over, so it is for the others: if it is not, they say so. */
static void
note_success (CamDisk *self, const Task *task)
{
  gpointer code = NULL;
  if (!g_hash_table_lookup_extended (self->failing, task->path, NULL, &code))
    return;
  g_hash_table_foreach_remove (self->failing, has_code, code);
  cam_log (CAM_LOG_INFO, NULL, NULL, "'%s' can be kept again", task->path);
}

static gboolean
deliver (gpointer data)
{
  const Task *task = data;
  task->func (task->content, task->data);
  return G_SOURCE_REMOVE;
}

static void
attach_delivery (Task *task)
{
  /* The context alone keeps the task, so that it goes with a context that never runs again. */
  g_autoptr (GMainContext) context = g_steal_pointer (&task->context);
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, task, task_free);
  g_source_attach (source, context);
}

static void
change (CamDisk *self, Task *task)
{
  g_autoptr (GError) error = NULL;
  bool is_done = task->kind == TASK_WRITE ? self->calls->write (task->path, task->content, self->data, &error)
                                          : self->calls->remove (task->path, self->data, &error);
  if (is_done)
    note_success (self, task);
  else
    note_failure (self, task, error);
  task_free (task);
}

static void
read_file (CamDisk *self, Task *task)
{
  g_autoptr (GError) error = NULL;
  task->content = self->calls->read (task->path, task->max_bytes, self->data, &error);
  if (task->content == NULL && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    cam_log (CAM_LOG_WARNING, NULL, NULL, "cannot read '%s': %s; going on without", task->path, error->message);
  attach_delivery (task);
}

/* Without the lock, so that nobody who asks waits for the disk. */
static void
run_first (CamDisk *self)
{
  Task *task = g_queue_pop_head (&self->waiting);
  if (task->kind != TASK_READ)
    g_hash_table_remove (self->changes, task->path);
  self->is_full = false;
  g_mutex_unlock (&self->lock);
  switch (task->kind) {
  case TASK_WRITE:
  case TASK_REMOVE:
    change (self, task);
    break;
  case TASK_READ:
    read_file (self, task);
    break;
  }
  g_mutex_lock (&self->lock);
}

static gpointer
serve (gpointer data)
{
  CamDisk *self = data;
  g_mutex_lock (&self->lock);
  while (self->waiting.length > 0 || !self->is_ending) {
    if (self->waiting.length > 0)
      run_first (self);
    else
      g_cond_wait (&self->has_changed, &self->lock); /* until there is work or the end: nothing is due */
  }
  self->has_thread = false;
  g_cond_broadcast (&self->has_changed);
  g_mutex_unlock (&self->lock);
  unref (self);
  return NULL;
}

/* The askers'. */

/* What waits for the same path becomes this, in its place: between the two nobody has seen the older one. The caller frees @task then. */
static bool
replace_waiting (CamDisk *self, Task *task)
{
  Task *waiting = task->kind == TASK_READ ? NULL : g_hash_table_lookup (self->changes, task->path);
  if (waiting == NULL)
    return false;
  waiting->kind = task->kind;
  GBytes *older = waiting->content;
  waiting->content = task->content;
  task->content = older;
  return true;
}

typedef enum
{
  ENQUEUED,
  REPLACED,
  NO_ROOM,
  NO_ROOM_STILL
} Enqueued;

/* Under the lock; what it says is the caller's to do without it. */
static Enqueued
enqueue (CamDisk *self, Task *task)
{
  if (replace_waiting (self, task))
    return REPLACED;
  if (self->waiting.length >= MAX_WAITING) {
    bool was_full = self->is_full;
    self->is_full = true;
    return was_full ? NO_ROOM_STILL : NO_ROOM;
  }
  g_queue_push_tail (&self->waiting, task);
  if (task->kind != TASK_READ)
    g_hash_table_insert (self->changes, task->path, task);
  g_cond_broadcast (&self->has_changed);
  return ENQUEUED;
}

static void
refuse (CamDisk *self, Task *task)
{
  atomic_fetch_add_explicit (&self->failures, 1, memory_order_relaxed);
  if (task->kind == TASK_READ)
    attach_delivery (task);
  else
    task_free (task);
}

static void
ask (CamDisk *self, Task *task)
{
  g_mutex_lock (&self->lock);
  Enqueued what = enqueue (self, task);
  g_mutex_unlock (&self->lock);
  switch (what) {
  case ENQUEUED:
    break;
  case REPLACED:
    task_free (task);
    break;
  case NO_ROOM:
    cam_log (CAM_LOG_WARNING, NULL, NULL, "the disk does not keep up: '%s' and what follows is not kept until it does", task->path);
    refuse (self, task);
    break;
  case NO_ROOM_STILL:
    refuse (self, task);
    break;
  }
}

static Task *
task_new (TaskKind kind, const char *path)
{
  Task *self = g_new0 (Task, 1);
  self->kind = kind;
  self->path = g_strdup (path);
  return self;
}

void
cam_disk_write (CamDisk *self, const char *path, GBytes *content)
{
  Task *task = task_new (TASK_WRITE, path);
  task->content = g_bytes_ref (content);
  ask (self, task);
}

void
cam_disk_remove (CamDisk *self, const char *path)
{
  ask (self, task_new (TASK_REMOVE, path));
}

void
cam_disk_read (CamDisk *self, const char *path, size_t max_bytes, GMainContext *context, CamDiskReadFunc func, gpointer data, GDestroyNotify destroy)
{
  Task *task = task_new (TASK_READ, path);
  task->max_bytes = max_bytes;
  task->context = g_main_context_ref (context);
  task->func = func;
  task->data = data;
  task->destroy = destroy;
  ask (self, task);
}

uint64_t
cam_disk_get_failures (const CamDisk *self)
{
  return atomic_load_explicit (&self->failures, memory_order_relaxed);
}

CamDisk *
cam_disk_new_with_calls (const CamDiskCalls *calls, gpointer data, GError **error)
{
  CamDisk *self = g_new0 (CamDisk, 1);
  g_atomic_ref_count_init (&self->references);
  self->calls = calls;
  self->data = data;
  self->failing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->has_changed);
  g_queue_init (&self->waiting);
  self->changes = g_hash_table_new (g_str_hash, g_str_equal);
  self->has_thread = true;
  g_atomic_ref_count_inc (&self->references);
  GThread *thread = g_thread_try_new ("disk", serve, self, error);
  if (thread == NULL) {
    unref (self);
    unref (self);
    return NULL;
  }
  g_thread_unref (thread);
  return self;
}

static bool
write_to_disk (const char *path, GBytes *content, gpointer data, GError **error)
{
  return cam_disk_file_write (path, content, error);
}

static bool
remove_from_disk (const char *path, gpointer data, GError **error)
{
  return cam_disk_file_remove (path, error);
}

static GBytes *
read_from_disk (const char *path, size_t max_bytes, gpointer data, GError **error)
{
  return cam_disk_file_read (path, max_bytes, error);
}

CamDisk *
cam_disk_new (GError **error)
{
  static const CamDiskCalls calls = {.write = write_to_disk, .remove = remove_from_disk, .read = read_from_disk};
  return cam_disk_new_with_calls (&calls, NULL, error);
}

/* What a hanging disk leaves undone is dropped here; the thread finds nothing more to do if it ever comes back. */
void
cam_disk_free (CamDisk *self)
{
  if (self == NULL)
    return;
  int64_t deadline_us = g_get_monotonic_time () + END_US;
  g_mutex_lock (&self->lock);
  self->is_ending = true;
  g_cond_broadcast (&self->has_changed);
  bool is_in_time = true;
  while (self->has_thread && is_in_time)
    is_in_time = g_cond_wait_until (&self->has_changed, &self->lock, deadline_us);
  GQueue undone = self->waiting;
  g_queue_init (&self->waiting);
  g_hash_table_remove_all (self->changes);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&undone, task_free);
  unref (self);
}
