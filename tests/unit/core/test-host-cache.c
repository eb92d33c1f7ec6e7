#include "core/host-cache.h"

static GList *
addresses_of (const char *first, const char *second)
{
  GList *addresses = g_list_prepend (NULL, g_inet_address_new_from_string (first));
  if (second != NULL)
    addresses = g_list_append (addresses, g_inet_address_new_from_string (second));
  return addresses;
}

static void
put (CamHostCache *cache, const char *host, const char *first, const char *second)
{
  GList *addresses = addresses_of (first, second);
  cam_host_cache_put (cache, host, addresses);
  cam_host_addresses_free (addresses);
}

static void
expect (CamHostCache *cache, const char *host, const char *first, const char *second)
{
  GList *found = cam_host_cache_get (cache, host);
  GList *expected = first == NULL ? NULL : addresses_of (first, second);
  g_assert_cmpuint (g_list_length (found), ==, g_list_length (expected));
  for (GList *a = found, *b = expected; a != NULL; a = a->next, b = b->next)
    g_assert_true (g_inet_address_equal (a->data, b->data));
  cam_host_addresses_free (found);
  cam_host_addresses_free (expected);
}

static void
test_last_answer (void)
{
  CamHostCache *cache = cam_host_cache_new (4);
  expect (cache, "cam", NULL, NULL);
  put (cache, "Cam.lan", "10.0.0.1", "fd00::1");
  expect (cache, "cam.LAN", "10.0.0.1", "fd00::1");
  put (cache, "cam.lan", "10.0.0.2", NULL);
  expect (cache, "cam.lan", "10.0.0.2", NULL);
  g_assert_cmpuint (cam_host_cache_get_size (cache), ==, 1);
  cam_host_cache_free (cache);
  cam_host_cache_free (NULL);
}

static void
test_least_used_goes (void)
{
  CamHostCache *cache = cam_host_cache_new (3);
  put (cache, "a", "10.0.0.1", NULL);
  put (cache, "b", "10.0.0.2", NULL);
  put (cache, "c", "10.0.0.3", NULL);
  expect (cache, "a", "10.0.0.1", NULL);
  put (cache, "d", "10.0.0.4", NULL);
  expect (cache, "b", NULL, NULL);
  put (cache, "c", "10.0.0.5", NULL);
  put (cache, "e", "10.0.0.6", NULL);
  expect (cache, "a", NULL, NULL);
  expect (cache, "c", "10.0.0.5", NULL);
  g_assert_cmpuint (cam_host_cache_get_size (cache), ==, 3);
  cam_host_cache_free (cache);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/host-cache/last-answer", test_last_answer);
  g_test_add_func ("/core/host-cache/least-used-goes", test_least_used_goes);
  return g_test_run ();
}
