/* The arithmetic of Digest log-ins (RFC 7616, 3.4; RFC 2617, 3.2.2).
 * Who sends or checks it is rtsp-auth's.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "wire/rtsp-auth.h"

/* "MD5" or "SHA-256". */
const char *cam_digest_get_name (CamDigestHash hash);

/* What an algorithm= says; NULL is MD5. @ret_is_session: the "-sess" form. False: one that is not known. */
bool cam_digest_read_algorithm (const char *text, CamDigestHash *ret_hash, bool *ret_is_session);

/* Hex of HASH over the NULL-terminated strings with colons between them. (transfer full) */
char *cam_digest_of (CamDigestHash hash, const char *first, ...) G_GNUC_NULL_TERMINATED;

/* What makes a response but the password and the method; strings borrowed. */
typedef struct {
  CamDigestHash hash;
  const char *nonce;
  const char *uri;
  const char *qop; /* NULL: as in RFC 2069, without nc and cnonce */
  const char *nc;
  const char *cnonce;
} CamDigestInput;

/* The response=: hex. @ha1: hex. (transfer full) */
char *cam_digest_respond (const CamDigestInput *input, const char *ha1, const char *method);
