#include "daemon/control-doors.h"

#include "control/control-socket.h"
#include "core/log.h"

bool
cam_control_doors_open (CamControlDesk *desk, const CamConfigSet *config, const CamFolders *folders, CamHandedSockets *handed, GError **error)
{
  g_autofree char *path = cam_control_socket_choose_path (config->server.control_socket, folders->runtime, folders->state);
  if (path != NULL)
    return cam_control_socket_open (desk, path, handed, error);
  cam_log (CAM_LOG_WARNING, NULL, NULL, "there is no folder for the control socket: camrelayctl cannot reach this daemon");
  return true;
}
