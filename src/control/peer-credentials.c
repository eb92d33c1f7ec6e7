#include "control/peer-credentials.h"

#include <errno.h>
#include <sys/socket.h>

bool
cam_peer_credentials_read (int fd, CamPeerCredentials *ret_credentials)
{
  struct ucred ucred;
  socklen_t length = sizeof ucred;
  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &ucred, &length) != 0 || length != sizeof ucred)
    return false;
  CamPeerCredentials credentials = {.user = ucred.uid, .group = ucred.gid, .process = ucred.pid};
  length = sizeof credentials.groups;
  /* Who is in more groups than fit is in none of them: the list is not given in part. */
  if (getsockopt (fd, SOL_SOCKET, SO_PEERGROUPS, credentials.groups, &length) == 0)
    credentials.n_groups = length / sizeof credentials.groups[0];
  *ret_credentials = credentials;
  return true;
}

static bool
is_in (const CamPeerCredentials *self, gid_t group)
{
  bool is_found = self->group == group;
  for (unsigned i = 0; i < self->n_groups && !is_found; i++)
    is_found = self->groups[i] == group;
  return is_found;
}

bool
cam_peer_credentials_find_role (const CamPeerCredentials *self, uid_t user, gid_t group, CamRole *ret_role)
{
  if (self->user == 0 || self->user == user)
    *ret_role = CAM_ROLE_ADMIN;
  else if (group != 0 && is_in (self, group))
    *ret_role = CAM_ROLE_OPERATOR;
  else
    return false;
  return true;
}
