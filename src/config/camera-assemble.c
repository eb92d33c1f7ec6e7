#include "config/camera-assemble.h"

#include <gio/gio.h>
#include <string.h>

#include "config/camera-url.h"
#include "config/config-credential.h"
#include "config/config-store.h"
#include "config/tls-fingerprint.h"

typedef struct {
  const CamCameraDraft *draft;       /* borrowed */
  const CamConfigSettings *defaults; /* borrowed */
  const char *credentials_dir;       /* borrowed; NULL for none */
  CamConfigProblems *problems;       /* borrowed */
  CamCameraConfig *config;           /* borrowed */
  const char *username;              /* borrowed from the settings; NULL for none; as the keys say, not the URLs */
  CamSecret *password;               /* ref; NULL for none; likewise */
  CamConfigPlace password_place;
  bool is_address_used;
  bool is_passphrase_used; /* the password is that of a stream over SRT */
} Assembly;

/* The camera's own setting, else the default one; which may be not set either. */
static const CamConfigSetting *
choose (const CamConfigSettings *own, const CamConfigSettings *defaults, int key)
{
  return own->of[key].text != NULL ? &own->of[key] : &defaults->of[key];
}

static CamConfigPlace
first_place (const CamCameraDraft *draft)
{
  for (unsigned part = 0; part < CAM_N_PARTS; part++) {
    if (draft->parts[part].source != NULL)
      return draft->parts[part];
  }
  return (CamConfigPlace){.source = NULL};
}

static char *
text_of (const CamConfigSetting *setting)
{
  return g_strstrip (g_strdup (setting->text));
}

void
cam_config_store_setting (const CamConfigKey *key, const CamConfigSetting *setting, void *target, CamConfigProblems *problems)
{
  if (setting->text == NULL || !key->has_field)
    return;
  g_autofree char *text = text_of (setting);
  g_autoptr (GError) error = NULL;
  if (!cam_config_store (key, text, target, &error))
    cam_config_problems_add_value (problems, setting->place, key->name, error);
}

static void
store_fields (const Assembly *self)
{
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    if (key->scope != CAM_KEY_SCOPE_CAMERA)
      continue;
    if (!cam_config_key_is_of_stream (key)) {
      cam_config_store_setting (key, choose (&self->draft->keys, self->defaults, i), self->config, self->problems);
      continue;
    }
    for (unsigned stream = 0; stream < CAM_N_STREAMS; stream++)
      cam_config_store_setting (key, choose (&self->draft->streams[stream], self->defaults, i), &self->config->streams[stream],
                                self->problems);
  }
}

/* An IPv6 address needs brackets in a URL but not in Address=. NULL with a problem added when it cannot be a host. */
static char *
read_address (const Assembly *self, const CamConfigSetting *setting)
{
  g_autofree char *text = text_of (setting);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  if (address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return g_strdup_printf ("[%s]", text);
  if (text[strcspn (text, "/@?# \t")] == '\0')
    return g_steal_pointer (&text);
  cam_config_problems_add (self->problems, setting->place, CAM_CONFIG_ERROR_VALUE, "Address: expected HOST or HOST:PORT");
  return NULL;
}

/* "%a", but not the percent code of a byte from %a0 to %af. */
static const char *
find_placeholder (const char *text)
{
  const char *at = strstr (text, "%a");
  while (at != NULL && g_ascii_isxdigit (at[2]))
    at = strstr (at + 2, "%a");
  return at;
}

/* The URL with Address= in place of each %a. NULL with a problem added. */
static char *
expand_url (Assembly *self, const CamConfigSetting *setting)
{
  g_autofree char *text = text_of (setting);
  const char *placeholder = find_placeholder (text);
  if (placeholder == NULL)
    return g_steal_pointer (&text);
  const CamConfigSetting *address_setting = choose (&self->draft->keys, self->defaults, CAM_KEY_Camera_Address);
  self->is_address_used = true;
  if (address_setting->text == NULL) {
    cam_config_problems_add (self->problems, setting->place, CAM_CONFIG_ERROR_CONFLICT, "URL has %%a, but camera '%s' has no Address",
                             self->draft->name);
    return NULL;
  }
  g_autofree char *address = read_address (self, address_setting);
  if (address == NULL)
    return NULL;
  g_autoptr (GString) expanded = g_string_new (NULL);
  const char *rest = text;
  for (; placeholder != NULL; placeholder = find_placeholder (rest)) {
    g_string_append_len (expanded, rest, placeholder - rest);
    g_string_append (expanded, address);
    rest = placeholder + 2;
  }
  g_string_append (expanded, rest);
  return g_string_free (g_steal_pointer (&expanded), FALSE);
}

/* The camera's own key that says who logs in; NULL when there is none. */
static const CamConfigSetting *
own_log_in (const Assembly *self)
{
  static const CamConfigKeyId keys[] = {CAM_KEY_Camera_Username, CAM_KEY_Camera_Password, CAM_KEY_Camera_PasswordCredential};
  for (unsigned i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (self->draft->keys.of[keys[i]].text != NULL)
      return &self->draft->keys.of[keys[i]];
  }
  return NULL;
}

/* What the URL says holds, then the camera's keys. A user without password has the empty one: cameras leave the factory so. */
static void
store_log_in (const Assembly *self, CamStreamConfig *stream, const CamCameraUrl *url, CamConfigPlace place)
{
  const CamConfigSetting *own = own_log_in (self);
  if (url->username != NULL && own != NULL) {
    g_autofree char *where = cam_config_place_format (place);
    cam_config_problems_add (self->problems, own->place, CAM_CONFIG_ERROR_CONFLICT,
                             "Username and Password are also in the URL at %s: set them in one place", where);
    return;
  }
  const char *username = url->username != NULL ? url->username : self->username;
  CamSecret *password = url->username != NULL ? url->password : self->password;
  if (username == NULL)
    return;
  stream->username = g_strdup (username);
  stream->password = password != NULL ? cam_secret_ref (password) : cam_secret_new ("", 0);
}

static bool
has_own_password (const Assembly *self)
{
  const CamConfigSettings *own = &self->draft->keys;
  return own->of[CAM_KEY_Camera_Password].text != NULL || own->of[CAM_KEY_Camera_PasswordCredential].text != NULL;
}

/* The camera's own password without a Username of its own is the passphrase of its streams over SRT, and so is one for all cameras without
 * any Username. One that stands beside a Username is a user's. */
static bool
is_passphrase (const Assembly *self)
{
  if (self->password == NULL)
    return false;
  return has_own_password (self) ? self->draft->keys.of[CAM_KEY_Camera_Username].text == NULL : self->username == NULL;
}

/* What the URL says holds, then the keys. */
static void
store_passphrase (Assembly *self, CamStreamConfig *stream, const CamCameraUrl *url, CamConfigPlace place)
{
  if (!is_passphrase (self) || (url->password != NULL && !has_own_password (self))) {
    stream->password = cam_secret_ref (url->password);
    return;
  }
  self->is_passphrase_used = true;
  if (url->password != NULL) {
    g_autofree char *where = cam_config_place_format (place);
    cam_config_problems_add (self->problems, self->password_place, CAM_CONFIG_ERROR_CONFLICT,
                             "the passphrase is also in the URL at %s: set it in one place", where);
    return;
  }
  if (!cam_srt_url_is_passphrase (self->password))
    cam_config_problems_add (self->problems, self->password_place, CAM_CONFIG_ERROR_OUT_OF_RANGE,
                             "over SRT the password is a passphrase of " G_STRINGIFY (CAM_SRT_LEAST_PASSPHRASE) " to " G_STRINGIFY (
                                 CAM_SRT_MOST_PASSPHRASE) " characters");
  stream->password = cam_secret_ref (self->password);
}

/* Of a camera that has nothing but SRT. */
static void
check_username (const Assembly *self, unsigned index)
{
  const CamConfigSetting *username = &self->draft->keys.of[CAM_KEY_Camera_Username];
  if (index == CAM_STREAM_MAIN && username->text != NULL)
    cam_config_problems_add (self->problems, username->place, CAM_CONFIG_ERROR_CONFLICT,
                             "Username: not with srt:, whose streamid= says who calls");
}

/* What of Transport= a scheme leaves open. */
static bool
can_carry (CamScheme scheme, CamTransport transport)
{
  switch (scheme) {
  case CAM_SCHEME_RTSPS:
    return transport == CAM_TRANSPORT_AUTO || transport == CAM_TRANSPORT_TCP;
  case CAM_SCHEME_RTSP_HTTP:
    return transport == CAM_TRANSPORT_AUTO || transport == CAM_TRANSPORT_HTTP;
  case CAM_SCHEME_RTSP:
  case CAM_SCHEME_TEST:
  case CAM_SCHEME_FILE:
  case CAM_SCHEME_SRT:
    break;
  }
  return true;
}

/* Whether the keys that say how a URL is dialled fit it. */
static void
check_link (const Assembly *self, unsigned index, CamScheme scheme)
{
  const CamStreamConfig *stream = &self->config->streams[index];
  const CamConfigSettings *own = &self->draft->streams[index];
  const CamConfigSetting *fingerprint = choose (own, self->defaults, CAM_KEY_Stream_TLSFingerprint);
  const CamConfigSetting *transport = choose (own, self->defaults, CAM_KEY_Stream_Transport);
  g_autoptr (GError) error = NULL;
  CamTlsFingerprint parsed;
  bool has_pin = stream->tls_fingerprint != NULL && *stream->tls_fingerprint != '\0';
  if (has_pin && !cam_tls_fingerprint_parse (stream->tls_fingerprint, &parsed, &error))
    cam_config_problems_add_value (self->problems, fingerprint->place, "TLSFingerprint", error);
  if (!can_carry (scheme, stream->transport))
    cam_config_problems_add (self->problems, transport->place, CAM_CONFIG_ERROR_CONFLICT,
                             "Transport: not with %s, which is a transport by itself",
                             scheme == CAM_SCHEME_RTSPS ? "rtsps:" : "rtsp+http:");
}

static void
store_url (Assembly *self, unsigned index, const CamConfigSetting *setting)
{
  CamStreamConfig *stream = &self->config->streams[index];
  g_autofree char *text = expand_url (self, setting);
  if (text == NULL)
    return;
  g_autoptr (GError) error = NULL;
  g_autoptr (CamCameraUrl) url = cam_camera_url_parse (text, &error);
  explicit_bzero (text, strlen (text));
  if (url == NULL) {
    cam_config_problems_add (self->problems, setting->place, error->code, "URL: %s", error->message);
    return;
  }
  stream->url = g_strdup (url->clean);
  check_link (self, index, url->scheme);
  if (url->srt != NULL) {
    check_username (self, index);
    store_passphrase (self, stream, url, setting->place);
  } else if (url->host != NULL) {
    store_log_in (self, stream, url, setting->place);
  }
}

static void
store_main_url (Assembly *self)
{
  const CamConfigSetting *of_camera = &self->draft->keys.of[CAM_KEY_Camera_URL];
  const CamConfigSetting *of_stream = &self->draft->streams[CAM_STREAM_MAIN].of[CAM_KEY_Stream_URL];
  if (of_camera->text != NULL && of_stream->text != NULL) {
    g_autofree char *where = cam_config_place_format (of_camera->place);
    cam_config_problems_add (self->problems, of_stream->place, CAM_CONFIG_ERROR_CONFLICT,
                             "URL is the same as URL in [Camera] at %s: set one of them", where);
    return;
  }
  const CamConfigSetting *setting = of_stream->text != NULL ? of_stream : choose (&self->draft->keys, self->defaults, CAM_KEY_Camera_URL);
  if (setting->text != NULL)
    store_url (self, CAM_STREAM_MAIN, setting);
  else if (self->draft->keys.of[CAM_KEY_Camera_Address].text != NULL)
    cam_config_problems_add (self->problems, first_place (self->draft), CAM_CONFIG_ERROR_CONFLICT,
                             "camera '%s' has an Address but no URL: one with %%a is needed", self->draft->name);
  else
    cam_config_problems_add (self->problems, first_place (self->draft), CAM_CONFIG_ERROR_CONFLICT, "camera '%s' has no URL",
                             self->draft->name);
}

static void
store_sub_url (Assembly *self)
{
  const CamConfigSetting *setting = &self->draft->streams[CAM_STREAM_SUB].of[CAM_KEY_Stream_URL];
  const CamConfigPlace place = self->draft->parts[CAM_PART_STREAM_SUB];
  if (setting->text != NULL)
    store_url (self, CAM_STREAM_SUB, setting);
  else if (place.source != NULL)
    cam_config_problems_add (self->problems, place, CAM_CONFIG_ERROR_CONFLICT, "%s of camera '%s' has no URL",
                             cam_camera_part_title (CAM_PART_STREAM_SUB), self->draft->name);
}

/* Password and PasswordCredential are two ways to say one thing: the camera's one, of either kind, hides both defaults. */
static void
read_log_in (Assembly *self)
{
  const CamConfigSettings *own = &self->draft->keys;
  const bool has_own = has_own_password (self);
  const CamConfigSettings *from = has_own ? own : self->defaults;
  const CamConfigSetting *password = &from->of[CAM_KEY_Camera_Password];
  const CamConfigSetting *credential = &from->of[CAM_KEY_Camera_PasswordCredential];
  self->username = choose (own, self->defaults, CAM_KEY_Camera_Username)->text;
  if (has_own && password->text != NULL && credential->text != NULL) {
    cam_config_problems_add (self->problems, credential->place, CAM_CONFIG_ERROR_CONFLICT,
                             "Password and PasswordCredential exclude each other");
    return;
  }
  self->password_place = password->text != NULL ? password->place : credential->place;
  if (password->text != NULL) {
    self->password = cam_secret_new (password->text, -1);
    return;
  }
  if (credential->text == NULL)
    return;
  g_autofree char *name = text_of (credential);
  g_autoptr (GError) error = NULL;
  self->password = cam_config_credential_read (self->credentials_dir, name, &error);
  if (self->password == NULL)
    cam_config_problems_add_value (self->problems, credential->place, "PasswordCredential", error);
}

/* Once it is known whether a stream over SRT has it as its passphrase. */
static void
check_password (const Assembly *self)
{
  if (has_own_password (self) && self->password_place.source != NULL && self->username == NULL && !self->is_passphrase_used)
    cam_config_problems_add (self->problems, self->password_place, CAM_CONFIG_ERROR_CONFLICT, "a password needs a Username");
}

CamCameraConfig *
cam_camera_assemble (const CamCameraDraft *camera,
                     const CamConfigSettings *defaults,
                     const char *credentials_dir,
                     CamConfigProblems *problems)
{
  g_autoptr (CamCameraConfig) config = cam_camera_config_new (camera->name);
  Assembly self = {.draft = camera, .defaults = defaults, .credentials_dir = credentials_dir, .problems = problems, .config = config};
  const CamConfigSetting *address = &camera->keys.of[CAM_KEY_Camera_Address];
  store_fields (&self);
  read_log_in (&self);
  store_main_url (&self);
  store_sub_url (&self);
  check_password (&self);
  if (address->text != NULL && !self.is_address_used && config->streams[CAM_STREAM_MAIN].url != NULL)
    cam_config_problems_add (problems, address->place, CAM_CONFIG_ERROR_CONFLICT, "Address is not used: no URL of camera '%s' has %%a",
                             camera->name);
  cam_secret_unref (self.password);
  return g_steal_pointer (&config);
}
