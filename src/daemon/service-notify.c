#include "daemon/service-notify.h"

#include <glib.h>
#include <inttypes.h>
#include <systemd/sd-daemon.h>

void
cam_service_notify_ready (void)
{
  sd_notify (0, "READY=1");
}

void
cam_service_notify_status (unsigned connected, unsigned total, unsigned readers)
{
  sd_notifyf (0, "STATUS=%u of %u streams connected, %u readers", connected, total, readers);
}

void
cam_service_notify_reloading (void)
{
  /* The time tells systemd 253 and later which of several reloads this is; 252 does not mind. */
  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, (int64_t) g_get_monotonic_time ());
}

void
cam_service_notify_stopping (void)
{
  sd_notify (0, "STOPPING=1\nSTATUS=Stopping");
}

int64_t
cam_service_notify_get_watchdog_us (void)
{
  uint64_t period_us = 0;
  return sd_watchdog_enabled (0, &period_us) > 0 ? (int64_t) MIN (period_us, (uint64_t) INT64_MAX) : 0;
}

void
cam_service_notify_alive (void)
{
  sd_notify (0, "WATCHDOG=1");
}

bool
cam_service_notify_keep (const char *name, const int *fds, unsigned n_fds)
{
  g_autofree char *words = g_strdup_printf ("FDSTORE=1\nFDNAME=%s", name);
  return sd_pid_notify_with_fds (0, 0, words, fds, n_fds) > 0;
}

void
cam_service_notify_forget (const char *name)
{
  sd_notifyf (0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}
