/* The text of one value to its type: times, numbers, bit rates, words. Which key takes which type and range is the table's business.
 *
 * @range, as the rows of config-keys.def write it: "MIN MAX", or "WORD, or MIN MAX" where WORD stands for the type's special value.
 * Errors everywhere: CAM_CONFIG_ERROR_VALUE or CAM_CONFIG_ERROR_OUT_OF_RANGE; the message is "'TEXT': expected …", for the caller to prefix "Key=".
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "config/camera-config.h"

#include <stdbool.h>
#include <stdint.h>

/* yes, true, on, 1 and no, false, off, 0; case does not matter. */
bool cam_config_parse_boolean (const char *text, bool *ret_value, GError **error);

/* A decimal number. "none" is 0 where @range has that word. */
bool cam_config_parse_count (const char *text, const char *range, unsigned *ret_count, GError **error);

/* Two decimal numbers within @range, the second not above the first. */
bool cam_config_parse_count_pair (const char *text, const char *range, CamCountPair *ret_pair, GError **error);

/* A number and its unit, ms s min h, to µs. "infinity" is INT64_MAX and "off" 0 where @range has that word. */
bool cam_config_parse_duration (const char *text, const char *range, int64_t *ret_us, GError **error);

/* Two times, the shorter first, each within @range. */
bool cam_config_parse_duration_range (const char *text, const char *range, CamDurationRange *ret_range, GError **error);

/* A number with K, M or G (powers of 1000) or none, to bit/s. */
bool cam_config_parse_bitrate (const char *text, const char *range, uint64_t *ret_bitrate, GError **error);

/* A number with K, M, G or T (powers of 1024) or none, to bytes. "auto" is 0 where @range has that word. */
bool cam_config_parse_bytes (const char *text, const char *range, uint64_t *ret_bytes, GError **error);

/* One of @words ("auto tcp") to its place among them, from 0. */
bool cam_config_parse_enum (const char *text, const char *words, int *ret_number, GError **error);

/* Words by blanks, none twice, 64 at most. "" gives an empty vector. (transfer full) */
char **cam_config_parse_words (const char *text, GError **error);
