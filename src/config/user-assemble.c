#include "config/user-assemble.h"

#include <string.h>

#include "config/access-words.h"
#include "config/camera-assemble.h"
#include "config/config-credential.h"
#include "config/config-value.h"
#include "config/hash-word.h"

/* True when @word is such a hash and there is none yet. */
static bool
take_hash (const char *word, const char *prefix, size_t n_digits, char **hash)
{
  if (*hash != NULL)
    return false;
  *hash = cam_config_read_hash (word, prefix, n_digits);
  return *hash != NULL;
}

static void
store_hashes (CamUserConfig *user, const CamConfigSetting *setting, CamConfigProblems *problems)
{
  g_auto (GStrv) words = cam_config_parse_words (setting->text, NULL);
  bool ok = words != NULL;
  for (unsigned i = 0; ok && words[i] != NULL; i++)
    ok = take_hash (words[i], "md5:", CAM_MD5_DIGITS, &user->md5_hash) || take_hash (words[i], "sha256:", CAM_SHA256_DIGITS, &user->sha256_hash);
  if (!ok)
    cam_config_problems_add (problems, setting->place, CAM_CONFIG_ERROR_VALUE,
                             "DigestHash: expected md5: and 32 hex digits, sha256: and 64 hex digits, or both");
}

static void
store_credential (CamUserConfig *user, const CamConfigSetting *setting, const char *credentials_dir, CamConfigProblems *problems)
{
  g_autofree char *name = g_strstrip (g_strdup (setting->text));
  g_autoptr (GError) error = NULL;
  user->password = cam_config_credential_read (credentials_dir, name, &error);
  if (user->password == NULL)
    cam_config_problems_add_value (problems, setting->place, "PasswordCredential", error);
}

static void
store_secret (CamUserConfig *user, const CamNamedDraft *draft, const char *credentials_dir, CamConfigProblems *problems)
{
  const CamConfigSetting *password = &draft->keys.of[CAM_KEY_User_Password];
  const CamConfigSetting *credential = &draft->keys.of[CAM_KEY_User_PasswordCredential];
  const CamConfigSetting *hash = &draft->keys.of[CAM_KEY_User_DigestHash];
  const unsigned kinds = (password->text != NULL) + (credential->text != NULL) + (hash->text != NULL);
  if (kinds == 0)
    cam_config_problems_add (problems, draft->place, CAM_CONFIG_ERROR_CONFLICT,
                             "user '%s' needs one of Password, PasswordCredential and DigestHash", draft->name);
  else if (kinds > 1)
    cam_config_problems_add (problems, draft->place, CAM_CONFIG_ERROR_CONFLICT,
                             "user '%s' has more than one of Password, PasswordCredential and DigestHash", draft->name);
  else if (password->text != NULL)
    user->password = cam_secret_new (password->text, -1);
  else if (credential->text != NULL)
    store_credential (user, credential, credentials_dir, problems);
  else
    store_hashes (user, hash, problems);
}

static void
check_groups (const CamUserConfig *user, const CamConfigSetting *setting, CamConfigProblems *problems)
{
  for (char **group = user->groups; *group != NULL; group++) {
    if (cam_user_name_is_valid (*group))
      continue;
    g_autofree char *quoted = cam_config_quote (*group);
    cam_config_problems_add (problems, setting->place, CAM_CONFIG_ERROR_VALUE,
                             "Groups=%s: expected names of 1 to 64 of A-Z a-z 0-9 . _ @ -", quoted);
  }
}

CamUserConfig *
cam_user_assemble (const CamNamedDraft *draft, const char *credentials_dir, CamConfigProblems *problems)
{
  g_autoptr (CamUserConfig) user = cam_user_config_new (draft->name);
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (cam_config_keys[i].scope == CAM_KEY_SCOPE_USER)
      cam_config_store_setting (&cam_config_keys[i], &draft->keys.of[i], user, problems);
  }
  store_secret (user, draft, credentials_dir, problems);
  check_groups (user, &draft->keys.of[CAM_KEY_User_Groups], problems);
  return g_steal_pointer (&user);
}
