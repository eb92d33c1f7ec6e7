/* What systemd hears of us, in the words of sd_notify(3): ready, a line of status, reloading, alive, stopping. Nothing happens without systemd.
 * Thread: each function says. Owner: none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All listeners answer; or a reload is over. M. */
void cam_service_notify_ready (void);

/* A line for "systemctl status". M. */
void cam_service_notify_status (unsigned connected, unsigned total, unsigned readers);

/* The configuration is being read again; cam_service_notify_ready () when that is over, however it went. M. */
void cam_service_notify_reloading (void);

/* The stop begins. M. */
void cam_service_notify_stopping (void);

/* How long systemd waits between two cam_service_notify_alive () before it ends us, in µs (WatchdogSec=); 0: it does not look. Any thread. */
int64_t cam_service_notify_get_watchdog_us (void);
void cam_service_notify_alive (void); /* any thread */

/* systemd keeps @fds under @name (FDNAME=) over our restart, until forgotten. False when it does not: there is no systemd. M. */
bool cam_service_notify_keep (const char *name, const int *fds, unsigned n_fds);
void cam_service_notify_forget (const char *name);
