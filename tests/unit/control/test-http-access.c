#include "control/http-access.h"

#define TOKEN "0123456789abcdef"

static CamConfigSet *
make_config (bool has_tokens)
{
  CamConfigSet *config = cam_config_set_new ();
  g_strfreev (config->server.http_allow_hosts);
  config->server.http_allow_hosts = g_strsplit ("nvr.lan", " ", -1);
  if (!has_tokens)
    return config;
  CamTokenConfig *token = cam_token_config_new ("grafana");
  token->token = cam_secret_new (TOKEN, -1);
  token->role = CAM_ROLE_OPERATOR;
  g_ptr_array_add (config->tokens, token);
  return config;
}

typedef struct {
  bool has_tokens;
  bool is_loopback;
  bool needs_role;
  CamHttpHead head;
  CamHttpAccess access;
  CamRole role;
} Row;

#define H(name) .host = (char *) name
#define RIGHT .authorization = (char *) "Bearer " TOKEN
#define WRONG .authorization = (char *) "Bearer wrong"
#define ORIGIN(text) .origin = (char *) text
#define SITE(text) .fetch_site = (char *) text

static const Row rows[] = {
    /* Without tokens: who is on this machine looks, and nobody else. */
    {false, true, true, {H ("localhost")}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_VIEWER},
    {false, true, true, {H ("localhost"), RIGHT}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_VIEWER},
    {false, true, true, {H ("localhost"), .is_forwarded = true}, CAM_HTTP_ACCESS_CLOSED, 0},
    {false, false, true, {H ("192.0.2.1")}, CAM_HTTP_ACCESS_CLOSED, 0},
    {false, false, false, {H ("192.0.2.1")}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_VIEWER},
    {false, true, true, {.is_1_0 = true}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_VIEWER},
    /* With tokens: everybody shows one. */
    {true, true, true, {H ("localhost")}, CAM_HTTP_ACCESS_NO_TOKEN, 0},
    {true, true, true, {H ("localhost"), WRONG}, CAM_HTTP_ACCESS_WRONG_TOKEN, 0},
    {true, true, true, {H ("localhost"), RIGHT}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_OPERATOR},
    {true, false, true, {H ("nvr.lan"), RIGHT}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_OPERATOR},
    {true, false, true, {H ("nvr.lan"), RIGHT, .is_forwarded = true}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_OPERATOR},
    {true, false, false, {H ("nvr.lan")}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_VIEWER},
    {true, false, false, {H ("nvr.lan"), WRONG}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_VIEWER},
    /* Whatever they know: pages of others, and names of others. */
    {true, true, true, {H ("evil.example"), RIGHT}, CAM_HTTP_ACCESS_FOREIGN_HOST, 0},
    {true, true, false, {H ("evil.example")}, CAM_HTTP_ACCESS_FOREIGN_HOST, 0},
    {true, true, true, {H ("nvr.lan"), RIGHT, ORIGIN ("http://evil.example")}, CAM_HTTP_ACCESS_FOREIGN_ORIGIN, 0},
    {true, true, true, {H ("nvr.lan"), RIGHT, ORIGIN ("null")}, CAM_HTTP_ACCESS_FOREIGN_ORIGIN, 0},
    {true, true, true, {.is_1_0 = true, RIGHT, ORIGIN ("http://nvr.lan")}, CAM_HTTP_ACCESS_FOREIGN_ORIGIN, 0},
    {true, true, true, {H ("nvr.lan"), RIGHT, SITE ("cross-site")}, CAM_HTTP_ACCESS_FOREIGN_ORIGIN, 0},
    {true, true, true, {H ("nvr.lan"), RIGHT, SITE ("same-site")}, CAM_HTTP_ACCESS_FOREIGN_ORIGIN, 0},
    {false, true, true, {H ("nvr.lan"), SITE ("cross-site")}, CAM_HTTP_ACCESS_FOREIGN_ORIGIN, 0},
    {true, true, true, {H ("nvr.lan"), RIGHT, SITE ("same-origin"), ORIGIN ("http://nvr.lan")}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_OPERATOR},
    {true, true, true, {H ("nvr.lan"), RIGHT, SITE ("none")}, CAM_HTTP_ACCESS_GRANTED, CAM_ROLE_OPERATOR},
};

static void
test_table (void)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamConfigSet) config = make_config (rows[i].has_tokens);
    CamRole role = CAM_ROLE_VIEWER;
    const CamTokenConfig *token = NULL;
    g_test_message ("row %u", i);
    CamHttpAccess access = cam_http_access_decide (config, &rows[i].head, rows[i].is_loopback, rows[i].needs_role, &role, &token);
    g_assert_cmpint (access, ==, rows[i].access);
    g_assert_cmpint (role, ==, rows[i].role);
    g_assert_cmpint (token != NULL, ==, access == CAM_HTTP_ACCESS_GRANTED && role != CAM_ROLE_VIEWER);
  }
}

static void
test_words (void)
{
  for (int i = 0; i < CAM_N_HTTP_ACCESSES; i++) {
    CamHttpAccess access = (CamHttpAccess) i;
    unsigned status = cam_http_access_status (access);
    g_assert_true (access == CAM_HTTP_ACCESS_GRANTED ? status == 200 : status == 401 || status == 403);
    g_assert_cmpstr (cam_http_access_word (access), !=, "");
    g_assert_cmpint (cam_http_access_message (access)[0] == '\0', ==, access == CAM_HTTP_ACCESS_GRANTED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/http-access/table", test_table);
  g_test_add_func ("/control/http-access/words", test_words);
  return g_test_run ();
}
