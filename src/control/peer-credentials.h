/* Who is at the other end of a Unix socket, as the kernel knows it, and what he may.
 * Thread: any; the rule is pure. Owner: none, values. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "config/config-set.h"

#define CAM_PEER_MAX_GROUPS 64

typedef struct {
  uid_t user;
  gid_t group;
  pid_t process;
  gid_t groups[CAM_PEER_MAX_GROUPS]; /* the others that he is in, as far as they fit */
  unsigned n_groups;
} CamPeerCredentials;

/* Of the process that connected, when it did (unix(7): SO_PEERCRED; socket(7): SO_PEERGROUPS). False: the kernel does not say. */
bool cam_peer_credentials_read (int fd, CamPeerCredentials *ret_credentials);

/* Root and the daemon's own user are admins, who is in the daemon's group is an operator, nobody else is let in: false. @user, @group: the
 * daemon's. The group of root is no group of the relay's: there it counts for nothing. */
bool cam_peer_credentials_find_role (const CamPeerCredentials *self, uid_t user, gid_t group, CamRole *ret_role);
