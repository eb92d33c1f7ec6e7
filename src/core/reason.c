#include "core/reason.h"

#include <glib.h>

static const struct {
  const char *word;
  const char *text;
} reasons[CAM_N_REASONS] = {
#define REASON(name, reason_word, reason_text) [CAM_REASON_##name] = {.word = reason_word, .text = reason_text},
#include "camrelay/reasons.def"
#undef REASON
};

const char *
cam_reason_word (CamReason reason)
{
  g_assert ((unsigned) reason < CAM_N_REASONS);
  return reasons[reason].word;
}

const char *
cam_reason_text (CamReason reason)
{
  g_assert ((unsigned) reason < CAM_N_REASONS);
  return reasons[reason].text;
}
