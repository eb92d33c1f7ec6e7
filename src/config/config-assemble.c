#include "config/config-assemble.h"

#include <string.h>

#include "config/access-words.h"
#include "config/camera-assemble.h"
#include "config/config-error.h"
#include "config/config-store.h"
#include "config/listen-address.h"
#include "config/config-suggest.h"
#include "config/multicast-range.h"
#include "config/srt-assemble.h"
#include "config/token-assemble.h"
#include "config/user-assemble.h"

static void
assemble_server (const CamConfigDraft *draft, CamServerConfig *server, CamConfigProblems *problems)
{
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (cam_config_keys[i].scope == CAM_KEY_SCOPE_SERVER)
      cam_config_store_setting (&cam_config_keys[i], &draft->server.of[i], server, problems);
  }
}

/* Whether the files hold what they should is the serving half's to find out. */
static void
check_tls (const CamConfigDraft *draft, const CamServerConfig *server, CamConfigProblems *problems)
{
  bool listens = server->listen_tls != NULL && server->listen_tls[0] != NULL;
  bool has_certificate = server->certificate != NULL && server->certificate[0] != '\0';
  if (listens && !has_certificate)
    cam_config_problems_add (problems, draft->server.of[CAM_KEY_RTSP_ListenTLS].place, CAM_CONFIG_ERROR_CONFLICT,
                             "ListenTLS needs Certificate, the file with the server's certificate");
}

/* Said here so that it is said without any camera too. */
static void
check_defaults (const CamConfigSettings *defaults, CamConfigProblems *problems)
{
  g_autoptr (CamCameraConfig) scratch = cam_camera_config_new ("defaults");
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    void *target = cam_config_key_is_of_stream (key) ? (void *) &scratch->streams[CAM_STREAM_MAIN] : scratch;
    cam_config_store_setting (key, &defaults->of[i], target, problems);
  }
  const CamConfigSetting *credential = &defaults->of[CAM_KEY_Camera_PasswordCredential];
  if (defaults->of[CAM_KEY_Camera_Password].text != NULL && credential->text != NULL)
    cam_config_problems_add (problems, credential->place, CAM_CONFIG_ERROR_CONFLICT, "Password and PasswordCredential exclude each other");
}

static bool
is_defined (const CamCameraDraft *camera)
{
  return camera->parts[CAM_PART_CAMERA].source != NULL || camera->parts[CAM_PART_STREAM_MAIN].source != NULL ||
         camera->parts[CAM_PART_STREAM_SUB].source != NULL;
}

static void
complain_undefined (const CamConfigDraft *draft, const CamCameraDraft *camera, CamConfigProblems *problems)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  for (unsigned i = 0; i < draft->cameras->len; i++) {
    const CamCameraDraft *other = g_ptr_array_index (draft->cameras, i);
    if (is_defined (other))
      g_ptr_array_add (known, other->name);
  }
  const char *near = cam_config_suggest (camera->name, known);
  g_autofree char *hint = near != NULL ? g_strdup_printf (", did you mean '%s'?", near) : g_strdup ("");
  for (unsigned part = 0; part < CAM_N_PARTS; part++) {
    if (camera->parts[part].source != NULL)
      cam_config_problems_add (problems, camera->parts[part], CAM_CONFIG_ERROR_UNKNOWN,
                               "section %s is for camera '%s', which is not configured%s", cam_camera_part_title ((CamCameraPart) part),
                               camera->name, hint);
  }
}

static gboolean
has_group (const CamConfigSet *set, const char *group)
{
  for (unsigned i = 0; i < set->users->len; i++) {
    const CamUserConfig *user = g_ptr_array_index (set->users, i);
    if (g_strv_contains ((const char *const *) user->groups, group))
      return true;
  }
  return false;
}

/* @place: of the Read= that holds @rules. */
static void
check_rules (const CamConfigSet *set, const GPtrArray *rules, CamConfigPlace place, CamConfigProblems *problems)
{
  for (unsigned i = 0; rules != NULL && i < rules->len; i++) {
    const CamAccessRule *rule = g_ptr_array_index (rules, i);
    if (rule->kind == CAM_ACCESS_USER && cam_config_set_find_user (set, rule->name) == NULL)
      cam_config_problems_add (problems, place, CAM_CONFIG_ERROR_CONFLICT, "Read=user:%s: there is no [User %s]", rule->name, rule->name);
    if (rule->kind == CAM_ACCESS_GROUP && !has_group (set, rule->name))
      cam_config_problems_add (problems, place, CAM_CONFIG_ERROR_CONFLICT, "Read=group:%s: no user is in that group", rule->name);
  }
}

/* The default is looked at once, whether or not a camera needs it. */
static void
check_default_rules (const CamConfigSet *set, const CamConfigSetting *setting, CamConfigProblems *problems)
{
  if (setting->text == NULL)
    return;
  g_autoptr (GPtrArray) rules = cam_access_parse (setting->text, NULL);
  check_rules (set, rules, setting->place, problems);
}

static void
assemble_users (const CamConfigDraft *draft, const char *credentials_dir, CamConfigSet *set, CamConfigProblems *problems)
{
  for (unsigned i = 0; i < draft->users->len; i++)
    g_ptr_array_add (set->users, cam_user_assemble (g_ptr_array_index (draft->users, i), credentials_dir, problems));
  cam_config_set_sort (set);
}

static void
assemble_tokens (const CamConfigDraft *draft, const char *credentials_dir, CamConfigSet *set, CamConfigProblems *problems)
{
  for (unsigned i = 0; i < draft->tokens->len; i++)
    g_ptr_array_add (set->tokens, cam_token_assemble (g_ptr_array_index (draft->tokens, i), credentials_dir, problems));
  cam_config_set_sort (set);
}

static void
assemble_cameras (const CamConfigDraft *draft, const char *credentials_dir, CamConfigSet *set, CamConfigProblems *problems)
{
  for (unsigned i = 0; i < draft->cameras->len; i++) {
    const CamCameraDraft *camera = g_ptr_array_index (draft->cameras, i);
    if (!is_defined (camera)) {
      complain_undefined (draft, camera, problems);
      continue;
    }
    CamCameraConfig *config = cam_camera_assemble (camera, &draft->defaults, credentials_dir, problems);
    const CamConfigSetting *read = &camera->keys.of[CAM_KEY_Access_Read];
    if (read->text != NULL)
      check_rules (set, config->read, read->place, problems);
    g_ptr_array_add (set->cameras, config);
  }
  cam_config_set_sort (set);
}

static void
check_multicast (const CamConfigDraft *draft, const CamConfigSet *set, CamConfigProblems *problems)
{
  const CamConfigSetting *range = &draft->server.of[CAM_KEY_RTSP_MulticastRange];
  const CamConfigSetting *interface = &draft->server.of[CAM_KEY_RTSP_MulticastInterface];
  const CamServerConfig *server = &set->server;
  unsigned streams = 0;
  for (unsigned i = 0; i < set->cameras->len; i++) {
    const CamCameraConfig *camera = g_ptr_array_index (set->cameras, i);
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
      streams += camera->streams[stream].url != NULL;
  }
  if (server->multicast_range.count != 0 && streams > server->multicast_range.count)
    cam_config_problems_add (problems, range->place, CAM_CONFIG_ERROR_CONFLICT, "MulticastRange=%s: room for %u groups, and there are %u streams",
                             range->text, server->multicast_range.count, streams);
  if (server->multicast_range.count != 0 && !cam_config_ports_are_free_of_multicast (server->udp_ports))
    cam_config_problems_add (problems, draft->server.of[CAM_KEY_RTSP_UDPPorts].place, CAM_CONFIG_ERROR_CONFLICT,
                             "UDPPorts=%u-%u: with MulticastRange the ports from %u to %u are those of groups", server->udp_ports.rtp,
                             server->udp_ports.rtcp, CAM_MULTICAST_FIRST_PORT,
                             CAM_MULTICAST_FIRST_PORT + CAM_MULTICAST_PORTS_A_GROUP * CAM_MULTICAST_MAX_GROUPS - 1);
  if (interface->text != NULL && !cam_config_is_interface (server->multicast_interface)) {
    g_autofree char *quoted = cam_config_quote (interface->text);
    cam_config_problems_add (problems, interface->place, CAM_CONFIG_ERROR_VALUE,
                             "MulticastInterface=%s: expected a name of an interface or an IPv4 address of this machine", quoted);
  }
}

static void
check_statsd (const CamConfigDraft *draft, const CamServerConfig *server, CamConfigProblems *problems)
{
  const char *address = server->statsd_address;
  if (address == NULL || address[0] == '\0')
    return;
  g_auto (GStrv) one = cam_config_parse_addresses (address, NULL);
  if (one != NULL && g_strv_length (one) == 1 && address[0] != ':' && !g_str_has_suffix (one[0], ":0"))
    return;
  g_autofree char *quoted = cam_config_quote (address);
  cam_config_problems_add (problems, draft->server.of[CAM_KEY_StatsD_Address].place, CAM_CONFIG_ERROR_VALUE, "Address=%s: expected HOST:PORT or [IPV6]:PORT",
                           quoted);
}

CamConfigSet *
cam_config_assemble (const CamConfigDraft *draft, const char *credentials_dir, CamConfigProblems *problems)
{
  g_autoptr (CamConfigSet) set = cam_config_set_new ();
  assemble_server (draft, &set->server, problems);
  check_tls (draft, &set->server, problems);
  check_statsd (draft, &set->server, problems);
  cam_srt_assemble (draft, credentials_dir, &set->server, problems);
  check_defaults (&draft->defaults, problems);
  assemble_users (draft, credentials_dir, set, problems);
  assemble_tokens (draft, credentials_dir, set, problems);
  check_default_rules (set, &draft->defaults.of[CAM_KEY_Access_Read], problems);
  assemble_cameras (draft, credentials_dir, set, problems);
  check_multicast (draft, set, problems);
  cam_srt_check_cameras (draft, set, problems);
  return g_steal_pointer (&set);
}
