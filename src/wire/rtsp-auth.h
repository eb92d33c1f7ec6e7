/* Basic and Digest, both sides: towards cameras (RFC 7616, RFC 2617) and towards clients.
 * Who may do what is decided elsewhere; here is only whether a response proves knowledge of a password.
 * Thread: pure; nonces and time are arguments. Owner: the caller. */
#pragma once

#include "core/secret.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  CAM_DIGEST_MD5,
  CAM_DIGEST_SHA256,
  CAM_N_DIGESTS
} CamDigestHash;

/* ---- client side: answering a camera ---- */

typedef struct CamAuthClient CamAuthClient;

CamAuthClient *cam_auth_client_new (const char *username, CamSecret *password); /* either may be NULL */
void cam_auth_client_free (CamAuthClient *self); /* NULL is fine */

typedef enum
{
  CAM_AUTH_RETRY,        /* send the request again with cam_auth_client_header () */
  CAM_AUTH_FAILED,       /* the password was refused (a second 401 with no stronger challenge and without stale=true, or the fourth stale=true in a
                          * row), or there is none */
  CAM_AUTH_UNSUPPORTED   /* no challenge we can answer */
} CamAuthOutcome;

/* All WWW-Authenticate values of one 401, several challenges in one value too; the strongest is taken: Digest SHA-256(-sess), MD5(-sess), Basic.
 * @cnonce: 16 hex digits or more, random. */
CamAuthOutcome cam_auth_client_challenge (CamAuthClient *self, const char *const *values, const char *cnonce);

/* A response that was not 401 came: later 401s begin anew (nonces expire). */
void cam_auth_client_accepted (CamAuthClient *self);

/* The Authorization value for a request, NULL while no challenge was seen. Counts nc up. (transfer full) */
char *cam_auth_client_header (CamAuthClient *self, const char *method, const char *uri);

/* ---- server side: checking a client ---- */

/* One WWW-Authenticate value. @realm and @nonce: ours, without quotes and backslashes. (transfer full) */
char *cam_auth_server_challenge (const char *realm, const char *nonce, CamDigestHash hash, bool stale);

/* Name and password of a Basic Authorization value (RFC 7617). False: another scheme, not base64 of "NAME:PASSWORD", over 4 KiB, or a NUL in it.
 * @ret_name: (transfer full), UTF-8 or not; @ret_password: a reference. */
bool cam_auth_basic_parse (const char *value, char **ret_name, CamSecret **ret_password);

/* What a Digest Authorization value says; strings owned. */
typedef struct {
  bool is_digest;
  CamDigestHash hash;
  char *username;
  char *realm;
  char *nonce;
  char *uri;
  char *response;
  char *qop;    /* NULL, or "auth" */
  char *nc;
  char *cnonce;
} CamAuthResponse;

/* NULL: not readable, or a scheme or algorithm that is not offered. At most 4 KiB, 16 parameters. */
CamAuthResponse *cam_auth_response_parse (const char *value);
void cam_auth_response_free (CamAuthResponse *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamAuthResponse, cam_auth_response_free)

/* Whether @self proves @ha1 (lower-case hex of HASH (user:realm:password)) for @method; constant time. That nonce, realm and uri are right is the caller's to check. */
bool cam_auth_response_check (const CamAuthResponse *self, const char *ha1, const char *method);

/* Hex of HASH (user:realm:password). (transfer full) */
char *cam_auth_ha1 (CamDigestHash hash, const char *username, const char *realm, const CamSecret *password);

/* Whether a digest's uri= is the request's: equal, or equal but for a trailing slash; or the path alone. In each form the "/stream=N" that the
 * request ends with may be missing: live555 (VLC) signs each SETUP with the presentation's URI. */
bool cam_auth_uri_matches (const char *digest_uri, const char *request_uri);
