#include "daemon/service-sockets.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "daemon/service-notify.h"

static void
keep (const char *name, int fd, gpointer data)
{
  if (cam_service_notify_keep (name, &fd, 1))
    cam_log (CAM_LOG_DEBUG, CAM_MSG_LISTENER, NULL, "listening socket '%s' is kept over a restart", name);
}

static void
forget (const char *name, gpointer data)
{
  cam_service_notify_forget (name);
}

CamHandedSockets *
cam_service_sockets_collect (GError **error)
{
  g_auto (GStrv) names = NULL;
  int count = sd_listen_fds_with_names (true, &names);
  CamHandedSockets *self = cam_handed_sockets_new (&(CamSocketKeeper){ .keep = keep, .forget = forget });
  bool is_well = count >= 0;
  if (!is_well)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "LISTEN_FDS cannot be read: %s", g_strerror (-count));
  for (int i = 0; i < count; i++) {
    int fd = SD_LISTEN_FDS_START + i;
    if (!is_well)
      close (fd);
    else
      is_well = cam_handed_sockets_add (self, names[i], fd, error);
  }
  if (!is_well)
    g_clear_pointer (&self, cam_handed_sockets_free);
  return self;
}
