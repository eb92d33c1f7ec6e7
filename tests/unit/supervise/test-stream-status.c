#include "supervise/stream-status.h"

static void
test_words (void)
{
  static const char *const healths[] = { "off", "ok", "degraded", "failed" };
  static const char *const ailments[] = { "slow", "drift", "reader-lag", "memory", "reconnects", "loss", "shed" };
  static const char *const drops[] = { "gate", "memory", "size", "damage" };
  for (unsigned i = 0; i < G_N_ELEMENTS (healths); i++)
    g_assert_cmpstr (cam_health_word (i), ==, healths[i]);
  g_assert_cmpuint (G_N_ELEMENTS (ailments), ==, CAM_N_AILMENTS);
  for (unsigned i = 0; i < CAM_N_AILMENTS; i++)
    g_assert_cmpstr (cam_ailment_word (1 << i), ==, ailments[i]);
  g_assert_cmpuint (G_N_ELEMENTS (drops), ==, CAM_N_DROPS);
  for (unsigned i = 0; i < CAM_N_DROPS; i++)
    g_assert_cmpstr (cam_drop_cause_word (i), ==, drops[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-status/words", test_words);
  return g_test_run ();
}
