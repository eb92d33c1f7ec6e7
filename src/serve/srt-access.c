#include "serve/srt-access.h"

#include "serve/wrong-logins.h"

struct CamSrtAccess {
  CamServeBook *book;          /* borrowed */
  CamClientRegistry *registry; /* borrowed */
  GMutex lock;
  CamWrongLogins *wrong; /* owned; under the lock */
};

CamSrtAccess *
cam_srt_access_new (CamServeBook *book, CamClientRegistry *registry)
{
  CamSrtAccess *self = g_new0 (CamSrtAccess, 1);
  self->book = book;
  self->registry = registry;
  g_mutex_init (&self->lock);
  self->wrong = cam_wrong_logins_new ();
  return self;
}

void
cam_srt_access_free (CamSrtAccess *self)
{
  if (self == NULL)
    return;
  cam_wrong_logins_free (self->wrong);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static bool
has_guessed_enough (CamSrtAccess *self, GInetAddress *address, int64_t now_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  return cam_wrong_logins_are_enough (self->wrong, address, now_us);
}

static void
note_wrong_login (CamSrtAccess *self, GInetAddress *address, int64_t now_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  cam_wrong_logins_note (self->wrong, address, now_us);
}

/* False: user and password that were said are wrong. Where no user is configured nobody can log in, so what is said counts for nothing. */
static bool
log_in (CamSrtAccess *self, const CamServeRules *rules, GInetAddress *address, const CamSrtStreamId *id, int64_t now_us, const CamUserConfig **ret_user)
{
  *ret_user = NULL;
  if (id->username == NULL || !cam_rtsp_users_any (rules->users))
    return true;
  if (has_guessed_enough (self, address, now_us))
    return false;
  *ret_user = cam_rtsp_users_check_password (rules->users, id->username, id->password);
  if (*ret_user == NULL)
    note_wrong_login (self, address, now_us);
  return *ret_user != NULL;
}

/* Access is granted. */
static CamSrtRefusal
look_at_camera (CamSrtAccess *self, const CamCameraConfig *camera, GInetAddress *address, const CamSrtStreamId *id)
{
  if (camera->streams[id->stream].url == NULL)
    return CAM_SRT_REFUSAL_NOT_FOUND;
  if (!camera->enabled)
    return CAM_SRT_REFUSAL_AWAY;
  if (id->wish != CAM_SRT_WANTS_READ)
    return CAM_SRT_REFUSAL_NONE;
  bool has_place = cam_client_registry_has_room (self->registry, address) && cam_client_registry_has_seat (self->registry, camera);
  return has_place ? CAM_SRT_REFUSAL_NONE : CAM_SRT_REFUSAL_FULL;
}

CamSrtRefusal
cam_srt_access_judge (CamSrtAccess *self, GInetAddress *address, const CamSrtStreamId *id, int64_t now_us)
{
  if (id->wish == CAM_SRT_WANTS_NOTHING)
    return CAM_SRT_REFUSAL_BAD_REQUEST;
  g_autoptr (CamServeRules) rules = cam_serve_book_open (self->book);
  const CamUserConfig *user;
  if (!log_in (self, rules, address, id, now_us, &user))
    return CAM_SRT_REFUSAL_LOGIN;
  const CamCameraConfig *camera = cam_config_set_find_camera (rules->config, id->camera);
  switch (cam_access_decide (rules->config, camera, cam_rtsp_users_any (rules->users), address, user)) {
  case CAM_ACCESS_GRANTED:
    return look_at_camera (self, camera, address, id);
  case CAM_ACCESS_LOGIN:
    return CAM_SRT_REFUSAL_LOGIN;
  case CAM_ACCESS_HIDDEN:
    return CAM_SRT_REFUSAL_NOT_FOUND;
  case CAM_ACCESS_CLOSED:
    break;
  }
  return CAM_SRT_REFUSAL_FORBIDDEN;
}
