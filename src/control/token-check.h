/* Whether what a request carries is a token of the configuration, and which: RFC 6750's Authorization: Bearer. Tokens in URLs are not looked at: URLs are logged and shared.
 * Thread: pure. Owner: none. */
#pragma once

#include "config/config-set.h"

typedef enum
{
  CAM_TOKEN_NONE,  /* none was said */
  CAM_TOKEN_RIGHT,
  CAM_TOKEN_WRONG
} CamTokenVerdict;

/* @authorization: the header's value, nullable. @ret_token: with RIGHT, borrowed from @config. What came is hashed and compared with the hash of every
 * token, whole, so that the time says nothing about any. */
CamTokenVerdict cam_token_check (const CamConfigSet *config, const char *authorization, const CamTokenConfig **ret_token);
