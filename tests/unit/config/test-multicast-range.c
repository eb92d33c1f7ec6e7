#include "config/multicast-range.h"

#include "config/config-error.h"

typedef struct {
  const char *text;
  uint32_t first;
  unsigned count;
} Row;

static void
test_ranges (void)
{
  static const Row rows[] = {
      {"", 0, 0},
      {"  ", 0, 0},
      {"239.255.42.0/24", 0xefff2a00, 256},
      {" 239.255.42.8/29 ", 0xefff2a08, 8},
      {"239.255.42.7/32", 0xefff2a07, 1},
      {"224.0.1.0/24", 0xe0000100, 256},
      {"239.255.0.0/21", 0xefff0000, 2048},
      {"239.0.0.0/8", 0xef000000, 2048},
      {"233.0.0.0/8", 0xe9000000, 2048},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamMulticastRange range = {7, 7};
    g_autoptr (GError) error = NULL;
    g_assert_true (cam_config_parse_multicast_range (rows[i].text, &range, &error));
    g_assert_no_error (error);
    g_assert_cmphex (range.first, ==, rows[i].first);
    g_assert_cmpuint (range.count, ==, rows[i].count);
  }
}

static void
test_bad_ranges (void)
{
  static const char *const wrong[] = {
      "239.255.42.0",     "239.255.42.0/",   "239.255.42.0/33",  "239.255.42.1/24",   "239.255.42.0/24/1", "239.255.42/24",
      "239.255.42.0/-1",  "/24",             "x",                "192.168.0.0/24",    "223.0.0.0/8",       "240.0.0.0/4",
      "224.0.0.0/4",      "224.0.0.0/3",     "0.0.0.0/0",        "224.0.0.0/24",      "224.0.0.0/23",      "224.0.0.251/32",
      "232.0.0.0/8",      "232.1.1.0/24",    "232.0.0.0/7",      "ff15::/64",         "239.255.42.0 /24",  "239.255.42.0/24 239.1.0.0/24",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    CamMulticastRange range = {7, 7};
    g_autoptr (GError) error = NULL;
    g_assert_false (cam_config_parse_multicast_range (wrong[i], &range, &error));
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
    g_assert_cmpuint (range.count, ==, 7);
  }
}

static void
test_interfaces (void)
{
  static const char *const right[] = {"", "eth0", "enp3s0.20", "br-lan", "eth0:1", "192.168.1.5", "veth0@if2"};
  static const char *const wrong[] = {"a/b", "eth 0", "sixteen-letters-", "fe80::1%eth0", "ä", "\"eth0\""};
  for (unsigned i = 0; i < G_N_ELEMENTS (right); i++)
    g_assert_true (cam_config_is_interface (right[i]));
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (cam_config_is_interface (wrong[i]));
}

static void
test_ports (void)
{
  static const struct {
    CamPortPair ports;
    bool is_free;
  } rows[] = {
      {{0, 0}, true},         {{8000, 8001}, true},    {{8190, 8191}, true},   {{8192, 8193}, false},
      {{16382, 16383}, false}, {{16384, 16385}, true}, {{65534, 65535}, true},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cam_config_ports_are_free_of_multicast (rows[i].ports), ==, rows[i].is_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/multicast-range/ranges", test_ranges);
  g_test_add_func ("/config/multicast-range/bad", test_bad_ranges);
  g_test_add_func ("/config/multicast-range/interfaces", test_interfaces);
  g_test_add_func ("/config/multicast-range/ports", test_ports);
  return g_test_run ();
}
