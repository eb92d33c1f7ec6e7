/* Crash reports as a full disk or somebody else may leave them: what is read is bounded and fit for a terminal. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "ctl/crash-record.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
assert_is_printable (const char *text)
{
  for (; text != NULL && *text != '\0'; text++)
    g_assert_false (g_ascii_iscntrl (*text));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CamCrashRecord) record = cam_crash_record_parse ((const char *) data, size);
  if (record == NULL)
    return 0;
  g_assert_cmpuint (record->frames->len, <=, CAM_CRASH_RECORD_MAX_FRAMES);
  const char *const texts[] = {record->program, record->thread, record->signal, record->address, record->sender, record->stall};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_is_printable (texts[i]);
  for (unsigned i = 0; i < record->frames->len; i++) {
    const CamCrashRecordFrame *frame = g_ptr_array_index (record->frames, i);
    g_assert_true (frame->build_id == NULL || strspn (frame->build_id, "0123456789abcdef") == strlen (frame->build_id));
  }
  return 0;
}
