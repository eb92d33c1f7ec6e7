#include "config/listen-address.h"

#include "config/config-error.h"

static void
test_addresses (void)
{
  g_auto (GStrv) addresses = cam_config_parse_addresses ("127.0.0.1:0 [::1]:65535 :8554 localhost:1 cam-box.lan:554", NULL);
  static const char *const expected[] = {"127.0.0.1:0", "[::1]:65535", "[::]:8554", "localhost:1", "cam-box.lan:554", NULL};
  g_assert_true (g_strv_equal ((const char *const *) addresses, expected));
  g_auto (GStrv) none = cam_config_parse_addresses (" none ", NULL);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

static void
test_bad_addresses (void)
{
  static const char *const wrong[] = {"none 127.0.0.1:0", "8554",         "1.2.3.4",     "1.2.3.4:",  ":65536",       ":-1",   ":x",
                                      "::1:80",       "[::1]",       "[::1:80",   "[1.2.3.4]:80", "[]:80", "a b:80",
                                      "user@host:80", "http://a:80", "[::1]x:80", "ho_st:80"};
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) addresses = cam_config_parse_addresses (wrong[i], &error);
    g_assert_null (addresses);
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
  }
}

static void
test_many_addresses (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; i < 16; i++)
    g_string_append_printf (text, ":%u ", i);
  g_auto (GStrv) most = cam_config_parse_addresses (text->str, NULL);
  g_assert_cmpuint (g_strv_length (most), ==, 16);
  g_string_append (text, ":99");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) more = cam_config_parse_addresses (text->str, &error);
  g_assert_null (more);
  g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_OUT_OF_RANGE);
}

static void
test_ports (void)
{
  static const struct {
    const char *text;
    CamPortPair ports;
    bool ok;
  } cases[] = {
      {"auto", {0, 0}, true},       {"8000-8001", {8000, 8001}, true}, {"65534-65535", {65534, 65535}, true},
      {"8001-8002", {5, 5}, false}, {"8000-8003", {5, 5}, false},      {"8000", {5, 5}, false},
      {"0-1", {5, 5}, false},       {"8000-8001-8002", {5, 5}, false}, {"8000 - 8001", {5, 5}, false},
      {"", {5, 5}, false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    CamPortPair ports = {5, 5};
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (cam_config_parse_ports (cases[i].text, &ports, &error), ==, cases[i].ok);
    g_assert_cmpuint (ports.rtp, ==, cases[i].ports.rtp);
    g_assert_cmpuint (ports.rtcp, ==, cases[i].ports.rtcp);
    g_assert_cmpint (g_error_matches (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE), ==, !cases[i].ok);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/listen-address/addresses", test_addresses);
  g_test_add_func ("/config/listen-address/bad", test_bad_addresses);
  g_test_add_func ("/config/listen-address/many", test_many_addresses);
  g_test_add_func ("/config/listen-address/ports", test_ports);
  return g_test_run ();
}
