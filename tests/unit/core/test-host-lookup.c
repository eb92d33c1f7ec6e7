#include "core/host-lookup.h"

#include "core/host-cache.h"

static void
test_localhost (void)
{
  g_autoptr (GError) error = NULL;
  GList *addresses = cam_host_lookup ("localhost", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_length (addresses), >=, 1);
  g_assert_cmpuint (g_list_length (addresses), <=, CAM_HOST_LOOKUP_MAX_ADDRESSES);
  for (const GList *link = addresses; link != NULL; link = link->next) {
    g_assert_true (g_inet_address_get_is_loopback (link->data));
    for (const GList *other = link->next; other != NULL; other = other->next)
      g_assert_false (g_inet_address_equal (link->data, other->data));
  }
  cam_host_addresses_free (addresses);
}

/* None of these reaches a name server. */
static void
test_impossible_names (void)
{
  g_autofree char *long_label = g_strnfill (64, 'a');
  g_autofree char *long_name = g_strnfill (300, 'a');
  const char *const names[] = {"", long_name, "\xff\xfe", long_label, "a b"};
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (cam_host_lookup (names[i], &error));
    g_assert_nonnull (error);
    g_assert_true (error->domain == G_RESOLVER_ERROR);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/host-lookup/localhost", test_localhost);
  g_test_add_func ("/core/host-lookup/impossible-names", test_impossible_names);
  return g_test_run ();
}
