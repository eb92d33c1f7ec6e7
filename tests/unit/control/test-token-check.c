#include "control/token-check.h"

static CamConfigSet *
make_config (void)
{
  CamConfigSet *config = cam_config_set_new ();
  CamTokenConfig *plain = cam_token_config_new ("plain");
  plain->token = cam_secret_new ("0123456789abcdef", -1);
  plain->role = CAM_ROLE_ADMIN;
  CamTokenConfig *hashed = cam_token_config_new ("hashed");
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "fedcba9876543210", -1);
  hashed->hash = g_ascii_strup (hash, -1);
  CamTokenConfig *empty = cam_token_config_new ("empty");
  empty->token = cam_secret_new ("", -1);
  CamTokenConfig *broken = cam_token_config_new ("broken");
  broken->hash = g_strdup ("00");
  g_ptr_array_add (config->tokens, plain);
  g_ptr_array_add (config->tokens, hashed);
  g_ptr_array_add (config->tokens, empty);
  g_ptr_array_add (config->tokens, broken);
  cam_config_set_sort (config);
  return config;
}

static void
test_verdicts (void)
{
  static const struct {
    const char *authorization;
    CamTokenVerdict verdict;
    const char *name;
  } rows[] = {
      {NULL, CAM_TOKEN_NONE, NULL},
      {"Bearer 0123456789abcdef", CAM_TOKEN_RIGHT, "plain"},
      {"bearer  0123456789abcdef", CAM_TOKEN_RIGHT, "plain"},
      {"Bearer fedcba9876543210", CAM_TOKEN_RIGHT, "hashed"},
      {"Bearer 0123456789abcdeF", CAM_TOKEN_WRONG, NULL},
      {"Bearer 0123456789abcde", CAM_TOKEN_WRONG, NULL},
      {"Bearer ", CAM_TOKEN_WRONG, NULL},
      {"Bearer", CAM_TOKEN_WRONG, NULL},
      {"", CAM_TOKEN_WRONG, NULL},
      {"Basic 0123456789abcdef", CAM_TOKEN_WRONG, NULL},
      {"0123456789abcdef", CAM_TOKEN_WRONG, NULL},
  };
  g_autoptr (CamConfigSet) config = make_config ();
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    const CamTokenConfig *token = NULL;
    g_test_message ("row %u", i);
    g_assert_cmpint (cam_token_check (config, rows[i].authorization, &token), ==, rows[i].verdict);
    g_assert_cmpstr (token != NULL ? token->name : NULL, ==, rows[i].name);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/token-check/verdicts", test_verdicts);
  return g_test_run ();
}
