#include "core/secret.h"

#include <string.h>

static void
test_reveal (void)
{
  g_autoptr (CamSecret) whole = cam_secret_new ("p@ss#w%rd&!", -1);
  g_assert_cmpstr (cam_secret_reveal (whole), ==, "p@ss#w%rd&!");
  g_autoptr (CamSecret) part = cam_secret_new ("password", 4);
  g_assert_cmpstr (cam_secret_reveal (part), ==, "pass");
  g_autoptr (CamSecret) empty = cam_secret_new ("x", 0);
  g_assert_cmpstr (cam_secret_reveal (empty), ==, "");
  g_assert_null (cam_secret_reveal (NULL));
}

static void
test_equal (void)
{
  g_autoptr (CamSecret) secret = cam_secret_new ("abc", -1);
  g_autoptr (CamSecret) same = cam_secret_new ("abcd", 3);
  g_autoptr (CamSecret) other = cam_secret_new ("abd", -1);
  g_autoptr (CamSecret) longer = cam_secret_new ("abcd", -1);
  g_autoptr (CamSecret) binary = cam_secret_new ("a\0c", 3);
  g_assert_true (cam_secret_equal (secret, secret));
  g_assert_true (cam_secret_equal (secret, same));
  g_assert_false (cam_secret_equal (secret, other));
  g_assert_false (cam_secret_equal (secret, longer));
  g_assert_false (cam_secret_equal (secret, binary));
  g_assert_false (cam_secret_equal (secret, NULL));
  g_assert_false (cam_secret_equal (NULL, secret));
  g_assert_true (cam_secret_equal (NULL, NULL));
}

static void
test_references (void)
{
  CamSecret *secret = cam_secret_new ("abc", -1);
  g_assert_true (cam_secret_ref (secret) == secret);
  cam_secret_unref (secret);
  g_assert_cmpstr (cam_secret_reveal (secret), ==, "abc");
  cam_secret_unref (secret);
  g_assert_null (cam_secret_ref (NULL));
  cam_secret_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/secret/reveal", test_reveal);
  g_test_add_func ("/core/secret/equal", test_equal);
  g_test_add_func ("/core/secret/references", test_references);
  return g_test_run ();
}
