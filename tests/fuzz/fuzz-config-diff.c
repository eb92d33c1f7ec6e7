/* Two configurations, with a NUL between them: what is different is said in plain lines, without any secret; nothing is different from itself. */
#include <stdint.h>
#include <string.h>

#include "config/config-assemble.h"
#include "config/config-diff.h"

#define SECRET "c4nary-Sw0rdfish"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static CamConfigSet *
read_set (const char *data, size_t size)
{
  static const char first[] = "[User eve]\nPassword=" SECRET "\n[Camera front]\nURL=rtsp://cam/1\nUsername=bob\nPassword=" SECRET "\n";
  g_autoptr (CamConfigDraft) draft = cam_config_draft_new ();
  g_autoptr (CamConfigProblems) problems = cam_config_problems_new ();
  cam_config_draft_add_file (draft, cam_config_draft_add_source (draft, "first.conf"), NULL, first, strlen (first), problems);
  cam_config_draft_add_dropin (draft, cam_config_draft_add_source (draft, "dropin.conf"), "front", data, size, problems);
  cam_config_draft_add_file (draft, cam_config_draft_add_source (draft, "fuzz.conf"), NULL, data, size, problems);
  CamConfigSet *set = cam_config_assemble (draft, NULL, problems);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  bool is_good = cam_config_problems_is_empty (problems);
  cam_config_problems_move_to (problems, errors);
  if (!is_good)
    g_clear_pointer (&set, cam_config_set_unref);
  return set;
}

static void
check (const CamConfigSet *before, const CamConfigSet *after)
{
  g_autoptr (CamConfigDiff) diff = cam_config_diff_new (before, after);
  g_autoptr (GPtrArray) lines = cam_config_diff_describe (diff);
  g_assert_true (before != after || cam_config_diff_is_empty (diff));
  g_assert_true ((lines->len == 0) == cam_config_diff_is_empty (diff));
  for (unsigned i = 0; i < lines->len; i++) {
    const char *line = lines->pdata[i];
    g_assert_true (g_utf8_validate (line, -1, NULL));
    g_assert_null (strstr (line, SECRET));
    for (const char *at = line; *at != '\0'; at++)
      g_assert_false (g_ascii_iscntrl (*at));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *middle = size > 0 ? memchr (data, '\0', size) : NULL;
  size_t first = middle != NULL ? (size_t) (middle - data) : size;
  g_autoptr (CamConfigSet) before = read_set ((const char *) data, first);
  g_autoptr (CamConfigSet) after = middle != NULL ? read_set ((const char *) middle + 1, size - first - 1) : read_set ("", 0);
  if (before != NULL)
    check (before, before);
  if (before != NULL && after != NULL) {
    check (before, after);
    check (after, before);
  }
  return 0;
}
