#include "control/json-write.h"

#include <math.h>

/* json-glib 1.6 writes 1e17 as "1e+17.0" and 1e-300 as "1e-300.0", which is no JSON. Nothing that is measured is so large; what is small is said in
 * millionths, each of which has digits behind its point. */
#define TOO_LARGE 1e15
#define SMALL 1e-3

void
cam_json_add_element (JsonBuilder *builder, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  json_builder_add_string_value (builder, valid);
}

void
cam_json_add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    cam_json_add_element (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
cam_json_add_integer (JsonBuilder *builder, const char *name, int64_t value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
cam_json_add_count (JsonBuilder *builder, const char *name, uint64_t value)
{
  cam_json_add_integer (builder, name, (int64_t) MIN (value, (uint64_t) INT64_MAX));
}

void
cam_json_add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value) && fabs (value) < TOO_LARGE)
    json_builder_add_double_value (builder, fabs (value) < SMALL ? round (value * 1e6) / 1e6 : value);
  else
    json_builder_add_null_value (builder);
}

void
cam_json_add_truth (JsonBuilder *builder, const char *name, bool value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
cam_json_add_null (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_null_value (builder);
}

void
cam_json_add_seconds (JsonBuilder *builder, const char *name, int64_t time_us)
{
  cam_json_add_number (builder, name, (double) time_us / G_USEC_PER_SEC);
}

void
cam_json_begin_object (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

void
cam_json_begin_array (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
}
