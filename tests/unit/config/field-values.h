/* For tests that go through every row of the table: a value that is not the default.
 * Thread: the test's. Owner: none. */
#pragma once

#include <string.h>

#include "config/config-field.h"
#include "config/config-store.h"

/* Stores into @target's field another value than is there. */
static inline void
store_another (const CamConfigKey *key, void *target)
{
  static const char *const values[] = {"no",   "yes", "7",   "2 1",       "9s",    "90ms",      "2s 3s",
                                       "384K", "64M", "[::1]:99", "users", "8000-8001", "239.255.42.0/24", "other"};
  g_autofree char *before = cam_config_field_write (key, target);
  if (key->type == CAM_KEY_TYPE_ENUM) {
    g_auto (GStrv) words = g_strsplit (key->range, " ", -1);
    g_assert_true (cam_config_store (key, strcmp (before, words[0]) != 0 ? words[0] : words[1], target, NULL));
    return;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (values); i++) {
    if (strcmp (before, values[i]) != 0 && cam_config_store (key, values[i], target, NULL))
      return;
  }
  g_error ("no value for %s in the test", key->name);
}
