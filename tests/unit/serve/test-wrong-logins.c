#include "serve/wrong-logins.h"

#define S G_USEC_PER_SEC

static GInetAddress *
at (const char *text)
{
  return g_inet_address_new_from_string (text);
}

static void
test_enough (void)
{
  CamWrongLogins *wrong = cam_wrong_logins_new ();
  g_autoptr (GInetAddress) guesser = at ("192.0.2.1");
  g_autoptr (GInetAddress) other = at ("192.0.2.2");
  for (unsigned i = 1; i <= CAM_WRONG_LOGINS; i++) {
    g_assert_false (cam_wrong_logins_are_enough (wrong, guesser, i));
    g_assert_cmpuint (cam_wrong_logins_note (wrong, guesser, i), ==, i);
  }
  g_assert_true (cam_wrong_logins_are_enough (wrong, guesser, 59 * S));
  g_assert_false (cam_wrong_logins_are_enough (wrong, other, 59 * S));
  g_assert_false (cam_wrong_logins_are_enough (wrong, guesser, 61 * S));
  g_assert_cmpuint (cam_wrong_logins_note (wrong, guesser, 61 * S), ==, 1);
  cam_wrong_logins_free (wrong);
  cam_wrong_logins_free (NULL);
}

/* Who has a network of IPv6 has as many addresses as he likes. */
static void
test_networks (void)
{
  CamWrongLogins *wrong = cam_wrong_logins_new ();
  g_autoptr (GInetAddress) neighbour = at ("2001:db8:0:1::ffff");
  g_autoptr (GInetAddress) stranger = at ("2001:db8:0:2::1");
  for (unsigned i = 1; i <= CAM_WRONG_LOGINS; i++) {
    g_autofree char *text = g_strdup_printf ("2001:db8:0:1::%x", i);
    g_autoptr (GInetAddress) address = at (text);
    cam_wrong_logins_note (wrong, address, 1);
  }
  g_assert_true (cam_wrong_logins_are_enough (wrong, neighbour, 2));
  g_assert_false (cam_wrong_logins_are_enough (wrong, stranger, 2));
  cam_wrong_logins_free (wrong);
}

static void
test_crowd (void)
{
  CamWrongLogins *wrong = cam_wrong_logins_new ();
  for (unsigned i = 0; i < 3000; i++) {
    g_autofree char *text = g_strdup_printf ("10.0.%u.%u", i / 250, i % 250);
    g_autoptr (GInetAddress) address = at (text);
    g_assert_cmpuint (cam_wrong_logins_note (wrong, address, 1), ==, 1);
  }
  cam_wrong_logins_free (wrong);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve/wrong-logins/enough", test_enough);
  g_test_add_func ("/serve/wrong-logins/networks", test_networks);
  g_test_add_func ("/serve/wrong-logins/crowd", test_crowd);
  return g_test_run ();
}
