#include "control/http-access.h"

#include "control/http-host.h"
#include "control/token-check.h"

static const struct {
  unsigned status;
  const char *word;
  const char *message;
} rows[CAM_N_HTTP_ACCESSES] = {
    [CAM_HTTP_ACCESS_GRANTED] = {200, "ok", ""},
    [CAM_HTTP_ACCESS_FOREIGN_HOST] = {403, "foreign-host", "this name is not known here: use an address, or add the name to [HTTP] AllowHosts"},
    [CAM_HTTP_ACCESS_FOREIGN_ORIGIN] = {403, "foreign-origin", "a browser asks for a page from somewhere else"},
    [CAM_HTTP_ACCESS_NO_TOKEN] = {401, "no-token", "a token is needed: Authorization: Bearer TOKEN"},
    [CAM_HTTP_ACCESS_WRONG_TOKEN] = {401, "wrong-token", "this token is not known"},
    [CAM_HTTP_ACCESS_CLOSED] = {403, "closed", "no [Token NAME] is configured: only who is on this machine may look, and changes need a token or camrelayctl"},
};

unsigned
cam_http_access_status (CamHttpAccess access)
{
  return rows[access].status;
}

const char *
cam_http_access_word (CamHttpAccess access)
{
  return rows[access].word;
}

const char *
cam_http_access_message (CamHttpAccess access)
{
  return rows[access].message;
}

/* Browsers say Origin with what can change something, and Sec-Fetch-Site with everything (Fetch, 3.2; Fetch Metadata Request Headers, 2.3). */
static bool
is_foreign_page (const CamHttpHead *head)
{
  const char *site = head->fetch_site;
  if (site != NULL && !g_str_equal (site, "same-origin") && !g_str_equal (site, "none"))
    return true;
  return head->origin != NULL && (head->host == NULL || !cam_http_origin_is_host (head->origin, head->host));
}

CamHttpAccess
cam_http_access_decide (const CamConfigSet *config,
                        const CamHttpHead *head,
                        bool is_loopback,
                        bool needs_role,
                        CamRole *ret_role,
                        const CamTokenConfig **ret_token)
{
  const CamTokenConfig *token = NULL;
  if (head->host != NULL && !cam_http_host_is_ours (head->host, (const char *const *) config->server.http_allow_hosts))
    return CAM_HTTP_ACCESS_FOREIGN_HOST;
  if (is_foreign_page (head))
    return CAM_HTTP_ACCESS_FOREIGN_ORIGIN;
  CamTokenVerdict verdict = needs_role && config->tokens->len > 0 ? cam_token_check (config, head->authorization, &token) : CAM_TOKEN_RIGHT;
  switch (verdict) {
  case CAM_TOKEN_NONE:
    return CAM_HTTP_ACCESS_NO_TOKEN;
  case CAM_TOKEN_WRONG:
    return CAM_HTTP_ACCESS_WRONG_TOKEN;
  case CAM_TOKEN_RIGHT:
    break;
  }
  if (needs_role && token == NULL && (!is_loopback || head->is_forwarded))
    return CAM_HTTP_ACCESS_CLOSED;
  *ret_role = token != NULL ? token->role : CAM_ROLE_VIEWER;
  *ret_token = token;
  return CAM_HTTP_ACCESS_GRANTED;
}
