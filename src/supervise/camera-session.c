#include "supervise/camera-session.h"

struct CamCameraSession {
  char *name; /* owned */
  CamStreamSession *streams[CAM_N_STREAMS]; /* owned; NULL where the camera has none */
};

CamCameraSession *
cam_camera_session_new (const CamStreamPlace *place, CamCameraConfig *camera)
{
  CamCameraSession *self = g_new0 (CamCameraSession, 1);
  self->name = g_strdup (camera->name);
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (camera->streams[stream].url != NULL)
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

void
cam_camera_session_remove (CamCameraSession *self)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] != NULL)
      cam_stream_session_remove (self->streams[stream]);
  }
}

void
cam_camera_session_take_sender (CamCameraSession *self, unsigned stream, int srt_sender, const char *address)
{
  cam_stream_session_take_sender (self->streams[stream], srt_sender, address);
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
  return true;
}

void
cam_camera_session_count (const CamCameraSession *self, unsigned *connected, unsigned *total)
{
  for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++) {
    if (self->streams[stream] == NULL)
      continue;
    CamCameraState state = cam_stream_session_get_state (self->streams[stream]);
    *total += state != CAM_CAMERA_OFF && state != CAM_CAMERA_DISABLING;
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
