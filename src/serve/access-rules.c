#include "serve/access-rules.h"

static bool
rule_grants (const CamAccessRule *rule, GInetAddress *address, const CamUserConfig *user)
{
  switch (rule->kind) {
  case CAM_ACCESS_ANYONE:
    return true;
  case CAM_ACCESS_USERS:
    return user != NULL;
  case CAM_ACCESS_USER:
    return user != NULL && g_strcmp0 (user->name, rule->name) == 0;
  case CAM_ACCESS_GROUP:
    return user != NULL && user->groups != NULL && g_strv_contains ((const char *const *) user->groups, rule->name);
  case CAM_ACCESS_NET:
    return g_inet_address_mask_matches (rule->net, address);
  }
  g_assert_not_reached ();
}

/* The rule of a camera without Read=: the box itself while nobody could log in, else every user. */
static bool
default_grants (bool users_exist, GInetAddress *address, const CamUserConfig *user)
{
  return users_exist ? user != NULL : g_inet_address_get_is_loopback (address);
}

static bool
camera_grants (const CamCameraConfig *camera, bool users_exist, GInetAddress *address, const CamUserConfig *user)
{
  if (camera->read == NULL)
    return default_grants (users_exist, address, user);
  for (unsigned i = 0; i < camera->read->len; i++)
    if (rule_grants (g_ptr_array_index (camera->read, i), address, user))
      return true;
  return false;
}

static bool
may_read_something (const CamConfigSet *config, bool users_exist, GInetAddress *address)
{
  for (unsigned i = 0; i < config->cameras->len; i++)
    if (camera_grants (g_ptr_array_index (config->cameras, i), users_exist, address, NULL))
      return true;
  return false;
}

CamAccess
cam_access_decide (const CamConfigSet *config,
                   const CamCameraConfig *camera,
                   bool users_exist,
                   GInetAddress *address,
                   const CamUserConfig *user)
{
  if (camera != NULL && camera_grants (camera, users_exist, address, user))
    return CAM_ACCESS_GRANTED;
  if (user != NULL)
    return CAM_ACCESS_HIDDEN;
  if (camera != NULL && users_exist)
    return CAM_ACCESS_LOGIN;
  if (may_read_something (config, users_exist, address))
    return CAM_ACCESS_HIDDEN;
  return users_exist ? CAM_ACCESS_LOGIN : CAM_ACCESS_CLOSED;
}
