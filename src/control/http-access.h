/* Who a request comes from and what he may do: Host, Origin, token. With tokens configured everybody shows one; without, who asks from this machine may
 * look, and nobody may change anything: there is the control socket, which knows who asks. docs/decisions/0036 says why.
 * Thread: pure. Owner: none. */
#pragma once

#include "control/http-head.h"

#include "config/config-set.h"

typedef enum
{
  CAM_HTTP_ACCESS_GRANTED,
  CAM_HTTP_ACCESS_FOREIGN_HOST,   /* 403: Host is neither an address nor a name in [HTTP] AllowHosts */
  CAM_HTTP_ACCESS_FOREIGN_ORIGIN, /* 403: a page of somebody else's made a browser ask */
  CAM_HTTP_ACCESS_NO_TOKEN,       /* 401 */
  CAM_HTTP_ACCESS_WRONG_TOKEN,    /* 401 */
  CAM_HTTP_ACCESS_CLOSED,         /* 403: no token is configured, so nobody from elsewhere gets in */
  CAM_N_HTTP_ACCESSES
} CamHttpAccess;

/* @is_loopback: the connection comes from this machine; a proxy's requests for somebody else are not taken for it.
 * @needs_role: false for what everybody may see who may talk to us at all. @ret_role: with GRANTED. @ret_token: with GRANTED, borrowed from @config; NULL: without one. */
CamHttpAccess cam_http_access_decide (const CamConfigSet *config,
                                      const CamHttpHead *head,
                                      bool is_loopback,
                                      bool needs_role,
                                      CamRole *ret_role,
                                      const CamTokenConfig **ret_token);

unsigned cam_http_access_status (CamHttpAccess access);     /* 200, 401, 403 */
const char *cam_http_access_word (CamHttpAccess access);    /* "foreign-host", the error's code; never NULL */
const char *cam_http_access_message (CamHttpAccess access); /* for people; "" with GRANTED */
