/* camrelayctl hash-password: what stands in the configuration in place of a password or a token. Needs no daemon.
 * Thread: the program's only one. Owner: none, functions only. */
#pragma once

#include "ctl/command.h"

bool cam_command_hash_password (const CamCommandRow *row, CamCtlSetup *setup, char ***words, GError **error);

/* "DigestHash=md5:HEX sha256:HEX" of USER:camrelay:PASSWORD (RFC 7616, 3.4.2: H(A1)). (transfer full) */
char *cam_command_make_digest_hash (const char *user, const char *password);

/* "TokenHash=sha256:HEX". (transfer full) */
char *cam_command_make_token_hash (const char *token);
