#include "supervise/stream-session-private.h"

bool
cam_stream_session_is_known (const CamStreamSession *self)
{
  g_autoptr (CamStreamDescription) known = cam_stream_hub_ref_description (self->hub);
  return known != NULL;
}

void
cam_stream_session_take_camera (CamStreamSession *self, CamCameraConfig *camera)
{
  cam_camera_config_ref (camera);
  cam_camera_config_unref (self->camera);
  self->camera = camera;
  self->config = &camera->streams[self->stream];
  self->report.camera = camera;
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (self->config->url, NULL);
  self->is_passive = cam_dial_manner_of (url) == CAM_DIAL_MANNER_PASSIVE;
}

void
cam_stream_session_renew (CamStreamSession *self)
{
  if (self->awaits >= CAM_EFFECT_RECONNECTS) {
    g_assert (!cam_stream_feed_has_worker (self->feed));
    cam_stream_dialler_free (self->dialler);
    self->dialler = cam_stream_dialler_new (&self->place, self->camera, self->stream, &cam_stream_session_dialler_events, self);
  }
  if (self->awaits >= CAM_EFFECT_REMOUNTS)
    cam_stream_mount_renew (self->mount);
  self->awaits = CAM_EFFECT_NONE;
}

/* The state table says what becomes of a camera that is reached in another way, or not at all any more. */
static void
act_on_change (CamStreamSession *self, CamKeyEffect effect)
{
  bool was_off = self->lifecycle.state == CAM_CAMERA_OFF || self->lifecycle.state == CAM_CAMERA_DISABLING;
  if (!self->camera->enabled || (effect == CAM_EFFECT_REMOUNTS && !was_off))
    cam_stream_session_act (self, CAM_CAMERA_DISABLE, CAM_GENERATION_CURRENT);
  else if (effect == CAM_EFFECT_RECONNECTS && !was_off)
    cam_stream_session_act (self, self->is_passive ? CAM_CAMERA_RECONFIGURED_PASSIVE : CAM_CAMERA_RECONFIGURED, CAM_GENERATION_CURRENT);
  if (!self->camera->enabled)
    return;
  if (was_off || effect == CAM_EFFECT_REMOUNTS)
    cam_stream_session_enable (self);
  else if (self->lifecycle.state == CAM_CAMERA_IDLE && self->config->start == CAM_START_ALWAYS)
    cam_stream_session_act (self, cam_stream_session_is_known (self) ? CAM_CAMERA_WANTED_KNOWN : CAM_CAMERA_WANTED, CAM_GENERATION_CURRENT);
}

/* What was learned of the stream holds. */
static bool
is_remembered_alike (const CamCameraConfig *before, const CamCameraConfig *after, unsigned stream)
{
  return before->remember_picture == after->remember_picture && g_str_equal (before->streams[stream].url, after->streams[stream].url);
}

void
cam_stream_session_configure (CamStreamSession *self, CamCameraConfig *camera, CamKeyEffect effect, CamSrtPoller *srt)
{
  g_autoptr (CamCameraConfig) before = cam_camera_config_ref (self->camera);
  cam_stream_session_take_camera (self, camera);
  self->place.srt = srt;
  cam_stream_mount_set_camera (self->mount, camera);
  cam_stream_feed_set_camera (self->feed, camera);
  cam_stream_dialler_set_camera (self->dialler, camera);
  cam_stream_chart_set_camera (self->chart, camera);
  self->awaits = MAX (self->awaits, effect);
  if (effect >= CAM_EFFECT_RECONNECTS) {
    cam_stream_feed_renew (self->feed, srt);
    self->dial_wanted = false;
    cam_stream_dialler_disarm (self->dialler);
  }
  bool is_readerless = effect < CAM_EFFECT_REMOUNTS || self->lifecycle.state == CAM_CAMERA_OFF;
  if (self->n_reaping == 0 && !cam_stream_feed_has_worker (self->feed) && is_readerless)
    cam_stream_session_renew (self);
  act_on_change (self, effect);
  /* Last: what was seen until now was kept as the old one's. */
  cam_stream_absence_set_camera (self->absence, camera, is_remembered_alike (before, camera, self->stream));
  cam_stream_session_look_after (self);
}
