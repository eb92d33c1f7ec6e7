#include "daemon/control-doors.h"

#include "control/control-socket.h"
#include "core/log.h"

static bool
open_socket (CamControlDesk *desk, const CamConfigSet *config, const CamFolders *folders, CamHandedSockets *handed, GError **error)
{
  g_autofree char *path = cam_control_socket_choose_path (config->server.control_socket, folders->runtime, folders->state);
  if (path != NULL)
    return cam_control_socket_open (desk, path, handed, error);
  cam_log (CAM_LOG_WARNING, NULL, NULL, "there is no folder for the control socket: camrelayctl cannot reach this daemon");
  return true;
}

bool
cam_control_doors_open (CamControlDesk *desk,
                        CamConfigSet *config,
                        const CamFolders *folders,
                        CamHandedSockets *handed,
                        CamHttpServer **ret_http,
                        GError **error)
{
  if (!open_socket (desk, config, folders, handed, error))
    return false;
  CamHttpServer *http = cam_http_server_new (desk, config, handed, error);
  if (http != NULL)
    *ret_http = http;
  return http != NULL;
}
