#include "supervise/stream-session.h"

#include "camrelay/log-fields.h"
#include "core/backoff.h"
#include "core/log.h"
#include "supervise/failure-report.h"
#include "supervise/teardown-steps.h"

enum {
  /* A connection that carried the stream this long was a success: the next dial is at once. */
  SUCCESS_US = 2 * G_USEC_PER_SEC,
};

typedef struct {
  GSource source;
  CamStreamSession *session; /* borrowed: destroys the source */
} SessionSource;

struct CamStreamSession {
  int refs; /* atomic */
  CamStreamPlace place;
  CamCameraConfig *camera; /* ref */
  unsigned stream;
  CamStreamHub *hub; /* ref */
  GMainContext *context; /* ref; M's */
  GSource *timer;        /* owned; armed for the earlier of hold and retry */
  int64_t hold_over_us;  /* INT64_MAX: not armed */
  int64_t retry_due_us;

  CamCameraLifecycle lifecycle;
  CamIngestWorker *worker; /* owned until the reaper has it */
  CamStreamDescription *description; /* ref; of the worker, from live on */
  int64_t live_since_us;             /* 0: this worker never went live */
  unsigned n_reaping; /* jobs under way */
  bool dial_wanted;   /* as soon as they are done */
  CamBackoff backoff;
  CamBackoff auth_backoff;
  CamFailureReport failures;
  CamReason last_reason; /* of the last worker's end */
};

/* News of a worker, by value, on its way to M. */
typedef struct {
  CamStreamSession *session; /* ref */
  uint64_t generation;
  CamStreamDescription *description; /* ref; NULL: ended */
  CamReason reason;
  char *detail; /* owned */
} News;

static void act (CamStreamSession *self, CamCameraEvent event, uint64_t generation);

static CamStreamSession *
session_ref (CamStreamSession *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static const char *
stream_name (const CamStreamSession *self)
{
  return cam_stream_name (self->stream);
}

static CamLogFields
log_fields (const CamStreamSession *self, CamReason reason)
{
  return (CamLogFields) {
    .camera = self->camera->name,
    .stream = stream_name (self),
    .cause = reason == CAM_REASON_NONE ? NULL : cam_reason_word (reason),
  };
}

/* Timers. */

static void
arm_timer (CamStreamSession *self)
{
  int64_t next_us = MIN (self->hold_over_us, self->retry_due_us);
  g_source_set_ready_time (self->timer, next_us == INT64_MAX ? -1 : next_us);
}

void
cam_stream_session_tick (CamStreamSession *self)
{
  int64_t now_us = cam_clock_now_us (self->place.clock);
  /* The hold first: a dial that would be reaped the moment it began is none. */
  if (now_us >= self->hold_over_us) {
    self->hold_over_us = INT64_MAX;
    act (self, CAM_CAMERA_HOLD_OVER, CAM_GENERATION_CURRENT);
  }
  if (now_us >= self->retry_due_us) {
    self->retry_due_us = INT64_MAX;
    act (self, CAM_CAMERA_RETRY_DUE, CAM_GENERATION_CURRENT);
  }
  arm_timer (self);
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc func, gpointer data)
{
  cam_stream_session_tick (((SessionSource *) source)->session);
  return G_SOURCE_CONTINUE;
}

static GSource *
new_timer (CamStreamSession *self)
{
  static const GSourceFuncs functions = { .dispatch = dispatch_timer };
  GSource *source = g_source_new ((GSourceFuncs *) &functions, sizeof (SessionSource));
  ((SessionSource *) source)->session = self;
  g_source_set_name (source, "stream-session");
  g_source_attach (source, self->context);
  return source;
}

static int64_t
retry_delay_us (CamStreamSession *self)
{
  bool is_auth = self->last_reason == CAM_REASON_AUTH || self->last_reason == CAM_REASON_LOCKOUT;
  if (is_auth)
    return cam_backoff_next_patient_us (&self->auth_backoff, g_random_int ());
  bool was_success = self->live_since_us != 0 && cam_clock_now_us (self->place.clock) - self->live_since_us >= SUCCESS_US;
  if (!was_success)
    return cam_backoff_next_us (&self->backoff, g_random_int ());
  cam_backoff_reset (&self->backoff);
  cam_backoff_reset (&self->auth_backoff);
  return 0;
}

static int64_t
arm_retry (CamStreamSession *self)
{
  int64_t delay_us = retry_delay_us (self);
  self->live_since_us = 0;
  self->retry_due_us = cam_clock_now_us (self->place.clock) + delay_us;
  arm_timer (self);
  return delay_us;
}

/* News from the worker. */

static void
news_free (gpointer data)
{
  News *news = data;
  cam_stream_description_unref (news->description);
  g_free (news->detail);
  cam_stream_session_unref (news->session);
  g_free (news);
}

/* The other side's own words, where they say more than the reason alone: ", 401 Unauthorized". */
static char *
detail_of (const News *news)
{
  bool says_more = news->detail != NULL && !g_str_equal (news->detail, cam_reason_text (news->reason));
  return says_more ? g_strconcat (", ", news->detail, NULL) : g_strdup ("");
}

static void
log_lost (CamStreamSession *self, const News *news)
{
  CamLogFields fields = log_fields (self, news->reason);
  g_autofree char *detail = detail_of (news);
  cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_LOST, &fields, "lost: %s%s; dialling again", cam_reason_text (news->reason), detail);
}

static void
log_failure (CamStreamSession *self, const News *news)
{
  int64_t now_us = cam_clock_now_us (self->place.clock);
  CamLogFields fields = log_fields (self, news->reason);
  g_autofree char *detail = detail_of (news);
  switch (cam_failure_report_note (&self->failures, news->reason, now_us)) {
  case CAM_FAILURE_SILENT:
    break;
  case CAM_FAILURE_NEW:
    cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_FAILED, &fields, "cannot connect: %s%s; trying again", cam_reason_text (news->reason), detail);
    break;
  case CAM_FAILURE_STILL:
    cam_log (CAM_LOG_WARNING, CAM_MSG_CAMERA_FAILED, &fields, "still cannot connect: %s%s; %u times in %u s", cam_reason_text (news->reason),
             detail, self->failures.failures, (unsigned) ((now_us - self->failures.first_us) / G_USEC_PER_SEC));
    break;
  }
}

static void
take_ended (CamStreamSession *self, const News *news)
{
  if (news->generation != self->lifecycle.generation || self->worker == NULL)
    return;
  if (self->lifecycle.state == CAM_CAMERA_LIVE)
    log_lost (self, news);
  else if (self->lifecycle.state != CAM_CAMERA_LEAVING)
    log_failure (self, news);
  self->last_reason = news->reason;
  act (self, CAM_CAMERA_ENDED, news->generation);
}

static void
take_live (CamStreamSession *self, const News *news)
{
  if (news->generation != self->lifecycle.generation || self->worker == NULL)
    return;
  g_clear_pointer (&self->description, cam_stream_description_unref);
  self->description = cam_stream_description_ref (news->description);
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (self->hub);
  bool is_same = known != NULL && cam_stream_description_same_enough (known, news->description);
  act (self, is_same ? CAM_CAMERA_LIVE_SAME : CAM_CAMERA_LIVE_OTHER, news->generation);
}

static gboolean
take_news (gpointer data)
{
  const News *news = data;
  if (news->description != NULL)
    take_live (news->session, news);
  else
    take_ended (news->session, news);
  return G_SOURCE_REMOVE;
}

/* Never handled in the caller's stack: a worker may speak before its constructor has returned. */
static void
post_news (News *news)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, take_news, news, news_free);
  g_source_attach (source, news->session->context);
}

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  News *news = g_new0 (News, 1);
  news->session = session_ref (data);
  news->generation = generation;
  news->description = cam_stream_description_ref (description);
  post_news (news);
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  News *news = g_new0 (News, 1);
  news->session = session_ref (data);
  news->generation = generation;
  news->reason = end->reason;
  news->detail = *end->detail != '\0' ? g_strdup (end->detail) : NULL;
  post_news (news);
}

/* Actions. */

static void
dial (CamStreamSession *self)
{
  static const CamIngestEvents events = { .live = on_live, .ended = on_ended };
  /* Cameras that allow one connection refuse the new one while the old one lingers. */
  self->dial_wanted = self->n_reaping > 0;
  if (self->dial_wanted)
    return;
  g_assert (self->worker == NULL);
  self->worker = cam_ingest_worker_new (&(CamIngestSetup) {
      .camera = self->camera,
      .stream = self->stream,
      .generation = ++self->lifecycle.generation,
      .loop = self->place.loop,
      .resolver = self->place.resolver,
      .hub = self->hub,
      .events = &events,
      .data = self,
  });
}

static void
on_reaped (gpointer data)
{
  CamStreamSession *self = data;
  if (--self->n_reaping > 0)
    return;
  act (self, self->worker != NULL ? CAM_CAMERA_CLEARED_PARKED : CAM_CAMERA_CLEARED, CAM_GENERATION_CURRENT);
  if (self->dial_wanted)
    dial (self);
}

static void
reap (CamStreamSession *self, const CamTeardownTable *table, gpointer subject)
{
  self->n_reaping++;
  cam_reaper_add (self->place.reaper, table, self->camera->name, subject, on_reaped, self);
}

static void
reap_worker (CamStreamSession *self)
{
  self->dial_wanted = false;
  g_clear_pointer (&self->description, cam_stream_description_unref);
  if (self->worker != NULL)
    reap (self, &cam_teardown_worker, g_steal_pointer (&self->worker));
}

static void
reap_audience (CamStreamSession *self, bool keep_mount)
{
  CamDeparture *departure = cam_departure_new (self->place.server, self->hub, self->camera->name, self->stream, keep_mount);
  reap (self, &cam_teardown_audience, departure);
}

static void
end_held (CamStreamSession *self)
{
  unsigned n_readers = cam_rtsp_server_count_readers (self->place.server, self->camera->name, self->stream);
  if (n_readers > 0) {
    CamLogFields fields = log_fields (self, CAM_REASON_NONE);
    cam_log (CAM_LOG_INFO, NULL, &fields, "ending %u readers: %s", n_readers,
             self->worker != NULL ? "the camera came back with another format" : "the camera is away");
  }
  /* Whoever asks now is told to come back later, not what the stream was. */
  cam_stream_hub_set_description (self->hub, NULL);
  reap_audience (self, true);
}

static void
publish (CamStreamSession *self)
{
  g_autofree char *text = cam_stream_description_to_string (self->description);
  CamLogFields fields = log_fields (self, CAM_REASON_NONE);
  cam_log (CAM_LOG_INFO, CAM_MSG_CAMERA_CONNECTED, &fields, "connected, %s", text);
  cam_failure_report_reset (&self->failures);
  self->live_since_us = cam_clock_now_us (self->place.clock);
  cam_stream_hub_set_description (self->hub, self->description);
  cam_stream_hub_set_feed (self->hub, CAM_FEED_CAMERA);
  cam_ingest_worker_go_on (self->worker);
}

static void
act (CamStreamSession *self, CamCameraEvent event, uint64_t generation)
{
  unsigned actions = cam_camera_lifecycle_take (&self->lifecycle, event, generation);
  if (actions & CAM_ACT_LOSE)
    cam_stream_hub_set_feed (self->hub, CAM_FEED_NONE);
  if (actions & CAM_ACT_REAP_WORKER)
    reap_worker (self);
  if (actions & CAM_ACT_REAP_AUDIENCE)
    end_held (self);
  if (actions & CAM_ACT_REAP_MOUNT)
    reap_audience (self, false);
  if (actions & CAM_ACT_ARM_HOLD)
    self->hold_over_us = self->camera->hold == INT64_MAX ? INT64_MAX : cam_clock_now_us (self->place.clock) + self->camera->hold;
  if (actions & CAM_ACT_ARM_RETRY)
    arm_retry (self);
  if (actions & CAM_ACT_DISARM)
    self->hold_over_us = self->retry_due_us = INT64_MAX;
  if (actions & (CAM_ACT_ARM_HOLD | CAM_ACT_DISARM))
    arm_timer (self);
  if (actions & CAM_ACT_DIAL)
    dial (self);
  if (actions & CAM_ACT_PUBLISH)
    publish (self);
}

/* Life. */

CamStreamSession *
cam_stream_session_new (const CamStreamPlace *place, CamCameraConfig *camera, unsigned stream)
{
  CamStreamSession *self = g_new0 (CamStreamSession, 1);
  self->refs = 1;
  self->place = *place;
  self->camera = cam_camera_config_ref (camera);
  self->stream = stream;
  self->hub = cam_stream_hub_new (camera->name, cam_stream_name (stream));
  self->context = g_main_context_ref_thread_default ();
  self->hold_over_us = self->retry_due_us = INT64_MAX;
  self->backoff = (CamBackoff) { .shortest_us = camera->backoff.shortest_us, .longest_us = camera->backoff.longest_us };
  self->auth_backoff = (CamBackoff) { .shortest_us = camera->auth_backoff.shortest_us, .longest_us = camera->auth_backoff.longest_us };
  self->timer = new_timer (self);
  cam_rtsp_server_publish (place->server, self->camera, stream, self->hub, place->loop, NULL, NULL);
  return self;
}

void
cam_stream_session_unref (CamStreamSession *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_assert (self->lifecycle.state == CAM_CAMERA_GONE);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_main_context_unref (self->context);
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
  g_free (self);
}

void
cam_stream_session_start (CamStreamSession *self)
{
  if (self->camera->enabled)
    act (self, CAM_CAMERA_GO, CAM_GENERATION_CURRENT);
}

void
cam_stream_session_remove (CamStreamSession *self)
{
  act (self, CAM_CAMERA_REMOVE, CAM_GENERATION_CURRENT);
}

CamCameraState
cam_stream_session_get_state (const CamStreamSession *self)
{
  return self->lifecycle.state;
}
