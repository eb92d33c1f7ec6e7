/* One file as the main configuration, as a camera's own and as a drop-in: scanned, sorted, typed, described, edited; no file system. */
#include <stdint.h>
#include <string.h>

#include "config/camera-dropin.h"
#include "config/config-assemble.h"
#include "config/config-describe.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef void (*AddFunc) (
    CamConfigDraft *draft, const CamConfigSource *source, const char *camera, const char *data, size_t size, CamConfigProblems *problems);

/* Returns how much was wrong with the bytes. */
static unsigned
read_as (AddFunc add, const char *camera, const void *data, size_t size)
{
  static const char before[] = "[Camera front]\nURL=rtsp://bob:pw@cam/1\n[Stream front/sub]\nURL=rtsp://cam/2\n";
  g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  if (add == cam_config_draft_add_dropin)
    cam_config_draft_add_file (draft, cam_config_draft_add_source (draft, "before.conf"), NULL, before, strlen (before), problems);
  add (draft, cam_config_draft_add_source (draft, "fuzz.conf"), camera, data, size, problems);
  g_autoptr (CamConfigSet) set = cam_config_assemble (draft, NULL, problems);
  cam_config_problems_move_to (problems, errors);
  g_assert_nonnull (set);
  for (unsigned i = 0; i < errors->len; i++)
    g_assert_true (g_utf8_validate (((const GError *) g_ptr_array_index (errors, i))->message, -1, NULL));
  for (unsigned i = 0; errors->len == 0 && i < set->cameras->len; i++)
    g_assert_nonnull (((const CamCameraConfig *) g_ptr_array_index (set->cameras, i))->streams[CAM_STREAM_MAIN].url);
  g_autofree char *text = cam_config_describe (draft);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  return errors->len;
}

/* What was right stays right, and what was set and is taken out again leaves what could be read as it was. */
static void
edit (const uint8_t *data, size_t size)
{
  const CamDropinSetting set[] = {{"Camera", "Description", "fuzz"}, {"Stream sub", "IdleTimeout", "1min"}};
  const CamDropinSetting unset[] = {{"Camera", "Description", NULL}, {"Stream sub", "IdleTimeout", NULL}};
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = cam_camera_dropin_edit (text, set, G_N_ELEMENTS (set), &error);
  if (edited == NULL) {
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_FILE);
    return;
  }
  g_assert_nonnull (strstr (edited, "Description=fuzz\n"));
  g_assert_nonnull (strstr (edited, "IdleTimeout=1min\n"));
  g_autofree char *back = cam_camera_dropin_edit (edited, unset, G_N_ELEMENTS (unset), NULL);
  g_assert_nonnull (back);
  if (strlen (text) != size || read_as (cam_config_draft_add_dropin, "front", text, size) > 0)
    return;
  g_assert_cmpuint (read_as (cam_config_draft_add_dropin, "front", edited, strlen (edited)), ==, 0);
  g_assert_cmpuint (read_as (cam_config_draft_add_dropin, "front", back, strlen (back)), ==, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_as (cam_config_draft_add_file, NULL, data, size);
  read_as (cam_config_draft_add_file, "front", data, size);
  read_as (cam_config_draft_add_dropin, "front", data, size);
  edit (data, size);
  return 0;
}
