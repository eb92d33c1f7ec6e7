/* The value in a field, looked at by its row of the table: whether two are the same, and how one is written in a file. The other way round,
 * text to field, is config-store's.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "config/config-table.h"

#include <stdbool.h>

/* Whether @key's field is the same in @a and in @b, structs of the row's kind. The row must have a field. */
bool cam_config_field_equal (const CamConfigKey *key, const void *a, const void *b);

/* As a configuration file says it, so that cam_config_store () gives the same again: "5s", "auto", "users net:10.0.0.0/8"; "" for lists without a
 * word and for no access rule. The row must have a field. (transfer full) */
char *cam_config_field_write (const CamConfigKey *key, const void *source);
