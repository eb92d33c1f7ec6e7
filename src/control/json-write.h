/* Members of a JSON object that is being built, a line each; text that is not UTF-8 is made so.
 * Thread: pure. Owner: none, functions only. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

void cam_json_add_text (JsonBuilder *builder, const char *name, const char *value); /* NULL: null */
void cam_json_add_count (JsonBuilder *builder, const char *name, uint64_t value);   /* INT64_MAX at most */
void cam_json_add_integer (JsonBuilder *builder, const char *name, int64_t value);
void cam_json_add_number (JsonBuilder *builder, const char *name, double value); /* what is not finite, or from 1e15 on: null; below 0.001 rounded to 0.000001 */
void cam_json_add_truth (JsonBuilder *builder, const char *name, bool value);
void cam_json_add_null (JsonBuilder *builder, const char *name);
void cam_json_add_seconds (JsonBuilder *builder, const char *name, int64_t time_us);

void cam_json_begin_object (JsonBuilder *builder, const char *name);
void cam_json_begin_array (JsonBuilder *builder, const char *name);
void cam_json_add_element (JsonBuilder *builder, const char *value); /* of an array */
