#include "supervise/login-guard.h"

typedef struct {
  CamLoginGuard *guard; /* owned */
  CamSecret *wrong;     /* ref */
  CamSecret *right;     /* ref */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->guard = cam_login_guard_new ();
  self->wrong = cam_secret_new ("wrong", -1);
  self->right = cam_secret_new ("right", -1);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  cam_login_guard_free (self->guard);
  cam_secret_unref (self->wrong);
  cam_secret_unref (self->right);
}

/* Who else is kept from trying, and who is not. */
static void
test_same_log_in (Fixture *self, gconstpointer data)
{
  g_autoptr (CamSecret) again = cam_secret_new ("wrong", -1);
  CamLogin refused = {.host = "nvr.example", .port = 554, .username = "viewer", .password = self->wrong};
  const struct {
    CamLogin login;
    bool is_refused;
  } rows[] = {
      {refused, true},
      {{"NVR.Example", 554, "viewer", again}, true},
      {{"nvr.example", 554, "viewer", self->right}, false},
      {{"nvr.example", 554, "viewer", NULL}, false},
      {{"nvr.example", 554, "Viewer", self->wrong}, false},
      {{"nvr.example", 554, NULL, self->wrong}, false},
      {{"nvr.example", 555, "viewer", self->wrong}, false},
      {{"other.example", 554, "viewer", self->wrong}, false},
  };
  cam_login_guard_refuse (self->guard, &refused, 1000);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (cam_login_guard_is_refused (self->guard, &rows[i].login, 999), ==, rows[i].is_refused);
    g_assert_false (cam_login_guard_is_refused (self->guard, &rows[i].login, 1000));
  }
}

/* A name without a password is a log-in, too; neither is none. */
static void
test_halves (Fixture *self, gconstpointer data)
{
  CamLogin name = {.host = "cam", .port = 554, .username = "viewer"};
  CamLogin nobody = {.host = "cam", .port = 554};
  cam_login_guard_refuse (self->guard, &name, 1000);
  cam_login_guard_refuse (self->guard, &nobody, 1000);
  g_assert_true (cam_login_guard_is_refused (self->guard, &name, 0));
  g_assert_false (cam_login_guard_is_refused (self->guard, &nobody, 0));
}

static void
test_newest_counts (Fixture *self, gconstpointer data)
{
  CamLogin login = {.host = "cam", .port = 554, .username = "viewer", .password = self->wrong};
  CamLogin other = {.host = "cam", .port = 554, .username = "viewer", .password = self->right};
  cam_login_guard_refuse (self->guard, &login, 1000);
  cam_login_guard_refuse (self->guard, &login, 2000);
  g_assert_true (cam_login_guard_is_refused (self->guard, &login, 1500));
  cam_login_guard_refuse (self->guard, &other, 3000);
  g_assert_false (cam_login_guard_is_refused (self->guard, &login, 1500));
  g_assert_true (cam_login_guard_is_refused (self->guard, &other, 2500));
}

static void
test_forgive (Fixture *self, gconstpointer data)
{
  CamLogin login = {.host = "cam", .port = 554, .username = "viewer", .password = self->wrong};
  cam_login_guard_forgive (self->guard, &login);
  cam_login_guard_refuse (self->guard, &login, 1000);
  cam_login_guard_forgive (self->guard, &login);
  g_assert_false (cam_login_guard_is_refused (self->guard, &login, 0));
  cam_login_guard_free (NULL);
}

#define ADD(path, func) g_test_add ("/supervise/login-guard/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("same-log-in", test_same_log_in);
  ADD ("halves", test_halves);
  ADD ("newest-counts", test_newest_counts);
  ADD ("forgive", test_forgive);
  return g_test_run ();
}
