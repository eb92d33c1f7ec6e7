/* Whether a text from outside is JSON that may be parsed: bounded, valid UTF-8, and not nested so deep that json-glib, which calls itself for each
 * bracket, runs out of stack (2,000 of them are enough for version 1.6), nor with so many members that it takes long: each that is there twice is
 * looked for among all (3,000 of 6,000 take 0.2 s).
 * Thread: pure. Owner: none, functions only. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stddef.h>

#define CAM_JSON_MAX_BYTES ((size_t) 64 * 1024)
#define CAM_JSON_MAX_DEPTH 32
#define CAM_JSON_MAX_VALUES 1024 /* in all, whatever they are in */
#define CAM_JSON_MAX_DIGITS 18   /* of a whole number: more may not fit 64 bits, and json-glib makes another number of it */

/* True when @text is one JSON value as RFC 8259 has it, with nothing but white space around, of CAM_JSON_MAX_BYTES at most, with no more than
 * CAM_JSON_MAX_DEPTH arrays and objects within each other and CAM_JSON_MAX_VALUES values in all, no string holds U+0000 or half a surrogate pair, and no
 * whole number has more than CAM_JSON_MAX_DIGITS digits. Errors: CAM_CONTROL_ERROR_LONG, _DEEP, _ENCODING, _SYNTAX; messages say at which byte and
 * repeat nothing of @text. */
bool cam_json_scan (const char *text, size_t length, GError **error);

/* The object that @text is, scanned first. NULL with one of the errors above, or CAM_CONTROL_ERROR_KIND when it is another value. (transfer full) */
JsonObject *cam_json_read_object (const char *text, size_t length, GError **error);
