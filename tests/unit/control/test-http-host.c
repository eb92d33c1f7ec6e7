#include "control/http-host.h"

#include <glib.h>

static const char *const allowed[] = {"nvr.lan", "Relay", NULL};

static void
test_host (void)
{
  static const struct {
    const char *host;
    bool is_ours;
  } rows[] = {
      {"127.0.0.1", true},       {"127.0.0.1:8090", true},  {"192.168.1.9", true},      {"[::1]", true},        {"[::1]:8090", true},
      {"localhost", true},       {"LOCALHOST:1", true},     {"nvr.lan", true},          {"NVR.lan:8090", true}, {"relay:65535", true},
      {"evil.example", false},   {"nvr.lan.evil", false},   {"xnvr.lan", false},        {"", false},            {":8090", false},
      {"nvr.lan:", false},       {"nvr.lan:99999", false},  {"nvr.lan:80x", false},     {"nvr.lan:80:80", false}, {"user@nvr.lan", false},
      {"[::1", false},           {"::1", false},            {"[127.0.0.1]", false},     {"[nvr.lan]", false},   {"[]", false},
      {"127.1", false},          {"0x7f000001", false},     {"2130706433", false},      {"localhost.", false},  {"127.0.0.1.evil.example", false},
      {"nvr.lan/x", false},      {"a b", false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].host);
    g_assert_cmpint (cam_http_host_is_ours (rows[i].host, allowed), ==, rows[i].is_ours);
  }
  g_assert_false (cam_http_host_is_ours ("nvr.lan", NULL));
  g_autofree char *endless = g_strnfill (300, 'a');
  g_assert_false (cam_http_host_is_ours (endless, allowed));
}

static void
test_origin (void)
{
  g_assert_true (cam_http_origin_is_host ("http://nvr.lan:8090", "nvr.lan:8090"));
  g_assert_true (cam_http_origin_is_host ("https://NVR.lan", "nvr.lan"));
  g_assert_false (cam_http_origin_is_host ("null", "nvr.lan"));
  g_assert_false (cam_http_origin_is_host ("http://nvr.lan", "nvr.lan:8090"));
  g_assert_false (cam_http_origin_is_host ("http://nvr.lan:8090.evil.example", "nvr.lan:8090"));
  g_assert_false (cam_http_origin_is_host ("ftp://nvr.lan", "nvr.lan"));
  g_assert_false (cam_http_origin_is_host ("nvr.lan", "nvr.lan"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/http-host/host", test_host);
  g_test_add_func ("/control/http-host/origin", test_origin);
  return g_test_run ();
}
