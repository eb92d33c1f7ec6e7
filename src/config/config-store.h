/* A key's text into the field that its row names. Which text counts, the camera's own or a default, is decided by the caller.
 * Thread: pure. Owner: the target's. */
#pragma once

#include "config/config-table.h"

#include <glib.h>

/* Parses @text as the row says and replaces the field in @target, the struct that the row's offset is in. The row must have a field.
 * False leaves @target as it was. Errors: as config-value.h. */
bool cam_config_store (const CamConfigKey *key, const char *text, void *target, GError **error);

/* Stores the default of every row of @scope that has a field, of section Stream or of the others. */
void cam_config_store_presets (CamKeyScope scope, bool of_stream, void *target);
