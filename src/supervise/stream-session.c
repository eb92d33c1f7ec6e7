#include "supervise/stream-session-private.h"

enum {
  PICTURE_US = G_USEC_PER_SEC,   /* until a live stream's first picture may be there to be remembered */
  KEEP_US = 60 * G_USEC_PER_SEC, /* between two times that it is offered to the memory, which writes more rarely */
};

static void
act (CamStreamSession *self, CamCameraEvent event, uint64_t generation)
{
  cam_stream_session_act (self, event, generation);
}

static void
show_feed (CamStreamSession *self);

static int64_t
now_us (const CamStreamSession *self)
{
  return cam_clock_now_us (self->place.clock);
}

static bool
does_somebody_wait (CamStreamSession *self)
{
  return cam_stream_demand_look (self->demand, !cam_stream_session_is_known (self), now_us (self));
}

/* Timers. */

static void
set_alarm (CamStreamSession *self)
{
  int64_t parts_us = MIN (cam_stream_demand_get_due_us (self->demand), cam_stream_dialler_get_due_us (self->dialler));
  cam_main_alarm_set (self->alarm, MIN (parts_us, MIN (self->hold_over_us, self->keep_us)));
}

void
cam_stream_session_tick (CamStreamSession *self)
{
  int64_t now = now_us (self);
  /* The hold first: a dial that would be reaped the moment it began is none. */
  if (now >= self->hold_over_us) {
    self->hold_over_us = INT64_MAX;
    act (self, CAM_CAMERA_HOLD_OVER, CAM_GENERATION_CURRENT);
  }
  if (cam_stream_demand_tick (self->demand, !cam_stream_session_is_known (self), self->config->idle_timeout, now))
    act (self, CAM_CAMERA_UNWANTED, CAM_GENERATION_CURRENT);
  if (now >= self->keep_us)
    self->keep_us = now + (cam_stream_absence_keep (self->absence, false) ? KEEP_US : PICTURE_US);
  if (now >= cam_stream_dialler_get_due_us (self->dialler))
    cam_stream_dialler_tick (self->dialler, does_somebody_wait (self), now);
  set_alarm (self);
}

static void
on_alarm (gpointer data)
{
  cam_stream_session_tick (data);
}

/* News of the worker. */

static void
on_established (uint64_t generation, gpointer data)
{
  CamStreamSession *self = data;
  cam_stream_dialler_established (self->dialler);
}

static void
on_playing (uint64_t generation, gpointer data)
{
  CamStreamSession *self = data;
  cam_stream_dialler_playing (self->dialler);
}

static void
on_live (uint64_t generation, CamStreamDescription *description, gpointer data)
{
  CamStreamSession *self = data;
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (self->hub);
  bool is_same = known != NULL && cam_stream_description_same_enough (known, description);
  act (self, is_same ? CAM_CAMERA_LIVE_SAME : CAM_CAMERA_LIVE_OTHER, generation);
}

static void
on_quiet (uint64_t generation, gpointer data)
{
  CamStreamSession *self = data;
  self->reason = CAM_REASON_STALL;
  if (self->lifecycle.state == CAM_CAMERA_LIVE)
    cam_stream_report_quiet (&self->report, cam_stream_mount_count_readers (self->mount), now_us (self));
  act (self, CAM_CAMERA_QUIET, generation);
}

static void
on_sounds (uint64_t generation, gpointer data)
{
  act (data, CAM_CAMERA_SOUNDS_AGAIN, generation);
}

static void
on_ended (uint64_t generation, const CamIngestEnd *end, gpointer data)
{
  CamStreamSession *self = data;
  self->reason = end->reason;
  cam_stream_chart_note_end (self->chart, end);
  CamDialOrder next = cam_stream_dialler_ended (self->dialler, end, does_somebody_wait (self));
  if (self->lifecycle.state == CAM_CAMERA_LIVE || cam_stream_feed_is_quiet (self->feed))
    cam_stream_report_lost (&self->report, end, next, cam_stream_mount_count_readers (self->mount));
  else
    cam_stream_report_failed (&self->report, end, next, now_us (self));
  act (self, self->is_passive ? CAM_CAMERA_ENDED_PASSIVE : CAM_CAMERA_ENDED, generation);
  cam_stream_absence_explain (self->absence, end->reason);
}

static const CamIngestEvents feed_events = {
  .established = on_established,
  .playing = on_playing,
  .live = on_live,
  .quiet = on_quiet,
  .sounds = on_sounds,
  .ended = on_ended,
};

/* News of the dialler and of clients. */

static void
on_due (gpointer data)
{
  act (data, CAM_CAMERA_RETRY_DUE, CAM_GENERATION_CURRENT);
}

static void
on_dial (bool has_socket, int socket, gpointer data)
{
  CamStreamSession *self = data;
  CamTransport transport = cam_stream_dialler_get_transport (self->dialler);
  self->lifecycle.generation = cam_stream_feed_dial (self->feed, transport, has_socket, socket);
  show_feed (self);
}

static void
on_talk (gpointer data)
{
  CamStreamSession *self = data;
  cam_stream_feed_talk (self->feed);
}

static void
on_refused (const CamIngestEnd *end, gpointer data)
{
  CamStreamSession *self = data;
  cam_stream_feed_refuse (self->feed, end);
}

const CamStreamDiallerEvents cam_stream_session_dialler_events = { .due = on_due, .dial = on_dial, .talk = on_talk, .refused = on_refused };

static void
on_wanted (gpointer data)
{
  CamStreamSession *self = data;
  if (self->lifecycle.state != CAM_CAMERA_IDLE)
    return;
  cam_stream_report_wanted (&self->report);
  act (self, cam_stream_session_is_known (self) ? CAM_CAMERA_WANTED_KNOWN : CAM_CAMERA_WANTED, CAM_GENERATION_CURRENT);
}

/* Actions. */

/* Cameras that allow one connection refuse the new one while the old one lingers. */
static void
dial (CamStreamSession *self)
{
  self->dial_wanted = self->n_reaping > 0;
  if (!self->dial_wanted)
    cam_stream_dialler_dial (self->dialler);
}

/* What came while readers were being ended. */
static void
settle (CamStreamSession *self)
{
  if (self->lifecycle.state == CAM_CAMERA_LIVE && cam_stream_feed_is_quiet (self->feed))
    on_quiet (CAM_GENERATION_CURRENT, self);
  if (self->lifecycle.state == CAM_CAMERA_LISTENING && cam_stream_feed_is_offered (self->feed))
    act (self, CAM_CAMERA_WANTED, CAM_GENERATION_CURRENT);
}

static void
on_reaped (gpointer data)
{
  CamStreamSession *self = data;
  if (--self->n_reaping > 0)
    return;
  cam_stream_session_renew (self);
  CamCameraEvent unparked = self->is_passive ? CAM_CAMERA_CLEARED_PASSIVE : CAM_CAMERA_CLEARED;
  act (self, cam_stream_feed_has_worker (self->feed) ? CAM_CAMERA_CLEARED_PARKED : unparked, CAM_GENERATION_CURRENT);
  settle (self);
  if (self->dial_wanted) {
    dial (self);
    set_alarm (self);
  }
  if (self->lifecycle.state == CAM_CAMERA_GONE && self->place.gone != NULL)
    self->place.gone (self->place.data);
}

static void
on_worker_reaped (gpointer data)
{
  CamStreamSession *self = data;
  cam_stream_dialler_closed (self->dialler);
  on_reaped (self);
}

static void
reap_worker (CamStreamSession *self)
{
  if (cam_stream_feed_is_flowing (self->feed))
    cam_stream_dialler_left (self->dialler);
  self->n_reaping += cam_stream_feed_reap (self->feed);
}

static void
end_audience (CamStreamSession *self)
{
  const char *why = "the camera is away";
  if (self->lifecycle.state == CAM_CAMERA_DISABLING)
    why = self->camera->enabled ? "the camera is configured in another way" : "the camera is disabled";
  else if (cam_stream_feed_has_worker (self->feed))
    why = "the camera came back with another format";
  cam_stream_report_ending (&self->report, cam_stream_mount_count_readers (self->mount), why);
  /* Whoever asks now is told to come back later, not what the stream was. */
  cam_stream_hub_set_description (self->hub, NULL);
  self->n_reaping++;
  cam_stream_mount_end_readers (self->mount);
}

static void
remove_mount (CamStreamSession *self)
{
  self->n_reaping++;
  cam_stream_mount_remove (self->mount);
}

static void
disarm (CamStreamSession *self)
{
  self->hold_over_us = INT64_MAX;
  self->dial_wanted = false;
  cam_stream_dialler_disarm (self->dialler);
}

static void
publish (CamStreamSession *self)
{
  self->reason = CAM_REASON_NONE;
  self->keep_us = now_us (self) + PICTURE_US; /* its first picture may be there by then */
  cam_stream_dialler_live (self->dialler);
  CamStreamDescription *description = cam_stream_feed_get_description (self->feed);
  cam_stream_hub_set_description (self->hub, description);
  cam_stream_hub_set_feed (self->hub, CAM_FEED_CAMERA);
  cam_stream_feed_go_on (self->feed);
  cam_stream_report_connected (&self->report, description); /* whoever reads that may ask at once */
}

static void
lose (CamStreamSession *self)
{
  self->keep_us = INT64_MAX;
  cam_stream_absence_keep (self->absence, true);
  cam_stream_hub_set_feed (self->hub, CAM_FEED_NONE);
}

static void
obey (CamStreamSession *self, unsigned actions)
{
  if (actions & CAM_ACT_DISARM)
    disarm (self);
  if (actions & CAM_ACT_LOSE)
    lose (self);
  if (actions & CAM_ACT_END_SLATE)
    cam_stream_absence_end (self->absence);
  if (actions & CAM_ACT_BEGIN_SLATE)
    cam_stream_absence_begin (self->absence, self->reason);
  if (actions & CAM_ACT_REAP_WORKER)
    reap_worker (self);
  if (actions & CAM_ACT_REAP_AUDIENCE)
    end_audience (self);
  if (actions & CAM_ACT_REAP_MOUNT)
    remove_mount (self);
  if (actions & CAM_ACT_ARM_HOLD)
    self->hold_over_us = self->camera->hold == INT64_MAX ? INT64_MAX : now_us (self) + self->camera->hold;
  if (actions & CAM_ACT_ARM_RETRY)
    cam_stream_dialler_arm (self->dialler);
  if (actions & CAM_ACT_HASTEN)
    cam_stream_dialler_insist (self->dialler);
  if (actions & CAM_ACT_DIAL)
    dial (self);
  if (actions & CAM_ACT_PUBLISH)
    publish (self);
}

/* Whether senders are taken now. */
static bool
is_open (const CamStreamSession *self)
{
  return self->is_passive && cam_camera_state_is_open (self->lifecycle.state);
}

static void
show_feed (CamStreamSession *self)
{
  cam_stream_feed_show (self->feed, is_open (self));
}

void
cam_stream_session_act (CamStreamSession *self, CamCameraEvent event, uint64_t generation)
{
  CamCameraState before = self->lifecycle.state;
  obey (self, cam_camera_lifecycle_take (&self->lifecycle, event, generation));
  if (self->lifecycle.state == CAM_CAMERA_IDLE && before != CAM_CAMERA_IDLE && event == CAM_CAMERA_UNWANTED)
    cam_stream_report_unwanted (&self->report);
  cam_stream_session_look_after (self);
}

void
cam_stream_session_look_after (CamStreamSession *self)
{
  bool is_on_demand = self->config->start == CAM_START_ON_DEMAND;
  cam_stream_demand_watch (self->demand, is_on_demand && cam_camera_state_is_at_work (self->lifecycle.state), now_us (self));
  show_feed (self);
  set_alarm (self);
  cam_stream_chart_note_state (self->chart, &self->lifecycle, self->reason);
}

/* Orders. */

void
cam_stream_session_take_sender (CamStreamSession *self, int srt_sender, const char *address)
{
  bool is_replacing = cam_stream_feed_is_taken (self->feed);
  cam_stream_feed_offer (self->feed, srt_sender);
  cam_stream_chart_note_sender (self->chart, address);
  if (is_open (self))
    cam_stream_report_sender (&self->report, address, is_replacing, now_us (self));
  act (self, self->lifecycle.state == CAM_CAMERA_LISTENING ? CAM_CAMERA_WANTED : CAM_CAMERA_REPLACED, CAM_GENERATION_CURRENT);
}

/* How a stream starts depends on how it is configured and what is remembered of it. */
static CamCameraEvent
choose_start (const CamStreamSession *self)
{
  if (self->config->start == CAM_START_ON_DEMAND && !self->is_passive)
    return CAM_CAMERA_GO_ON_DEMAND;
  if (self->is_passive)
    return cam_stream_session_is_known (self) ? CAM_CAMERA_GO_PASSIVE_KNOWN : CAM_CAMERA_GO_PASSIVE;
  return cam_stream_session_is_known (self) ? CAM_CAMERA_GO_KNOWN : CAM_CAMERA_GO;
}

void
cam_stream_session_enable (CamStreamSession *self)
{
  if (self->lifecycle.state == CAM_CAMERA_OFF)
    cam_stream_absence_recall (self->absence);
  act (self, choose_start (self), CAM_GENERATION_CURRENT);
}

void
cam_stream_session_start (CamStreamSession *self)
{
  if (self->camera->enabled)
    cam_stream_session_enable (self);
}

void
cam_stream_session_disable (CamStreamSession *self)
{
  act (self, CAM_CAMERA_DISABLE, CAM_GENERATION_CURRENT);
}

void
cam_stream_session_retry_now (CamStreamSession *self)
{
  cam_stream_dialler_insist (self->dialler);
  act (self, CAM_CAMERA_RETRY_NOW, CAM_GENERATION_CURRENT);
}

void
cam_stream_session_made_room (CamStreamSession *self)
{
  cam_stream_dialler_made_room (self->dialler);
  set_alarm (self);
}

void
cam_stream_session_remove (CamStreamSession *self)
{
  self->awaits = CAM_EFFECT_NONE; /* a mount that was to be made anew would outlive the session */
  act (self, CAM_CAMERA_REMOVE, CAM_GENERATION_CURRENT);
}

CamCameraState
cam_stream_session_get_state (const CamStreamSession *self)
{
  return self->lifecycle.state;
}

CamStreamStatus *
cam_stream_session_describe (CamStreamSession *self, const CamStatus *whole, bool is_beat)
{
  return cam_stream_chart_describe (self->chart, whole, is_beat);
}

/* Life. */

CamStreamSession *
cam_stream_session_new (const CamStreamPlace *place, CamCameraConfig *camera, unsigned stream)
{
  CamStreamSession *self = g_new0 (CamStreamSession, 1);
  self->place = *place;
  self->stream = stream;
  cam_stream_session_take_camera (self, camera);
  self->hub = cam_stream_hub_new_within (place->memory, camera->name, cam_stream_name (stream));
  self->hold_over_us = self->keep_us = INT64_MAX;
  self->report.stream = stream;
  self->alarm = cam_main_alarm_new (place->inbox, "a stream's timers", on_alarm, self);
  self->feed = cam_stream_feed_new (&self->place, camera, stream, self->hub, &feed_events, on_worker_reaped, self);
  self->dialler = cam_stream_dialler_new (&self->place, camera, stream, &cam_stream_session_dialler_events, self);
  self->demand = cam_stream_demand_new (&self->place, camera->name, stream, on_wanted, self);
  self->absence = cam_stream_absence_new (&self->place, camera, stream, self->hub);
  self->mount = cam_stream_mount_new (&self->place, camera, stream, self->hub, cam_stream_demand_note, self->demand, on_reaped, self);
  self->chart = cam_stream_chart_new (&self->place, camera, stream, self->hub, self->feed, self->absence);
  return self;
}

void
cam_stream_session_free (CamStreamSession *self)
{
  if (self == NULL)
    return;
  g_assert (self->lifecycle.state == CAM_CAMERA_GONE);
  cam_main_alarm_free (self->alarm);
  cam_stream_chart_free (self->chart);
  cam_stream_mount_free (self->mount);
  cam_stream_absence_free (self->absence);
  cam_stream_demand_free (self->demand);
  cam_stream_dialler_free (self->dialler);
  cam_stream_feed_free (self->feed);
  cam_stream_hub_unref (self->hub);
  cam_camera_config_unref (self->camera);
  g_free (self);
}
