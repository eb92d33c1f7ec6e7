#include "serve/serve-rules.h"

struct CamServeBook {
  GMutex mutex;
  CamServeRules *rules; /* ref; under the mutex */
};

CamServeRules *
cam_serve_rules_new (CamConfigSet *config)
{
  CamServeRules *self = g_atomic_rc_box_new0 (CamServeRules);
  self->config = cam_config_set_ref (config);
  self->users = cam_rtsp_users_new (config);
  return self;
}

CamServeRules *
cam_serve_rules_ref (CamServeRules *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_rules (gpointer data)
{
  CamServeRules *self = data;
  cam_rtsp_users_unref (self->users);
  cam_config_set_unref (self->config);
}

void
cam_serve_rules_unref (CamServeRules *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear_rules);
}

bool
cam_serve_rules_admit (const CamServeRules *self, const char *camera, GInetAddress *address, const char *user)
{
  const CamCameraConfig *its = cam_config_set_find_camera (self->config, camera);
  const CamUserConfig *his = user != NULL ? cam_config_set_find_user (self->config, user) : NULL;
  bool has_gone = user != NULL && his == NULL;
  return !has_gone && cam_access_decide (self->config, its, cam_rtsp_users_any (self->users), address, his) == CAM_ACCESS_GRANTED;
}

CamServeBook *
cam_serve_book_new (CamServeRules *rules)
{
  CamServeBook *self = g_new0 (CamServeBook, 1);
  g_mutex_init (&self->mutex);
  self->rules = cam_serve_rules_ref (rules);
  return self;
}

void
cam_serve_book_free (CamServeBook *self)
{
  if (self == NULL)
    return;
  cam_serve_rules_unref (self->rules);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

CamServeRules *
cam_serve_book_open (CamServeBook *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  return cam_serve_rules_ref (self->rules);
}

void
cam_serve_book_turn (CamServeBook *self, CamServeRules *rules)
{
  g_mutex_lock (&self->mutex);
  CamServeRules *before = self->rules;
  cam_rtsp_users_inherit (rules->users, before->users);
  self->rules = cam_serve_rules_ref (rules);
  g_mutex_unlock (&self->mutex);
  cam_serve_rules_unref (before);
}
