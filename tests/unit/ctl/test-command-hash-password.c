#include "ctl/command-hash-password.h"

/* RFC 7616, 3.9.1 has the arithmetic of A1; these are md5sum's and sha256sum's words on "bob:camrelay:secret" and "abc" (FIPS 180-4's example). */
static void
test_lines (void)
{
  g_autofree char *digest = cam_command_make_digest_hash ("bob", "secret");
  g_assert_cmpstr (digest, ==,
                   "DigestHash=md5:61e695b33a5cf5804228dbd2fe81d8f8 "
                   "sha256:e4e1c18d1963b8dbf5c158be47bf03c50b37dcee6526e6c263d180e1843864a1");
  g_autofree char *token = cam_command_make_token_hash ("abc");
  g_assert_cmpstr (token, ==, "TokenHash=sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-hash-password/lines", test_lines);
  return g_test_run ();
}
