/* What systemd hears of us: ready, a line of status, stopping. Nothing happens without systemd.
 * Thread: M. Owner: none. */
#pragma once

void cam_service_notify_ready (void);
void cam_service_notify_status (unsigned connected, unsigned total);
void cam_service_notify_stopping (void);
