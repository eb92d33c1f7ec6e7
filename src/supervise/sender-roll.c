#include "supervise/sender-roll.h"

#include <stdatomic.h>

#include "supervise/dial-manner.h"

struct CamSenderPost {
  int refs; /* atomic */
  CamCameraConfig *camera; /* ref */
  unsigned stream;
  CamCameraUrl *url; /* owned */
  atomic_bool refuses_others; /* Takeover=refuse */
  atomic_uint state;
};

struct CamSenderRoll {
  CamTakeover takeover; /* M's */
  GMutex mutex;
  GPtrArray *posts; /* of CamSenderPost, ref; under the mutex */
};

CamSenderPost *
cam_sender_post_ref (CamSenderPost *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_sender_post_unref (CamSenderPost *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_camera_url_free (self->url);
  cam_camera_config_unref (self->camera);
  g_free (self);
}

static void
unref_post (gpointer data)
{
  cam_sender_post_unref (data);
}

CamSenderRoll *
cam_sender_roll_new (CamTakeover takeover)
{
  CamSenderRoll *self = g_new0 (CamSenderRoll, 1);
  self->takeover = takeover;
  g_mutex_init (&self->mutex);
  self->posts = g_ptr_array_new_with_free_func (unref_post);
  return self;
}

void
cam_sender_roll_free (CamSenderRoll *self)
{
  if (self == NULL)
    return;
  g_assert (self->posts->len == 0);
  g_ptr_array_unref (self->posts);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
cam_sender_roll_set_takeover (CamSenderRoll *self, CamTakeover takeover)
{
  self->takeover = takeover;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  for (unsigned i = 0; i < self->posts->len; i++) {
    CamSenderPost *post = g_ptr_array_index (self->posts, i);
    atomic_store (&post->refuses_others, takeover == CAM_TAKEOVER_REFUSE);
  }
}

CamSenderPost *
cam_sender_roll_add (CamSenderRoll *self, CamCameraConfig *camera, unsigned stream)
{
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (camera->streams[stream].url, NULL);
  if (cam_dial_manner_of (url) != CAM_DIAL_MANNER_PASSIVE)
    return NULL;
  CamSenderPost *post = g_new0 (CamSenderPost, 1);
  post->refs = 1;
  post->camera = cam_camera_config_ref (camera);
  post->stream = stream;
  post->url = g_steal_pointer (&url);
  atomic_init (&post->refuses_others, self->takeover == CAM_TAKEOVER_REFUSE);
  atomic_init (&post->state, CAM_SENDER_POST_CLOSED);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_ptr_array_add (self->posts, cam_sender_post_ref (post));
  return post;
}

void
cam_sender_roll_remove (CamSenderRoll *self, CamSenderPost *post)
{
  cam_sender_post_set (post, CAM_SENDER_POST_CLOSED);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_ptr_array_remove_fast (self->posts, post);
}

CamSenderPost *
cam_sender_roll_find (CamSenderRoll *self, const char *camera, unsigned stream)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  for (unsigned i = 0; i < self->posts->len; i++) {
    CamSenderPost *post = g_ptr_array_index (self->posts, i);
    if (post->stream == stream && g_str_equal (post->camera->name, camera))
      return cam_sender_post_ref (post);
  }
  return NULL;
}

void
cam_sender_post_set (CamSenderPost *self, CamSenderPostState state)
{
  atomic_store_explicit (&self->state, state, memory_order_relaxed);
}

CamSrtRefusal
cam_sender_post_judge (const CamSenderPost *self)
{
  switch ((CamSenderPostState) atomic_load_explicit (&self->state, memory_order_relaxed)) {
  case CAM_SENDER_POST_CLOSED:
    return CAM_SRT_REFUSAL_AWAY;
  case CAM_SENDER_POST_VACANT:
    break;
  case CAM_SENDER_POST_TAKEN:
    return atomic_load (&self->refuses_others) ? CAM_SRT_REFUSAL_CONFLICT : CAM_SRT_REFUSAL_NONE;
  }
  return CAM_SRT_REFUSAL_NONE;
}

const CamCameraConfig *
cam_sender_post_get_camera (const CamSenderPost *self)
{
  return self->camera;
}

unsigned
cam_sender_post_get_stream (const CamSenderPost *self)
{
  return self->stream;
}

const CamCameraUrl *
cam_sender_post_get_url (const CamSenderPost *self)
{
  return self->url;
}

CamSecret *
cam_sender_post_get_passphrase (const CamSenderPost *self)
{
  return self->camera->streams[self->stream].password;
}
