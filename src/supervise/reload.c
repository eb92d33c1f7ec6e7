#include "supervise/reload.h"

#include <gio/gio.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "supervise/reload-report.h"

enum { MOST_WAITING = 64, MOST_LINES = 50 };

#define CROWDED "too many reloads wait already"
#define STOPPED "the daemon stops"

typedef struct {
  CamReloadKind kind;
  CamReloadJob *job; /* ref; made when its turn comes, but for what is edited, which it keeps from the beginning */
  CamReloadDoneFunc done; /* NULL: nobody waits */
  gpointer data;          /* borrowed */
  bool has_edit;
} Request;

struct CamReload {
  CamConfigSources sources; /* strings borrowed from first */
  CamReloadJob *first;      /* ref; never run: keeps the sources */
  CamConfigSet *config;     /* ref; what holds */
  CamSupervisor *supervisor; /* borrowed */
  CamReloadParty party;
  GQueue requests;          /* of Request, owned: the first one is under way */
  bool is_stopped;
};

static void run_first (CamReload *self);

static void
free_request (gpointer data)
{
  Request *request = data;
  cam_reload_job_unref (request->job);
  g_free (request);
}

/* Answers. */

static void
log_errors (const GPtrArray *errors)
{
  cam_log (CAM_LOG_ERROR, CAM_MSG_NOT_RELOADED, NULL, "not reloaded: %u error%s, the old configuration stays", errors->len, errors->len == 1 ? "" : "s");
  for (unsigned i = 0; i < MIN (errors->len, MOST_LINES); i++) {
    const GError *error = g_ptr_array_index (errors, i);
    cam_log (CAM_LOG_ERROR, CAM_MSG_CONFIG_ERROR, NULL, "%s", error->message);
  }
}

/* Whoever ordered it is told; the configuration that holds is right. */
static void
log_refused_order (const GPtrArray *errors)
{
  const GError *first = g_ptr_array_index (errors, 0);
  cam_log (CAM_LOG_INFO, CAM_MSG_NOT_RELOADED, NULL, "refused what was ordered: %s%s", first->message, errors->len > 1 ? ", and more" : "");
}

static void
log_outcome (const CamReloadResult *result, bool has_edit)
{
  if (!result->is_ok && has_edit) {
    log_refused_order (result->errors);
    return;
  }
  if (!result->is_ok) {
    log_errors (result->errors);
    return;
  }
  g_autofree char *summary = cam_reload_report_summary (result->diff);
  cam_log (CAM_LOG_INFO, CAM_MSG_RELOADED, NULL, "reloaded: %s", summary);
}

static void
answer (const Request *request, GPtrArray *errors, const CamConfigDiff *diff)
{
  CamReloadResult result = { .is_ok = errors->len == 0, .errors = errors, .diff = errors->len == 0 ? diff : NULL };
  if (request->kind == CAM_RELOAD_APPLY)
    log_outcome (&result, request->has_edit);
  if (request->done != NULL)
    request->done (&result, request->data);
}

/* The request under way is over. */
static void
finish (CamReload *self)
{
  Request *request = g_queue_pop_head (&self->requests);
  GPtrArray *errors = cam_reload_job_get_errors (request->job);
  if (request->kind == CAM_RELOAD_APPLY && (errors->len == 0 || !request->has_edit))
    cam_status_desk_note_reload (cam_supervisor_get_status_desk (self->supervisor), errors->len == 0);
  answer (request, errors, cam_reload_job_get_diff (request->job));
  free_request (request);
  run_first (self);
}

static CamReloadJob *
job_of_first (CamReload *self)
{
  return ((Request *) g_queue_peek_head (&self->requests))->job;
}

/* Steps: read, prepare, write, apply. */

static void
on_applied (gpointer data)
{
  finish (data);
}

static void
tell_job (gpointer data)
{
  cam_reload_job_tell (data);
}

static void
forget_job (gpointer data)
{
  cam_reload_job_unref (data);
}

static void
apply (CamReload *self)
{
  CamReloadJob *job = job_of_first (self);
  CamConfigSet *before = self->config;
  self->config = cam_config_set_ref (cam_reload_job_get_config (job));
  cam_config_set_unref (before);
  cam_reload_job_await (job, on_applied, self);
  cam_supervisor_apply (self->supervisor, self->config, cam_reload_job_get_diff (job), cam_reload_job_steal_draft (job), tell_job, cam_reload_job_ref (job),
                        forget_job);
  self->party.commit (self->party.data);
}

/* What was opened for the configuration of the request under way, and that alone, goes. */
static void
abandon (CamReload *self)
{
  self->party.abandon (self->party.data);
  cam_supervisor_abandon (self->supervisor);
  finish (self);
}

/* Whoever lets nobody in meanwhile comes last. */
static bool
prepare (CamReload *self, const CamReloadJob *job, GError **error)
{
  CamConfigSet *config = cam_reload_job_get_config (job);
  return cam_supervisor_prepare (self->supervisor, config, cam_reload_job_get_draft (job), error) && self->party.prepare (config, self->party.data, error);
}

static void
on_written (gpointer data)
{
  CamReload *self = data;
  if (cam_reload_job_get_errors (job_of_first (self))->len == 0)
    apply (self);
  else
    abandon (self);
}

static void
on_read (gpointer data)
{
  CamReload *self = data;
  const Request *request = g_queue_peek_head (&self->requests);
  CamReloadJob *job = request->job;
  GError *error = NULL;
  if (cam_reload_job_get_errors (job)->len > 0 || request->kind == CAM_RELOAD_CHECK) {
    finish (self);
  } else if (!prepare (self, job, &error)) {
    cam_reload_job_add_error (job, error);
    abandon (self);
  } else if (cam_reload_job_has_edit (job)) {
    cam_reload_job_write (job, on_written, self);
  } else {
    apply (self);
  }
}

static void
run_first (CamReload *self)
{
  Request *request = g_queue_peek_head (&self->requests);
  if (request == NULL)
    return;
  cam_reload_job_set_before (request->job, self->config);
  cam_reload_job_read (request->job, on_read, self);
}

/* Whether @request asks for nothing that one which waits already will not do. */
static bool
is_merged (CamReload *self, const Request *request)
{
  const Request *last = g_queue_peek_tail (&self->requests);
  bool waits = last != NULL && self->requests.length > 1;
  return waits && !request->has_edit && !last->has_edit && request->kind == CAM_RELOAD_APPLY && last->kind == CAM_RELOAD_APPLY &&
         request->done == last->done && request->data == last->data;
}

static void
refuse (const Request *request, const char *why)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  g_ptr_array_add (errors, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, why));
  answer (request, errors, NULL);
}

void
cam_reload_request (CamReload *self, CamReloadKind kind, const CamReloadEdit *edit, CamReloadDoneFunc done, gpointer data)
{
  bool has_edit = edit != NULL && edit->kind != CAM_EDIT_NONE;
  Request *request = g_new (Request, 1);
  *request = (Request) {
    .kind = kind,
    .job = cam_reload_job_new (&self->sources, has_edit ? edit : NULL, self->config, cam_supervisor_get_inbox (self->supervisor), &self->party),
    .done = done,
    .data = data,
    .has_edit = has_edit,
  };
  if (is_merged (self, request)) {
    free_request (request);
    return;
  }
  if (self->is_stopped || self->requests.length > MOST_WAITING) {
    refuse (request, self->is_stopped ? STOPPED : CROWDED);
    free_request (request);
    return;
  }
  g_queue_push_tail (&self->requests, request);
  if (self->requests.length == 1)
    run_first (self);
}

CamReload *
cam_reload_new (const CamConfigSources *sources, CamConfigSet *config, CamSupervisor *supervisor, const CamReloadParty *party)
{
  CamReload *self = g_new0 (CamReload, 1);
  self->first = cam_reload_job_new (sources, NULL, config, cam_supervisor_get_inbox (supervisor), NULL);
  self->party = *party;
  self->sources = *cam_reload_job_get_sources (self->first);
  self->config = cam_config_set_ref (config);
  self->supervisor = supervisor;
  g_queue_init (&self->requests);
  return self;
}

void
cam_reload_stop (CamReload *self)
{
  self->is_stopped = true;
  if (self->requests.length > 0) {
    self->party.abandon (self->party.data);
    cam_supervisor_abandon (self->supervisor);
  }
  for (Request *request; (request = g_queue_pop_head (&self->requests)) != NULL;) {
    cam_reload_job_detach (request->job);
    refuse (request, STOPPED);
    free_request (request);
  }
}

void
cam_reload_free (CamReload *self)
{
  if (self == NULL)
    return;
  cam_reload_stop (self);
  cam_config_set_unref (self->config);
  cam_reload_job_unref (self->first);
  g_free (self);
}
