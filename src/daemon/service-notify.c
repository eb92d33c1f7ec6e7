#include "daemon/service-notify.h"

#include <systemd/sd-daemon.h>

void
cam_service_notify_ready (void)
{
  sd_notify (0, "READY=1");
}

void
cam_service_notify_status (unsigned connected, unsigned total)
{
  sd_notifyf (0, "STATUS=%u of %u streams connected", connected, total);
}

void
cam_service_notify_stopping (void)
{
  sd_notify (0, "STOPPING=1\nSTATUS=Stopping");
}
