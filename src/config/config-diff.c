#include "config/config-diff.h"

#include <string.h>

#include "config/config-field.h"
#include "core/redact.h"

static void
free_key_change (gpointer data)
{
  CamKeyChange *change = data;
  g_free (change->before);
  g_free (change->after);
  g_free (change);
}

static void
free_camera_diff (gpointer data)
{
  CamCameraDiff *diff = data;
  g_free (diff->camera);
  g_ptr_array_unref (diff->keys);
  g_free (diff);
}

void
cam_config_diff_free (CamConfigDiff *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->server);
  g_ptr_array_unref (self->cameras);
  g_ptr_array_unref (self->users);
  g_ptr_array_unref (self->tokens);
  g_free (self);
}

bool
cam_config_diff_is_empty (const CamConfigDiff *self)
{
  return self->server->len == 0 && self->cameras->len == 0 && self->users->len == 0 && self->tokens->len == 0;
}

/* @before, @after: (transfer full) */
static void
add_change (GPtrArray *changes, CamConfigKeyId key, int stream, char *before, char *after)
{
  CamKeyChange *change = g_new0 (CamKeyChange, 1);
  *change = (CamKeyChange){.key = key, .stream = stream, .before = before, .after = after};
  g_ptr_array_add (changes, change);
}

/* True and a change added when the field of @key is another one in @after than in @before. */
static bool
compare_field (GPtrArray *changes, CamConfigKeyId id, int stream, const void *before, const void *after)
{
  const CamConfigKey *key = &cam_config_keys[id];
  if (cam_config_field_equal (key, before, after))
    return false;
  add_change (changes, id, stream, cam_config_field_write (key, before), cam_config_field_write (key, after));
  return true;
}

static void
compare_servers (GPtrArray *changes, const CamServerConfig *before, const CamServerConfig *after)
{
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (cam_config_keys[i].scope != CAM_KEY_SCOPE_SERVER)
      continue;
    if (cam_config_keys[i].has_field)
      compare_field (changes, (CamConfigKeyId) i, -1, before, after);
    else if (i == CAM_KEY_SRT_Passphrase && !cam_secret_equal (before->srt_passphrase, after->srt_passphrase))
      add_change (changes, CAM_KEY_SRT_Passphrase, -1, NULL, NULL);
  }
}

typedef struct {
  const CamCameraConfig *before; /* borrowed */
  const CamCameraConfig *after;  /* borrowed */
  CamCameraDiff *diff;           /* borrowed */
} CameraPair;

static bool
has_both (const CameraPair *pair, unsigned stream)
{
  return pair->before->streams[stream].url != NULL && pair->after->streams[stream].url != NULL;
}

static void
note_effect (const CameraPair *pair, unsigned stream, CamConfigKeyId key)
{
  CamKeyEffect *effect = &pair->diff->effects[stream];
  *effect = MAX (*effect, cam_config_keys[key].effect);
}

static void
compare_stream_field (const CameraPair *pair, CamConfigKeyId key)
{
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    if (has_both (pair, i) && compare_field (pair->diff->keys, key, (int) i, &pair->before->streams[i], &pair->after->streams[i]))
      note_effect (pair, i, key);
  }
}

static void
compare_camera_field (const CameraPair *pair, CamConfigKeyId key)
{
  if (!compare_field (pair->diff->keys, key, -1, pair->before, pair->after))
    return;
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    if (has_both (pair, i))
      note_effect (pair, i, key);
  }
}

/* What is the same once redacted differs in a secret. */
static void
add_url_change (GPtrArray *changes, int stream, const char *before, const char *after)
{
  g_autofree char *left = cam_redact_url (before);
  g_autofree char *right = cam_redact_url (after);
  const bool is_secret = strcmp (left, right) == 0;
  add_change (changes, CAM_KEY_Stream_URL, stream, is_secret ? NULL : g_steal_pointer (&left), is_secret ? NULL : g_steal_pointer (&right));
}

static void
compare_urls (const CameraPair *pair)
{
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    const char *before = pair->before->streams[i].url;
    const char *after = pair->after->streams[i].url;
    if (!has_both (pair, i) || strcmp (before, after) == 0)
      continue;
    add_url_change (pair->diff->keys, (int) i, before, after);
    note_effect (pair, i, CAM_KEY_Stream_URL);
  }
}

static bool
usernames_equal (const CamStreamConfig *before, const CamStreamConfig *after)
{
  return g_strcmp0 (before->username, after->username) == 0;
}

static bool
passwords_equal (const CamStreamConfig *before, const CamStreamConfig *after)
{
  return cam_secret_equal (before->password, after->password);
}

/* Streams have their log-ins from their URLs or from the camera's keys: whichever it was, it is one change of the camera. */
static void
compare_log_ins (const CameraPair *pair, CamConfigKeyId key, bool (*equal) (const CamStreamConfig *, const CamStreamConfig *))
{
  bool is_changed = false;
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    if (!has_both (pair, i) || equal (&pair->before->streams[i], &pair->after->streams[i]))
      continue;
    is_changed = true;
    note_effect (pair, i, key);
  }
  if (is_changed)
    add_change (pair->diff->keys, key, -1, NULL, NULL);
}

static void
compare_key (const CameraPair *pair, CamConfigKeyId id)
{
  const CamConfigKey *key = &cam_config_keys[id];
  if (key->scope != CAM_KEY_SCOPE_CAMERA)
    return;
  if (key->has_field && cam_config_key_is_of_stream (key))
    compare_stream_field (pair, id);
  else if (key->has_field)
    compare_camera_field (pair, id);
  else if (id == CAM_KEY_Stream_URL)
    compare_urls (pair);
  else if (id == CAM_KEY_Camera_Username)
    compare_log_ins (pair, id, usernames_equal);
  else if (id == CAM_KEY_Camera_Password)
    compare_log_ins (pair, id, passwords_equal);
}

static CamCameraDiff *
camera_diff_new (const char *camera, CamCameraChange change)
{
  CamCameraDiff *diff = g_new0 (CamCameraDiff, 1);
  diff->camera = g_strdup (camera);
  diff->change = change;
  diff->keys = g_ptr_array_new_with_free_func (free_key_change);
  return diff;
}

static void
compare_cameras (GPtrArray *diffs, const CamCameraConfig *before, const CamCameraConfig *after)
{
  if (before == after)
    return;
  CamCameraDiff *diff = camera_diff_new (before->name, CAM_CAMERA_CHANGED);
  const CameraPair pair = {.before = before, .after = after, .diff = diff};
  bool is_changed = false;
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    diff->appears[i] = before->streams[i].url == NULL && after->streams[i].url != NULL;
    diff->vanishes[i] = before->streams[i].url != NULL && after->streams[i].url == NULL;
    is_changed = is_changed || diff->appears[i] || diff->vanishes[i];
  }
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++)
    compare_key (&pair, (CamConfigKeyId) i);
  if (is_changed || diff->keys->len > 0)
    g_ptr_array_add (diffs, diff);
  else
    free_camera_diff (diff);
}

static void
note_camera (GPtrArray *diffs, const void *before, const void *after)
{
  if (before != NULL && after != NULL)
    compare_cameras (diffs, before, after);
  else if (after != NULL)
    g_ptr_array_add (diffs, camera_diff_new (((const CamCameraConfig *) after)->name, CAM_CAMERA_ADDED));
  else
    g_ptr_array_add (diffs, camera_diff_new (((const CamCameraConfig *) before)->name, CAM_CAMERA_REMOVED));
}

static bool
fields_equal (CamKeyScope scope, const void *before, const void *after)
{
  for (unsigned i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    const CamConfigKey *key = &cam_config_keys[i];
    if (key->scope == scope && key->has_field && !cam_config_field_equal (key, before, after))
      return false;
  }
  return true;
}

/* The first member is the name of either. */
static void
note_name (GPtrArray *names, const void *before, const void *after, bool is_same)
{
  const char *name = before != NULL ? *(char *const *) before : *(char *const *) after;
  const char sign = before == NULL ? '+' : after == NULL ? '-' : '~';
  if (sign != '~' || !is_same)
    g_ptr_array_add (names, g_strdup_printf ("%c%s", sign, name));
}

static bool
users_equal (const CamUserConfig *user, const CamUserConfig *other)
{
  return cam_secret_equal (user->password, other->password) && g_strcmp0 (user->md5_hash, other->md5_hash) == 0 &&
         g_strcmp0 (user->sha256_hash, other->sha256_hash) == 0 && fields_equal (CAM_KEY_SCOPE_USER, user, other);
}

static void
note_user (GPtrArray *names, const void *before, const void *after)
{
  note_name (names, before, after, before != NULL && after != NULL && users_equal (before, after));
}

static bool
tokens_equal (const CamTokenConfig *token, const CamTokenConfig *other)
{
  return cam_secret_equal (token->token, other->token) && g_strcmp0 (token->hash, other->hash) == 0 && token->role == other->role;
}

static void
note_token (GPtrArray *names, const void *before, const void *after)
{
  note_name (names, before, after, before != NULL && after != NULL && tokens_equal (before, after));
}

/* Calls @note for each name in two lists that are sorted by it, with NULL for the one that is in the other list only. */
static void
compare_lists (const GPtrArray *before,
               const GPtrArray *after,
               void (*note) (GPtrArray *found, const void *before, const void *after),
               GPtrArray *found)
{
  unsigned i = 0;
  unsigned j = 0;
  while (i < before->len || j < after->len) {
    const void *left = i < before->len ? g_ptr_array_index (before, i) : NULL;
    const void *right = j < after->len ? g_ptr_array_index (after, j) : NULL;
    int order = left == NULL ? 1 : -1;
    if (left != NULL && right != NULL)
      order = strcmp (*(char *const *) left, *(char *const *) right);
    note (found, order <= 0 ? left : NULL, order >= 0 ? right : NULL);
    i += order <= 0;
    j += order >= 0;
  }
}

CamConfigDiff *
cam_config_diff_new (const CamConfigSet *before, const CamConfigSet *after)
{
  CamConfigDiff *self = g_new0 (CamConfigDiff, 1);
  self->server = g_ptr_array_new_with_free_func (free_key_change);
  self->cameras = g_ptr_array_new_with_free_func (free_camera_diff);
  self->users = g_ptr_array_new_with_free_func (g_free);
  self->tokens = g_ptr_array_new_with_free_func (g_free);
  compare_servers (self->server, &before->server, &after->server);
  compare_lists (before->cameras, after->cameras, note_camera, self->cameras);
  compare_lists (before->users, after->users, note_user, self->users);
  compare_lists (before->tokens, after->tokens, note_token, self->tokens);
  return self;
}

/* "[Stream sub] StallTimeout=5s → 10s (live)" */
static char *
describe_key (const CamKeyChange *change)
{
  const CamConfigKey *key = &cam_config_keys[change->key];
  const char *word = cam_key_effect_word (key->effect);
  g_autofree char *section = change->stream < 0 ? g_strdup (key->section)
                                                : g_strdup_printf ("%s %s", key->section, cam_stream_name ((unsigned) change->stream));
  if (change->before == NULL || change->after == NULL)
    return g_strdup_printf ("[%s] %s (%s)", section, key->name, word);
  return g_strdup_printf ("[%s] %s=%s → %s (%s)", section, key->name, change->before, change->after, word);
}

static void
describe_camera (GPtrArray *lines, const CamCameraDiff *diff)
{
  if (diff->change != CAM_CAMERA_CHANGED)
    g_ptr_array_add (lines, g_strdup_printf ("%c camera %s", diff->change == CAM_CAMERA_ADDED ? '+' : '-', diff->camera));
  for (unsigned i = 0; i < CAM_N_STREAMS; i++) {
    if (diff->appears[i] || diff->vanishes[i])
      g_ptr_array_add (lines, g_strdup_printf ("%c camera %s: [Stream %s]", diff->appears[i] ? '+' : '-', diff->camera, cam_stream_name (i)));
  }
  for (unsigned i = 0; i < diff->keys->len; i++) {
    g_autofree char *key = describe_key (g_ptr_array_index (diff->keys, i));
    g_ptr_array_add (lines, g_strdup_printf ("~ camera %s: %s", diff->camera, key));
  }
}

static void
describe_names (GPtrArray *lines, const char *what, const GPtrArray *names)
{
  for (unsigned i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_ptr_array_add (lines, g_strdup_printf ("%c %s %s", name[0], what, name + 1));
  }
}

GPtrArray *
cam_config_diff_describe (const CamConfigDiff *self)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < self->server->len; i++) {
    g_autofree char *key = describe_key (g_ptr_array_index (self->server, i));
    g_ptr_array_add (lines, g_strdup_printf ("~ %s", key));
  }
  for (unsigned i = 0; i < self->cameras->len; i++)
    describe_camera (lines, g_ptr_array_index (self->cameras, i));
  describe_names (lines, "user", self->users);
  describe_names (lines, "token", self->tokens);
  return lines;
}
