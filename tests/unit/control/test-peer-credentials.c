#include "control/peer-credentials.h"

#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

static void
test_rule (void)
{
  enum { USER = 500, GROUP = 600, NOBODY = -1 };
  static const struct {
    CamPeerCredentials peer;
    gid_t group; /* the daemon's */
    int role;
  } rows[] = {
      {{.user = 0, .group = 0}, GROUP, CAM_ROLE_ADMIN},
      {{.user = USER, .group = 7}, GROUP, CAM_ROLE_ADMIN},
      {{.user = 501, .group = GROUP}, GROUP, CAM_ROLE_OPERATOR},
      {{.user = 501, .group = 7, .groups = {8, GROUP, 9}, .n_groups = 3}, GROUP, CAM_ROLE_OPERATOR},
      {{.user = 501, .group = 7, .groups = {8, 9, GROUP}, .n_groups = 2}, GROUP, NOBODY},
      {{.user = 501, .group = 7}, GROUP, NOBODY},
      {{.user = 501, .group = 0}, 0, NOBODY},
      {{.user = 501, .group = 7, .groups = {0}, .n_groups = 1}, 0, NOBODY},
      {{.user = (uid_t) -1, .group = (gid_t) -1}, GROUP, NOBODY},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamRole role = CAM_ROLE_VIEWER;
    bool is_in = cam_peer_credentials_find_role (&rows[i].peer, USER, rows[i].group, &role);
    g_assert_cmpint (is_in ? (int) role : NOBODY, ==, rows[i].role);
  }
}

static void
test_read (void)
{
  int fds[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  CamPeerCredentials credentials;
  g_assert_true (cam_peer_credentials_read (fds[0], &credentials));
  g_assert_cmpuint (credentials.user, ==, geteuid ());
  g_assert_cmpuint (credentials.group, ==, getegid ());
  g_assert_cmpint (credentials.process, ==, getpid ());
  CamRole role;
  g_assert_true (cam_peer_credentials_find_role (&credentials, geteuid (), getegid (), &role));
  g_assert_cmpint (role, ==, CAM_ROLE_ADMIN);
  close (fds[0]);
  close (fds[1]);
  g_assert_false (cam_peer_credentials_read (-1, &credentials));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-credentials/rule", test_rule);
  g_test_add_func ("/peer-credentials/read", test_read);
  return g_test_run ();
}
