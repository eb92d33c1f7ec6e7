#include "core/reason.h"

#include <glib.h>

/* The contract's list, in its order. */
static const char *const words[] = {"none",    "dns",       "refused",  "unreachable", "timeout",     "tls",   "auth",
                                    "lockout", "not-found", "protocol", "sdp",         "unsupported", "stall", "no-key",
                                    "frozen",  "reset",     "closed",   "end",         "config",      "limit", "internal"};

static void
test_words (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (words), ==, CAM_N_REASONS);
  for (unsigned i = 0; i < CAM_N_REASONS; i++) {
    g_assert_cmpstr (cam_reason_word ((CamReason) i), ==, words[i]);
    g_assert_cmpuint (strlen (cam_reason_text ((CamReason) i)), >, 10);
  }
  g_assert_cmpstr (cam_reason_word (CAM_REASON_NO_KEY), ==, "no-key");
  g_assert_cmpstr (cam_reason_text (CAM_REASON_DNS), ==, "the host name does not resolve");
}

static void
test_out_of_range (void)
{
  if (g_test_subprocess ()) {
    cam_reason_word (CAM_N_REASONS);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/reason/words", test_words);
  g_test_add_func ("/core/reason/out-of-range", test_out_of_range);
  return g_test_run ();
}
