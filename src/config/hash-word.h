/* A hash as people write it: the function's name, a colon and hex digits.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <stddef.h>

#define CAM_MD5_DIGITS 32
#define CAM_SHA256_DIGITS 64

/* The digits of @word in lower case when it is @prefix ("sha256:") and @n_digits of them, else NULL. (transfer full) */
char *cam_config_read_hash (const char *word, const char *prefix, size_t n_digits);
