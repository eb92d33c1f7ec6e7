#include "wire/marker-trust.h"

#include <glib.h>

/* How many true markers it takes until they are believed; 0 for never. */
static unsigned
count_until_given (CamMarkerTrust *trust)
{
  for (unsigned i = 1; i <= 1000; i++) {
    cam_marker_trust_note (trust, true);
    if (cam_marker_trust_is_given (trust))
      return i;
  }
  return 0;
}

static void
test_rows_grow (void)
{
  CamMarkerTrust trust = {0};
  g_assert_false (cam_marker_trust_is_given (&trust));
  const unsigned rows[] = {8, 32, 128, 0, 0};
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpuint (count_until_given (&trust), ==, rows[i]);
    cam_marker_trust_note (&trust, false);
    g_assert_false (cam_marker_trust_is_given (&trust));
  }
}

static void
test_stays_given (void)
{
  CamMarkerTrust trust = {0};
  for (unsigned i = 0; i < 100000; i++)
    cam_marker_trust_note (&trust, true);
  g_assert_true (cam_marker_trust_is_given (&trust));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/marker-trust/rows-grow", test_rows_grow);
  g_test_add_func ("/marker-trust/stays-given", test_stays_given);
  return g_test_run ();
}
