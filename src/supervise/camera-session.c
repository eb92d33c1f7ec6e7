#include "supervise/camera-session.h"

struct CamCameraSession {
  CamStreamPlace place;
  char *name;              /* owned */
  CamCameraConfig *camera; /* ref; NULL: it is configured no more */
  CamStreamSession *streams[CAM_N_STREAMS]; /* owned; NULL where there is none */
};

static bool
is_leaving (const CamStreamSession *stream)
{
  CamCameraState state = cam_stream_session_get_state (stream);
  return state == CAM_CAMERA_LEAVING || state == CAM_CAMERA_GONE;
}

static bool
has_url (const CamCameraSession *self, unsigned stream)
{
  return self->camera != NULL && self->camera->streams[stream].url != NULL;
}

CamCameraSession *
cam_camera_session_new (const CamStreamPlace *place, CamCameraConfig *camera)
{
  CamCameraSession *self = g_new0 (CamCameraSession, 1);
  self->place = *place;
  self->name = g_strdup (camera->name);
  self->camera = cam_camera_config_ref (camera);
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (has_url (self, stream))
      self->streams[stream] = cam_stream_session_new (place, camera, stream);
  }
  return self;
}

void
cam_camera_session_free (CamCameraSession *self)
{
  if (self == NULL)
    return;
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
    cam_stream_session_free (self->streams[stream]);
  cam_camera_config_unref (self->camera);
  g_free (self->name);
  g_free (self);
}

void
cam_camera_session_start (CamCameraSession *self)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL)
      cam_stream_session_start (self->streams[stream]);
  }
}

static void
set_camera (CamCameraSession *self, CamCameraConfig *camera)
{
  if (camera != NULL)
    cam_camera_config_ref (camera);
  cam_camera_config_unref (self->camera);
  self->camera = camera;
}

static void
make_missing (CamCameraSession *self, unsigned stream)
{
  if (self->streams[stream] != NULL || !has_url (self, stream))
    return;
  self->streams[stream] = cam_stream_session_new (&self->place, self->camera, stream);
  cam_stream_session_start (self->streams[stream]);
}

void
cam_camera_session_configure (CamCameraSession *self, CamCameraConfig *camera, const CamKeyEffect effects[CAM_N_STREAMS], CamSrtPoller *srt)
{
  set_camera (self, camera);
  self->place.srt = srt;
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    CamStreamSession *stream = self->streams[i];
    if (stream == NULL)
      make_missing (self, i);
    else if (!has_url (self, i))
      cam_stream_session_remove (stream);
    else if (!is_leaving (stream))
      cam_stream_session_configure (stream, camera, effects[i], srt);
  }
}

void
cam_camera_session_remove (CamCameraSession *self)
{
  set_camera (self, NULL);
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL)
      cam_stream_session_remove (self->streams[stream]);
  }
}

void
cam_camera_session_settle (CamCameraSession *self)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL && cam_stream_session_get_state (self->streams[stream]) == CAM_CAMERA_GONE)
      g_clear_pointer (&self->streams[stream], cam_stream_session_free);
    make_missing (self, stream);
  }
}

CamLoopThread *
cam_camera_session_get_loop (const CamCameraSession *self)
{
  return self->place.loop;
}

bool
cam_camera_session_is_enabled (const CamCameraSession *self)
{
  return self->camera != NULL && self->camera->enabled;
}

CamStreamSession *
cam_camera_session_get_stream (CamCameraSession *self, unsigned stream)
{
  return self->streams[stream];
}

bool
cam_camera_session_take_sender (CamCameraSession *self, unsigned stream, int srt_sender, const char *address)
{
  if (self->streams[stream] == NULL)
    return false;
  cam_stream_session_take_sender (self->streams[stream], srt_sender, address);
  return true;
}

void
cam_camera_session_made_room (CamCameraSession *self, unsigned stream)
{
  if (self->streams[stream] != NULL)
    cam_stream_session_made_room (self->streams[stream]);
}

void
cam_camera_session_retry_now (CamCameraSession *self)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL)
      cam_stream_session_retry_now (self->streams[stream]);
  }
}

const char *
cam_camera_session_get_name (const CamCameraSession *self)
{
  return self->name;
}

bool
cam_camera_session_is_gone (const CamCameraSession *self)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL && cam_stream_session_get_state (self->streams[stream]) != CAM_CAMERA_GONE)
      return false;
  }
  return self->camera == NULL;
}

void
cam_camera_session_count (const CamCameraSession *self, unsigned *connected, unsigned *total)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] == NULL)
      continue;
    CamCameraState state = cam_stream_session_get_state (self->streams[stream]);
    *total += state != CAM_CAMERA_OFF && state != CAM_CAMERA_DISABLING && !is_leaving (self->streams[stream]);
    *connected += state == CAM_CAMERA_LIVE;
  }
}

void
cam_camera_session_describe (CamCameraSession *self, CamStatus *whole, bool is_beat)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL)
      g_ptr_array_add (whole->streams, cam_stream_session_describe (self->streams[stream], whole, is_beat));
  }
}
