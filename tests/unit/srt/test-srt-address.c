#include "srt/srt-address.h"

#include <netinet/in.h>

static void
assert_native (const char *text, unsigned port, const char *expected)
{
  unsigned found_port = 0;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  const CamSrtAddress native = cam_srt_address_new (address, port);
  g_autoptr (GInetAddress) found = cam_srt_address_to_inet ((const struct sockaddr *) &native.storage, &found_port);
  g_autofree char *found_text = g_inet_address_to_string (found);
  g_assert_cmpstr (found_text, ==, expected);
  g_assert_cmpuint (found_port, ==, port);
}

static void
test_native (void)
{
  unsigned port = 0;
  assert_native ("192.0.2.1", 9000, "192.0.2.1");
  assert_native ("0.0.0.0", 0, "0.0.0.0");
  assert_native ("2001:db8::1", 65535, "2001:db8::1");
  assert_native ("::ffff:192.0.2.1", 9000, "192.0.2.1");
  const struct sockaddr local = {.sa_family = AF_UNIX};
  g_assert_null (cam_srt_address_to_inet (&local, &port));
}

static void
test_parse (void)
{
  static const struct {
    const char *text;
    const char *host; /* NULL: it cannot be read */
    unsigned port;
    bool is_any_ipv6;
  } rows[] = {
      {"127.0.0.1:9000", "127.0.0.1", 9000, false},
      {"0.0.0.0:0", "0.0.0.0", 0, false},
      {"[::1]:1", "::1", 1, false},
      {"[::]:9000", "::", 9000, true},
      {"", NULL, 0, false},
      {":", NULL, 0, false},
      {"127.0.0.1", NULL, 0, false},
      {"127.0.0.1:", NULL, 0, false},
      {"127.0.0.1:port", NULL, 0, false},
      {"host.invalid:1", NULL, 0, false},
      {"[]:1", NULL, 0, false},
      {"[:1", NULL, 0, false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSrtAddress address;
    const char *why = NULL;
    unsigned port = 0;
    g_assert_cmpint (cam_srt_address_parse (rows[i].text, &address, &why), ==, rows[i].host != NULL);
    if (rows[i].host == NULL) {
      g_assert_nonnull (why);
      continue;
    }
    g_autoptr (GInetAddress) inet = cam_srt_address_to_inet ((const struct sockaddr *) &address.storage, &port);
    g_autofree char *host = g_inet_address_to_string (inet);
    g_assert_cmpstr (host, ==, rows[i].host);
    g_assert_cmpuint (port, ==, rows[i].port);
    g_assert_cmpint (cam_srt_address_is_any_ipv6 (&address), ==, rows[i].is_any_ipv6);
  }
}

static void
test_without_ipv6 (void)
{
  unsigned port = 0;
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  const CamSrtAddress ipv6 = cam_srt_address_new (any, 9000);
  const CamSrtAddress ipv4 = cam_srt_address_without_ipv6 (&ipv6);
  g_autoptr (GInetAddress) inet = cam_srt_address_to_inet ((const struct sockaddr *) &ipv4.storage, &port);
  g_autofree char *host = g_inet_address_to_string (inet);
  g_assert_cmpstr (host, ==, "0.0.0.0");
  g_assert_cmpuint (port, ==, 9000);
}

static void
test_towards (void)
{
  unsigned port = 0;
  CamSrtAddress ours;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_from_string ("127.0.0.2");
  const CamSrtAddress peer = cam_srt_address_new (loopback, 9000);
  g_assert_true (cam_srt_address_towards (&peer, 9001, &ours));
  g_autoptr (GInetAddress) inet = cam_srt_address_to_inet ((const struct sockaddr *) &ours.storage, &port);
  g_assert_true (g_inet_address_get_is_loopback (inet));
  g_assert_cmpuint (port, ==, 9001);
  g_autoptr (GInetAddress) broadcast = g_inet_address_new_from_string ("255.255.255.255");
  const CamSrtAddress nobody = cam_srt_address_new (broadcast, 9000);
  g_assert_false (cam_srt_address_towards (&nobody, 9001, &ours));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/address/native", test_native);
  g_test_add_func ("/srt/address/parse", test_parse);
  g_test_add_func ("/srt/address/without-ipv6", test_without_ipv6);
  g_test_add_func ("/srt/address/towards", test_towards);
  return g_test_run ();
}
