#include "serve/srt-access.h"

#include <string.h>

#include "serve/access-rules.h"

#define WINDOW_US (60 * G_USEC_PER_SEC)
#define MOST_ADDRESSES 1024
#define NETWORK_BYTES 8 /* of an IPv6 address: the rest is one subscriber's to choose */

/* The wrong log-ins of one address, or network of IPv6, since @since_us. */
typedef struct {
  int64_t since_us;
  unsigned wrong;
} Guesses;

struct CamSrtAccess {
  CamConfigSet *config;        /* ref */
  CamRtspUsers *users;         /* ref */
  CamClientRegistry *registry; /* borrowed */
  GMutex lock;
  GHashTable *guesses; /* owned; under the lock; text of the address (name_guesser) to Guesses, owned */
};

CamSrtAccess *
cam_srt_access_new (CamConfigSet *config, CamRtspUsers *users, CamClientRegistry *registry)
{
  CamSrtAccess *self = g_new0 (CamSrtAccess, 1);
  self->config = cam_config_set_ref (config);
  self->users = cam_rtsp_users_ref (users);
  self->registry = registry;
  g_mutex_init (&self->lock);
  self->guesses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
cam_srt_access_free (CamSrtAccess *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->guesses);
  g_mutex_clear (&self->lock);
  cam_rtsp_users_unref (self->users);
  cam_config_set_unref (self->config);
  g_free (self);
}

static gboolean
is_over (gpointer address, gpointer data, gpointer now_us)
{
  const Guesses *guesses = data;
  return *(const int64_t *) now_us - guesses->since_us >= WINDOW_US;
}

static bool
has_guessed_enough (CamSrtAccess *self, const char *address, int64_t now_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const Guesses *guesses = g_hash_table_lookup (self->guesses, address);
  return guesses != NULL && now_us - guesses->since_us < WINDOW_US && guesses->wrong >= CAM_SRT_WRONG_LOGINS;
}

/* With too many addresses at once those of before are forgotten: each of them guesses slowly anyway. */
static void
note_wrong_login (CamSrtAccess *self, const char *address, int64_t now_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_hash_table_foreach_remove (self->guesses, is_over, &now_us);
  if (g_hash_table_size (self->guesses) >= MOST_ADDRESSES)
    g_hash_table_remove_all (self->guesses);
  Guesses *guesses = g_hash_table_lookup (self->guesses, address);
  if (guesses == NULL) {
    guesses = g_new0 (Guesses, 1);
    guesses->since_us = now_us;
    g_hash_table_insert (self->guesses, g_strdup (address), guesses);
  }
  guesses->wrong++;
}

/* Who counts as one. (transfer full) */
static char *
name_guesser (GInetAddress *address)
{
  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_inet_address_to_string (address);
  guint8 bytes[16] = {0};
  memcpy (bytes, g_inet_address_to_bytes (address), NETWORK_BYTES);
  g_autoptr (GInetAddress) network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

/* False: user and password that were said are wrong. Where no user is configured nobody can log in, so what is said counts for nothing. */
static bool
log_in (CamSrtAccess *self, GInetAddress *address, const CamSrtStreamId *id, int64_t now_us, const CamUserConfig **ret_user)
{
  *ret_user = NULL;
  if (id->username == NULL || !cam_rtsp_users_any (self->users))
    return true;
  g_autofree char *text = name_guesser (address);
  if (has_guessed_enough (self, text, now_us))
    return false;
  *ret_user = cam_rtsp_users_check_password (self->users, id->username, id->password);
  if (*ret_user == NULL)
    note_wrong_login (self, text, now_us);
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
  const CamUserConfig *user;
  if (!log_in (self, address, id, now_us, &user))
    return CAM_SRT_REFUSAL_LOGIN;
  const CamCameraConfig *camera = cam_config_set_find_camera (self->config, id->camera);
  switch (cam_access_decide (self->config, camera, cam_rtsp_users_any (self->users), address, user)) {
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
