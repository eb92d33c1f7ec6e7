#include "config/camera-config.h"

#include "config/config-store.h"

CamCameraConfig *
cam_camera_config_new (const char *name)
{
  CamCameraConfig *self = g_atomic_rc_box_new0 (CamCameraConfig);
  self->name = g_strdup (name);
  cam_config_store_presets (CAM_KEY_SCOPE_CAMERA, false, self);
  for (unsigned i = 0; i < CAM_N_STREAMS; i++)
    cam_config_store_presets (CAM_KEY_SCOPE_CAMERA, true, &self->streams[i]);
  return self;
}

CamCameraConfig *
cam_camera_config_ref (CamCameraConfig *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_stream (CamStreamConfig *stream)
{
  g_free (stream->url);
  g_free (stream->username);
  cam_secret_unref (stream->password);
  g_free (stream->tls_fingerprint);
}

static void
clear_camera (gpointer data)
{
  CamCameraConfig *self = data;
  g_free (self->name);
  g_free (self->description);
  for (unsigned i = 0; i < CAM_N_STREAMS; i++)
    clear_stream (&self->streams[i]);
  g_clear_pointer (&self->read, g_ptr_array_unref);
}

void
cam_camera_config_unref (CamCameraConfig *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear_camera);
}

CamUserConfig *
cam_user_config_new (const char *name)
{
  CamUserConfig *self = g_new0 (CamUserConfig, 1);
  self->name = g_strdup (name);
  cam_config_store_presets (CAM_KEY_SCOPE_USER, false, self);
  return self;
}

void
cam_user_config_free (CamUserConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  cam_secret_unref (self->password);
  g_free (self->md5_hash);
  g_free (self->sha256_hash);
  g_strfreev (self->groups);
  g_free (self);
}

const char *
cam_stream_name (unsigned stream)
{
  static const char *const names[CAM_N_STREAMS] = {"main", "sub"};
  g_return_val_if_fail (stream < CAM_N_STREAMS, "");
  return names[stream];
}
