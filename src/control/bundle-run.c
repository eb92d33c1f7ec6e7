#include "control/bundle-run.h"

#include "control/json-write.h"
#include "control/support-bundle.h"
#include "core/log-ring.h"

/* What the thread and H both hold. */
typedef struct {
  int refs; /* atomic */
  CamBundleParts parts;
  char *state_folder;  /* owned; what parts names */
  char *name;          /* owned */
  char *base64;        /* owned; the thread's until it has posted */
  int is_over;         /* atomic; the thread has nothing to do any more */
  GMutex lock;         /* held for a post at most */
  CamBundleRun *asker; /* borrowed; NULL: nobody waits any more */
} Job;

struct CamBundleRun {
  const CamControlSetup *setup; /* borrowed */
  CamLoopThread *loop;          /* borrowed */
  Job *job;                     /* ref; the last one; NULL: none yet */
  CamAnswerFunc answer;         /* NULL: nobody waits */
  gpointer data;
  CamLoopTimer *timer; /* owned; while somebody waits */
};

static void
unref_job (gpointer data)
{
  Job *job = data;
  if (!g_atomic_int_dec_and_test (&job->refs))
    return;
  cam_status_unref (job->parts.status);
  g_ptr_array_unref (job->parts.readers);
  g_ptr_array_unref (job->parts.lines);
  g_free (job->state_folder);
  g_free (job->name);
  g_free (job->base64);
  g_mutex_clear (&job->lock);
  g_free (job);
}

static Job *
ref_job (Job *job)
{
  g_atomic_int_inc (&job->refs);
  return job;
}

CamBundleRun *
cam_bundle_run_new (const CamControlSetup *setup, CamLoopThread *loop)
{
  CamBundleRun *self = g_new0 (CamBundleRun, 1);
  self->setup = setup;
  self->loop = loop;
  return self;
}

void
cam_bundle_run_free (CamBundleRun *self)
{
  if (self == NULL)
    return;
  g_assert (self->answer == NULL);
  g_clear_pointer (&self->job, unref_job);
  g_free (self);
}

/* ---- the answer ---- */

/* Once: whoever waits hears it, the thread is not listened to any more. */
static void
answer_with (CamBundleRun *self, CamAnswerKind kind, JsonNode *result, const char *message)
{
  CamAnswerFunc answer = self->answer;
  self->answer = NULL;
  g_clear_pointer (&self->timer, cam_loop_timer_free);
  g_mutex_lock (&self->job->lock);
  self->job->asker = NULL;
  g_mutex_unlock (&self->job->lock);
  answer (kind, result, message, NULL, self->data);
}

static void
on_made (gpointer data)
{
  const Job *job = data;
  CamBundleRun *self = job->asker; /* only H changes it */
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  g_autofree char *file = g_strconcat (job->name, ".tar", NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  cam_json_add_text (builder, "name", file);
  cam_json_add_text (builder, "tar_base64", job->base64);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) result = json_builder_get_root (builder);
  answer_with (self, CAM_ANSWER_OK, result, "");
}

static void
on_late (gpointer data)
{
  answer_with (data, CAM_ANSWER_BUSY, NULL, "the bundle is not made in time: a disk may hang");
}

/* ---- the thread ---- */

static gpointer
make_bundle (gpointer data)
{
  Job *job = data;
  g_autoptr (GBytes) tar = cam_support_bundle_make (&job->parts, job->name);
  gsize size = 0;
  const guchar *bytes = g_bytes_get_data (tar, &size);
  job->base64 = g_base64_encode (bytes, size);
  g_mutex_lock (&job->lock);
  if (job->asker != NULL)
    cam_loop_thread_post (job->asker->loop, on_made, ref_job (job), unref_job);
  g_mutex_unlock (&job->lock);
  g_atomic_int_set (&job->is_over, 1);
  unref_job (job);
  return NULL;
}

/* ---- H ---- */

static Job *
new_job (CamBundleRun *self, CamStatus *status)
{
  Job *job = g_new0 (Job, 1);
  job->refs = 1;
  g_mutex_init (&job->lock);
  job->asker = self;
  job->state_folder = g_strdup (self->setup->state_folder);
  job->name = cam_support_bundle_name (g_get_real_time ());
  job->parts = (CamBundleParts){
      .status = cam_status_ref (status),
      .readers = cam_rtsp_server_list_readers (self->setup->server, NULL),
      .lines = cam_log_ring_list (CAM_LOG_DEBUG, 0, G_MAXUINT),
      .monotonic_us = cam_loop_thread_now_us (self->loop),
      .state_folder = job->state_folder,
  };
  return job;
}

void
cam_bundle_run_begin (CamBundleRun *self, CamAnswerFunc answer, gpointer data)
{
  CAM_ASSERT_ON (self->loop);
  if (self->job != NULL && !g_atomic_int_get (&self->job->is_over)) {
    answer (CAM_ANSWER_BUSY, NULL, "another bundle is being made", NULL, data);
    return;
  }
  g_autoptr (CamStatus) status = cam_status_board_get (self->setup->board);
  if (status == NULL) {
    answer (CAM_ANSWER_BUSY, NULL, "the daemon is starting", NULL, data);
    return;
  }
  g_clear_pointer (&self->job, unref_job);
  self->job = new_job (self, status);
  self->answer = answer;
  self->data = data;
  g_autoptr (GThread) thread = g_thread_try_new ("bundle", make_bundle, ref_job (self->job), NULL);
  if (thread == NULL) {
    g_atomic_int_set (&self->job->is_over, 1);
    unref_job (self->job); /* the thread's */
    answer_with (self, CAM_ANSWER_BUSY, NULL, "there is no thread for it");
    return;
  }
  self->timer = cam_loop_timer_new (self->loop, on_late, self);
  cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->loop) + CAM_BUNDLE_PATIENCE_US);
}

void
cam_bundle_run_close (CamBundleRun *self)
{
  if (self->answer != NULL)
    answer_with (self, CAM_ANSWER_BUSY, NULL, "the daemon stops");
}
