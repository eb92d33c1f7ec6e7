#include "config/access-words.h"

#include "config/config-error.h"

static void
test_words (void)
{
  g_autoptr (GPtrArray) rules = cam_access_parse ("anyone users user:bob@home group:family net:10.0.0.0/8 net:::1 net:fe80::/10", NULL);
  static const struct {
    CamAccessKind kind;
    const char *name;
    const char *net;
  } expected[] = {
      {CAM_ACCESS_ANYONE, NULL, NULL},     {CAM_ACCESS_USERS, NULL, NULL},       {CAM_ACCESS_USER, "bob@home", NULL},
      {CAM_ACCESS_GROUP, "family", NULL},  {CAM_ACCESS_NET, NULL, "10.0.0.0/8"}, {CAM_ACCESS_NET, NULL, "::1"},
      {CAM_ACCESS_NET, NULL, "fe80::/10"},
  };
  g_assert_cmpuint (rules->len, ==, G_N_ELEMENTS (expected));
  for (unsigned i = 0; i < G_N_ELEMENTS (expected); i++) {
    const CamAccessRule *rule = g_ptr_array_index (rules, i);
    g_autofree char *net = rule->net != NULL ? g_inet_address_mask_to_string (rule->net) : NULL;
    g_assert_cmpint (rule->kind, ==, expected[i].kind);
    g_assert_cmpstr (rule->name, ==, expected[i].name);
    g_assert_cmpstr (net, ==, expected[i].net);
  }
}

static void
test_bad_words (void)
{
  static const char *const wrong[] = {"",        " ",       "all",        "anyone2",         "user:",          "user:a:b",
                                      "users:x", "group:ä", "net:",       "net:10.0.0.0/33", "net:10.0.0.1/8", "net:host",
                                      "bob",     "Anyone",  "users users"};
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) rules = cam_access_parse (wrong[i], &error);
    g_assert_null (rules);
    g_assert_error (error, CAM_CONFIG_ERROR, CAM_CONFIG_ERROR_VALUE);
  }
}

static void
test_names (void)
{
  g_autofree char *longest = g_strnfill (64, 'u');
  g_autofree char *too_long = g_strnfill (65, 'u');
  g_autofree char *camera = g_strnfill (32, 'c');
  g_autofree char *long_camera = g_strnfill (33, 'c');
  g_assert_true (cam_user_name_is_valid ("Bob.B_c@d-1"));
  g_assert_true (cam_user_name_is_valid (longest));
  g_assert_false (cam_user_name_is_valid (too_long));
  static const char *const no_users[] = {"", "a b", "a:b", "a\"b", "ä", "a,b"};
  for (unsigned i = 0; i < G_N_ELEMENTS (no_users); i++)
    g_assert_false (cam_user_name_is_valid (no_users[i]));
  g_assert_true (cam_camera_name_is_valid ("0"));
  g_assert_true (cam_camera_name_is_valid ("front_door-2"));
  g_assert_true (cam_camera_name_is_valid (camera));
  g_assert_false (cam_camera_name_is_valid (long_camera));
  static const char *const no_cameras[] = {"", "-a", "_a", "A", "a.b", "a/b", "a b", "ä"};
  for (unsigned i = 0; i < G_N_ELEMENTS (no_cameras); i++)
    g_assert_false (cam_camera_name_is_valid (no_cameras[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/access-words/words", test_words);
  g_test_add_func ("/config/access-words/bad", test_bad_words);
  g_test_add_func ("/config/access-words/names", test_names);
  return g_test_run ();
}
