#include "serve/serve-rules.h"

static CamServeRules *
new_rules (bool has_ann, const char *word)
{
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  CamCameraConfig *camera = cam_camera_config_new ("cam");
  if (word != NULL) {
    camera->read = g_ptr_array_new_with_free_func ((GDestroyNotify) cam_access_rule_free);
    g_ptr_array_add (camera->read, cam_access_rule_new (g_str_equal (word, "anyone") ? CAM_ACCESS_ANYONE : CAM_ACCESS_USERS, NULL, NULL));
  }
  g_ptr_array_add (config->cameras, camera);
  if (has_ann) {
    CamUserConfig *ann = cam_user_config_new ("ann");
    ann->password = cam_secret_new ("pw", -1);
    g_ptr_array_add (config->users, ann);
  }
  cam_config_set_sort (config);
  return cam_serve_rules_new (config);
}

static void
test_who_is_admitted (void)
{
  static const struct {
    bool has_ann;
    const char *word, *camera, *user;
    bool is_admitted;
  } rows[] = {
      {true, NULL, "cam", "ann", true},     {true, NULL, "cam", NULL, false},  {true, NULL, "cam", "bob", false}, {true, NULL, "gone", "ann", false},
      {false, NULL, "cam", NULL, true},     {false, NULL, "cam", "ann", false}, {true, "anyone", "cam", NULL, true},
      {true, "anyone", "cam", "bob", false}, {true, "users", "cam", "ann", true},
  };
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamServeRules) rules = new_rules (rows[i].has_ann, rows[i].word);
    g_assert_true (cam_serve_rules_admit (rules, rows[i].camera, loopback, rows[i].user) == rows[i].is_admitted);
  }
}

/* Who has the old rules keeps them. */
static void
test_the_book_is_turned (void)
{
  g_autoptr (CamServeRules) first = new_rules (false, NULL);
  g_autoptr (CamServeRules) second = new_rules (true, NULL);
  CamServeBook *book = cam_serve_book_new (first);
  g_autoptr (CamServeRules) held = cam_serve_book_open (book);
  cam_serve_book_turn (book, second);
  g_autoptr (CamServeRules) now = cam_serve_book_open (book);
  g_assert_true (held == first && now == second);
  g_assert_false (cam_rtsp_users_any (held->users));
  g_assert_true (cam_rtsp_users_any (now->users));
  cam_serve_book_free (book);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve-rules/who-is-admitted", test_who_is_admitted);
  g_test_add_func ("/serve-rules/the-book-is-turned", test_the_book_is_turned);
  return g_test_run ();
}
