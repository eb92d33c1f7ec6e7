/* One file as the main configuration and as a camera's own: scanned, sorted, typed; no file system. */
#include <stdint.h>

#include "config/config-assemble.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_as (const char *camera, const uint8_t *data, size_t size)
{
  g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  const CamConfigSource *source = cam_config_draft_add_source (draft, "fuzz.conf");
  cam_config_draft_add_file (draft, source, camera, (const char *) data, size, problems);
  g_autoptr (CamConfigSet) set = cam_config_assemble (draft, NULL, problems);
  cam_config_problems_move_to (problems, errors);
  g_assert_nonnull (set);
  for (unsigned i = 0; i < errors->len; i++)
    g_assert_true (g_utf8_validate (((const GError *) g_ptr_array_index (errors, i))->message, -1, NULL));
  for (unsigned i = 0; errors->len == 0 && i < set->cameras->len; i++)
    g_assert_nonnull (((const CamCameraConfig *) g_ptr_array_index (set->cameras, i))->streams[CAM_STREAM_MAIN].url);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_as (NULL, data, size);
  read_as ("front", data, size);
  return 0;
}
