#include "supervise/sender-roll.h"

#include <stdatomic.h>

#include "supervise/dial-manner.h"

struct CamSenderPost {
  CamCameraConfig *camera; /* ref */
  unsigned stream;
  CamCameraUrl *url; /* owned */
  bool refuses_others; /* Takeover=refuse */
  atomic_uint state;
};

struct CamSenderRoll {
  GPtrArray *posts; /* of CamSenderPost, owned */
};

static void
free_post (gpointer data)
{
  CamSenderPost *self = data;
  cam_camera_url_free (self->url);
  cam_camera_config_unref (self->camera);
  g_free (self);
}

static void
add_post (CamSenderRoll *self, CamCameraConfig *camera, unsigned stream, bool refuses_others)
{
  const char *text = camera->streams[stream].url;
  g_autoptr (CamCameraUrl) url = text != NULL ? cam_camera_url_parse (text, NULL) : NULL;
  if (cam_dial_manner_of (url) != CAM_DIAL_MANNER_PASSIVE)
    return;
  CamSenderPost *post = g_new0 (CamSenderPost, 1);
  post->camera = cam_camera_config_ref (camera);
  post->stream = stream;
  post->url = g_steal_pointer (&url);
  post->refuses_others = refuses_others;
  atomic_init (&post->state, CAM_SENDER_POST_CLOSED);
  g_ptr_array_add (self->posts, post);
}

CamSenderRoll *
cam_sender_roll_new (CamConfigSet *config)
{
  CamSenderRoll *self = g_new0 (CamSenderRoll, 1);
  self->posts = g_ptr_array_new_with_free_func (free_post);
  for (unsigned i = 0; i < config->cameras->len; i++) {
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
      add_post (self, g_ptr_array_index (config->cameras, i), stream, config->server.srt_takeover == CAM_TAKEOVER_REFUSE);
  }
  return self;
}

void
cam_sender_roll_free (CamSenderRoll *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->posts);
  g_free (self);
}

unsigned
cam_sender_roll_get_length (const CamSenderRoll *self)
{
  return self->posts->len;
}

CamSenderPost *
cam_sender_roll_get (const CamSenderRoll *self, unsigned index)
{
  return g_ptr_array_index (self->posts, index);
}

CamSenderPost *
cam_sender_roll_find (const CamSenderRoll *self, const char *camera, unsigned stream)
{
  for (unsigned i = 0; i < self->posts->len; i++) {
    CamSenderPost *post = g_ptr_array_index (self->posts, i);
    if (post->stream == stream && g_str_equal (post->camera->name, camera))
      return post;
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
    return self->refuses_others ? CAM_SRT_REFUSAL_CONFLICT : CAM_SRT_REFUSAL_NONE;
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
