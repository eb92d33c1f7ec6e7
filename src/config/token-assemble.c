#include "config/token-assemble.h"

#include <string.h>

#include "config/camera-assemble.h"
#include "config/config-credential.h"
#include "config/hash-word.h"

#define TOKEN_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

static bool
is_token (const CamSecret *secret)
{
  const char *text = cam_secret_reveal (secret);
  const size_t length = strlen (text);
  return length >= CAM_TOKEN_LEAST_BYTES && length <= CAM_TOKEN_MOST_BYTES && strspn (text, TOKEN_CHARACTERS) == length;
}

static void
store_credential (CamTokenConfig *token, const CamConfigSetting *setting, const char *credentials_dir, CamConfigProblems *problems)
{
  g_autofree char *name = g_strstrip (g_strdup (setting->text));
  g_autoptr (GError) error = NULL;
  token->token = cam_config_credential_read (credentials_dir, name, &error);
  if (token->token == NULL)
    cam_config_problems_add_value (problems, setting->place, "TokenCredential", error);
  else if (!is_token (token->token))
    cam_config_problems_add (problems, setting->place, CAM_CONFIG_ERROR_VALUE,
                             "TokenCredential: expected a token of " G_STRINGIFY (CAM_TOKEN_LEAST_BYTES) " to " G_STRINGIFY (
                                 CAM_TOKEN_MOST_BYTES) " of A-Z a-z 0-9 - . _ ~ + / =");
}

static void
store_hash (CamTokenConfig *token, const CamConfigSetting *setting, CamConfigProblems *problems)
{
  g_autofree char *word = g_strstrip (g_strdup (setting->text));
  token->hash = cam_config_read_hash (word, "sha256:", CAM_SHA256_DIGITS);
  if (token->hash == NULL)
    cam_config_problems_add (problems, setting->place, CAM_CONFIG_ERROR_VALUE, "TokenHash: expected sha256: and 64 hex digits");
}

CamTokenConfig *
cam_token_assemble (const CamNamedDraft *draft, const char *credentials_dir, CamConfigProblems *problems)
{
  CamTokenConfig *token = cam_token_config_new (draft->name);
  const CamConfigSetting *credential = &draft->keys.of[CAM_KEY_Token_TokenCredential];
  const CamConfigSetting *hash = &draft->keys.of[CAM_KEY_Token_TokenHash];
  for (int i = 0; i < CAM_N_CONFIG_KEYS; i++) {
    if (cam_config_keys[i].scope == CAM_KEY_SCOPE_TOKEN)
      cam_config_store_setting (&cam_config_keys[i], &draft->keys.of[i], token, problems);
  }
  if (credential->text == NULL && hash->text == NULL)
    cam_config_problems_add (problems, draft->place, CAM_CONFIG_ERROR_CONFLICT, "token '%s' needs TokenCredential or TokenHash", draft->name);
  else if (credential->text != NULL && hash->text != NULL)
    cam_config_problems_add (problems, hash->place, CAM_CONFIG_ERROR_CONFLICT, "TokenCredential and TokenHash exclude each other");
  else if (credential->text != NULL)
    store_credential (token, credential, credentials_dir, problems);
  else
    store_hash (token, hash, problems);
  return token;
}
