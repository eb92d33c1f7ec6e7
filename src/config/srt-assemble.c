#include "config/srt-assemble.h"

#include "config/camera-url.h"
#include "config/config-credential.h"

static CamSecret *
read_credential (const CamConfigSetting *setting, const char *credentials_dir, CamConfigProblems *problems)
{
  g_autofree char *name = g_strstrip (g_strdup (setting->text));
  g_autoptr (GError) error = NULL;
  CamSecret *secret = cam_config_credential_read (credentials_dir, name, &error);
  if (secret == NULL)
    cam_config_problems_add_value (problems, setting->place, "PassphraseCredential", error);
  return secret;
}

void
cam_srt_assemble (const CamConfigDraft *draft, const char *credentials_dir, CamServerConfig *server, CamConfigProblems *problems)
{
  const CamConfigSetting *passphrase = &draft->server.of[CAM_KEY_SRT_Passphrase];
  const CamConfigSetting *credential = &draft->server.of[CAM_KEY_SRT_PassphraseCredential];
  if (passphrase->text != NULL && credential->text != NULL) {
    cam_config_problems_add (problems, credential->place, CAM_CONFIG_ERROR_CONFLICT, "Passphrase and PassphraseCredential exclude each other");
    return;
  }
  CamSecret *secret = NULL;
  if (passphrase->text != NULL)
    secret = cam_secret_new (passphrase->text, -1);
  else if (credential->text != NULL)
    secret = read_credential (credential, credentials_dir, problems);
  if (secret == NULL)
    return;
  server->srt_passphrase = secret;
  bool is_text = passphrase->text != NULL;
  if (!cam_srt_url_is_passphrase (secret))
    cam_config_problems_add (problems, is_text ? passphrase->place : credential->place, CAM_CONFIG_ERROR_OUT_OF_RANGE,
                             "%s: expected " G_STRINGIFY (CAM_SRT_LEAST_PASSPHRASE) " to " G_STRINGIFY (CAM_SRT_MOST_PASSPHRASE) " characters",
                             is_text ? "Passphrase" : "PassphraseCredential");
}

/* Where a stream's URL was written. */
static CamConfigPlace
place_of_url (const CamConfigDraft *draft, const CamCameraDraft *camera, unsigned stream)
{
  const CamConfigSetting *of_stream = &camera->streams[stream].of[CAM_KEY_Stream_URL];
  const CamConfigSetting *of_camera = &camera->keys.of[CAM_KEY_Camera_URL];
  if (of_stream->text != NULL)
    return of_stream->place;
  return of_camera->text != NULL ? of_camera->place : draft->defaults.of[CAM_KEY_Camera_URL].place;
}

static void
check_stream (const CamConfigDraft *draft, const CamCameraConfig *config, unsigned stream, CamConfigProblems *problems)
{
  const CamCameraDraft *camera = g_hash_table_lookup (draft->cameras_by_name, config->name);
  const char *text = config->streams[stream].url;
  g_autoptr (CamCameraUrl) url = text != NULL ? cam_camera_url_parse (text, NULL) : NULL;
  if (url == NULL || url->srt == NULL || url->srt->mode == CAM_SRT_CALLER || url->srt->mode == CAM_SRT_RENDEZVOUS)
    return;
  if (url->srt->mode == CAM_SRT_PUBLISHED && draft->server.of[CAM_KEY_SRT_Listen].text == NULL)
    cam_config_problems_add (problems, place_of_url (draft, camera, stream), CAM_CONFIG_ERROR_CONFLICT,
                             "URL=srt: needs [SRT] Listen, the address that the sender comes to");
  const CamConfigSetting *own = &camera->streams[stream].of[CAM_KEY_Stream_Start];
  const CamConfigSetting *start = own->text != NULL ? own : &draft->defaults.of[CAM_KEY_Stream_Start];
  if (config->streams[stream].start == CAM_START_ON_DEMAND)
    cam_config_problems_add (problems, start->place, CAM_CONFIG_ERROR_CONFLICT,
                             "Start=on-demand: not with a camera whose sender comes by itself, which cannot be sent for");
}

void
cam_srt_check_cameras (const CamConfigDraft *draft, const CamConfigSet *set, CamConfigProblems *problems)
{
  for (unsigned i = 0; i < set->cameras->len; i++) {
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
      check_stream (draft, g_ptr_array_index (set->cameras, i), stream, problems);
  }
}
