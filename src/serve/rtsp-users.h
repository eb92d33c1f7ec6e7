/* The users of the configuration and the log-in of clients, by Digest or, under TLS, Basic: challenges, nonces, whether an Authorization value proves who somebody is.
 * What a user may see is access-rules' business.
 * Thread: any; immutable but for the key that nonces are made with, which never changes. Owner: rtsp-server; connections hold references. */
#pragma once

#include "config/config-set.h"
#include "wire/rtsp-message.h"

typedef struct CamRtspUsers CamRtspUsers;

#define CAM_RTSP_REALM "camrelay"

/* @config: kept by reference. Hashes are made once, here. */
CamRtspUsers *cam_rtsp_users_new (CamConfigSet *config);
CamRtspUsers *cam_rtsp_users_ref (CamRtspUsers *self);
void cam_rtsp_users_unref (CamRtspUsers *self); /* NULL is fine */

/* Nonces that @before made count here, too. Before anybody else has @self. */
void cam_rtsp_users_inherit (CamRtspUsers *self, const CamRtspUsers *before);

bool cam_rtsp_users_any (const CamRtspUsers *self); /* whether a user is configured at all */

typedef enum
{
  CAM_LOGIN_NONE,    /* no Authorization, or one we cannot use: challenge */
  CAM_LOGIN_OK,
  CAM_LOGIN_STALE,   /* right, but the nonce is too old: challenge with stale=true, no failure */
  CAM_LOGIN_FAILED   /* wrong user or password: log, slow down, challenge */
} CamLogin;

/* @is_sealed: TLS is between us and the client, so that Basic may be used too.
 * @authorization: header value or NULL; @ret_user: the configuration's user with OK, else NULL. @ret_name: with FAILED the name that was tried,
 * redacted, (transfer full), else NULL. Takes the same time for unknown users as for wrong passwords.
 * @binding: a random number of the connection: a nonce counts only on the connection it was given to, elsewhere it is stale. */
CamLogin cam_rtsp_users_check (const CamRtspUsers *self,
                               const char *authorization,
                               const char *method,
                               const char *uri,
                               uint64_t binding,
                               bool is_sealed,
                               int64_t now_us,
                               const CamUserConfig **ret_user,
                               char **ret_name);

/* The user who knows @password (nullable: none was said), which was said in the open; NULL: there is none. Takes the same time for unknown users. */
const CamUserConfig *cam_rtsp_users_check_password (const CamRtspUsers *self, const char *name, const CamSecret *password);

/* Adds the WWW-Authenticate headers to a 401: Digest with SHA-256, then MD5 (each if a user's hash is known), then Basic if @is_sealed. */
void cam_rtsp_users_challenge (const CamRtspUsers *self, CamRtspMessage *response, bool stale, uint64_t binding, bool is_sealed, int64_t now_us);
