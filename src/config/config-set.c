#include "config/config-set.h"

#include <string.h>

#include "config/config-store.h"

CamConfigSet *
cam_config_set_new (void)
{
  CamConfigSet *self = g_atomic_rc_box_new0 (CamConfigSet);
  cam_config_store_presets (CAM_KEY_SCOPE_SERVER, false, &self->server);
  self->cameras = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_camera_config_unref);
  self->users = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_user_config_free);
  self->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_token_config_free);
  return self;
}

CamTokenConfig *
cam_token_config_new (const char *name)
{
  CamTokenConfig *self = g_new0 (CamTokenConfig, 1);
  self->name = g_strdup (name);
  cam_config_store_presets (CAM_KEY_SCOPE_TOKEN, false, self);
  return self;
}

void
cam_token_config_free (CamTokenConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  cam_secret_unref (self->token);
  g_free (self->hash);
  g_free (self);
}

CamConfigSet *
cam_config_set_ref (CamConfigSet *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_set (gpointer data)
{
  CamConfigSet *self = data;
  g_strfreev (self->server.listen);
  g_strfreev (self->server.listen_tls);
  g_free (self->server.certificate);
  g_free (self->server.private_key);
  g_free (self->server.multicast_interface);
  g_strfreev (self->server.srt_listen);
  cam_secret_unref (self->server.srt_passphrase);
  g_strfreev (self->server.http_listen);
  g_strfreev (self->server.http_allow_hosts);
  g_free (self->server.control_socket);
  g_free (self->server.statsd_address);
  g_ptr_array_unref (self->cameras);
  g_ptr_array_unref (self->users);
  g_ptr_array_unref (self->tokens);
  g_free (self->description);
}

void
cam_config_set_unref (CamConfigSet *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear_set);
}

/* The first member of cameras, users and tokens alike is the name, and the lists are sorted by it. */
G_STATIC_ASSERT (G_STRUCT_OFFSET (CamCameraConfig, name) == 0);
G_STATIC_ASSERT (G_STRUCT_OFFSET (CamUserConfig, name) == 0);
G_STATIC_ASSERT (G_STRUCT_OFFSET (CamTokenConfig, name) == 0);

static int
compare_names (gconstpointer a, gconstpointer b)
{
  char *const *const *left = a;
  char *const *const *right = b;
  return strcmp (**left, **right);
}

void
cam_config_set_sort (CamConfigSet *self)
{
  g_ptr_array_sort (self->cameras, compare_names);
  g_ptr_array_sort (self->users, compare_names);
  g_ptr_array_sort (self->tokens, compare_names);
}

static gpointer
find_named (const GPtrArray *sorted, const char *name)
{
  unsigned low = 0;
  unsigned high = sorted->len;
  while (low < high) {
    const unsigned middle = low + (high - low) / 2;
    char *const *entry = g_ptr_array_index (sorted, middle);
    const int order = strcmp (name, *entry);
    if (order == 0)
      return g_ptr_array_index (sorted, middle);
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

const CamCameraConfig *
cam_config_set_find_camera (const CamConfigSet *self, const char *name)
{
  return find_named (self->cameras, name);
}

const CamUserConfig *
cam_config_set_find_user (const CamConfigSet *self, const char *name)
{
  return find_named (self->users, name);
}

/* As cleaned: schemes are in lower case there. */
static bool
is_of_srt (const CamStreamConfig *stream)
{
  return stream->url != NULL && g_str_has_prefix (stream->url, "srt:");
}

bool
cam_config_set_needs_srt (const CamConfigSet *self)
{
  bool is_needed = self->server.srt_listen != NULL && self->server.srt_listen[0] != NULL;
  for (unsigned i = 0; i < self->cameras->len; i++) {
    const CamCameraConfig *camera = g_ptr_array_index (self->cameras, i);
    is_needed = is_needed || is_of_srt (&camera->streams[CAM_STREAM_MAIN]) || is_of_srt (&camera->streams[CAM_STREAM_SUB]);
  }
  return is_needed;
}
