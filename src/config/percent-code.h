/* Percent codes in the parts of a URL that people paste secrets into.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <stddef.h>

/* @text of @length bytes with its codes (RFC 3986, 2.1) decoded. People paste passwords as they are: where that gives no valid text, @text itself is
 * meant. (transfer full) */
char *cam_percent_decode_tolerantly (const char *text, size_t length);
