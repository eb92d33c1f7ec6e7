#include "ctl/ctl-error.h"

#include "camrelay/exit-codes.h"

G_DEFINE_QUARK (cam_ctl_error, cam_ctl_error)

int
cam_ctl_exit_status (const GError *error)
{
  if (error->domain != CAM_CTL_ERROR)
    return CAM_EXIT_SYSTEM;
  switch ((CamCtlError) error->code) {
  case CAM_CTL_ERROR_USAGE:
    return CAM_EXIT_USAGE;
  case CAM_CTL_ERROR_UNAVAILABLE:
    return CAM_EXIT_UNAVAILABLE;
  case CAM_CTL_ERROR_PERMISSION:
    return CAM_EXIT_PERMISSION;
  case CAM_CTL_ERROR_CONFIG:
    return CAM_EXIT_CONFIG;
  case CAM_CTL_ERROR_SYSTEM:
    break;
  }
  return CAM_EXIT_SYSTEM;
}
