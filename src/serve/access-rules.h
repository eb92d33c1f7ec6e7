/* Whether somebody may watch a camera: its Read= words against address and user.
 * Thread: pure. Owner: none. */
#pragma once

#include "config/config-set.h"

typedef enum
{
  CAM_ACCESS_GRANTED,
  CAM_ACCESS_LOGIN,     /* 401: a log-in could help */
  CAM_ACCESS_HIDDEN,    /* 404: logged in, but not for this camera; the same as for an unknown name */
  CAM_ACCESS_CLOSED     /* 403: no user exists and the address may not; the log names Read= */
} CamAccess;

/* @camera: NULL for a name that is not configured. @users_exist: of the configuration. @address: of the client, IPv4-mapped ones as IPv4.
 * @user: NULL while not logged in.
 * Whoever may read nothing without a log-in gets the same answer for every name, LOGIN or, when there is no user, CLOSED. Whoever may read
 * some camera gets HIDDEN for a name that is not configured; a camera he may not read is HIDDEN too, or LOGIN when a user could. */
CamAccess cam_access_decide (const CamConfigSet *config, const CamCameraConfig *camera, bool users_exist, GInetAddress *address, const CamUserConfig *user);
