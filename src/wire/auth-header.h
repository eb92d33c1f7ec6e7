/* The grammar that WWW-Authenticate and Authorization share: schemes with parameters (RFC 7235, 2.1; RFC 2617, 1.2).
 * What a scheme means is not known here.
 * Thread: pure. Owner: whoever reads one. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* One challenge, or the credentials. */
typedef struct {
  char *scheme;      /* owned, as written */
  GPtrArray *names;  /* owned, of char */
  GPtrArray *values; /* owned, of char: without quotes and escapes */
} CamAuthStatement;

/* All statements of a header's value (CamAuthStatement, owned by the array). @tolerant: a camera's; values without quotes may have spaces,
 * a quote that opens or closes may be missing, commas too. NULL: over 4 KiB, 8 statements or 16 parameters in one; not tolerant: any other
 * grammar, or one parameter twice. (transfer full) */
GPtrArray *cam_auth_header_read (const char *value, bool tolerant);

/* The first parameter called @name (case does not matter), NULL: not there. */
const char *cam_auth_statement_get (const CamAuthStatement *self, const char *name);
