#include "core/address-text.h"

static void
test_forms (void)
{
  static const struct {
    const char *address;
    unsigned port;
    const char *expected;
  } rows[] = {
      {"192.168.1.5", 51234, "192.168.1.5:51234"},
      {"fe80::1", 9710, "[fe80::1]:9710"},
      {"::", 0, "[::]:0"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (rows[i].address);
    g_autofree char *text = cam_address_text (address, rows[i].port);
    g_assert_cmpstr (text, ==, rows[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address-text/forms", test_forms);
  return g_test_run ();
}
