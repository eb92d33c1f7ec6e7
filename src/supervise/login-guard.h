/* Log-ins that a camera refused: which, at which host, and until when nobody tries them again. Each stream waits by itself after a refusal, but the
 * streams of one recorder that share a wrong password would lock its account together.
 * Thread: pure. Owner: supervisor. */
#pragma once

#include "core/secret.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct CamLoginGuard CamLoginGuard;

/* All borrowed. */
typedef struct {
  const char *host; /* name or address as configured */
  unsigned port;
  const char *username;      /* NULL for none */
  const CamSecret *password; /* NULL for none */
} CamLogin;

CamLoginGuard *cam_login_guard_new (void);
void cam_login_guard_free (CamLoginGuard *self); /* NULL is fine */

/* The camera refused @login: it is not tried before @until_us. With neither name nor password there is nothing to try. */
void cam_login_guard_refuse (CamLoginGuard *self, const CamLogin *login, int64_t until_us);
bool cam_login_guard_is_refused (const CamLoginGuard *self, const CamLogin *login, int64_t now_us);

/* Somebody with authority wants it tried again. */
void cam_login_guard_forgive (CamLoginGuard *self, const CamLogin *login);
