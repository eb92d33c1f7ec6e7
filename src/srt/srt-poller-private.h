/* What connections and doors see of the poller: calls on its thread, and sockets in its care.
 * Thread: T but for what says otherwise. Owner: see srt/srt-poller.h. */
#pragma once

#include "srt/srt-poller.h"

#include <stddef.h>
#include <stdint.h>

#include "srt/srt-ports.h"

/* More than a datagram of libsrt can hold: 1456 bytes of payload. */
#define CAM_SRT_SCRATCH_BYTES 2048

#define CAM_ASSERT_ON_POLLER(poller) g_assert (cam_srt_poller_is_current (poller))

/* Who hears of a socket, on T. Each may end the watch. */
typedef struct {
  void (*ready) (gpointer data, int events);      /* SRT_EPOLL_IN, _OUT, _ERR */
  void (*tick) (gpointer data, gint64 now_us);    /* about once a second */
  void (*stop) (gpointer data);                   /* the poller ends: to be closed now */
} CamSrtWatchFuncs;

/* Any thread. Runs @func (@data) on T, in order, within about 10 ms, then @destroy (nullable). False: T has ended, only @destroy was called, here. */
bool cam_srt_poller_run (CamSrtPoller *self, void (*func) (gpointer data), gpointer data, GDestroyNotify destroy);

/* Any thread. True on T. */
bool cam_srt_poller_is_current (const CamSrtPoller *self);

/* Tells @funcs (constant) of @events on @socket from now on, level-triggered, errors always; @data: borrowed until unwatch. False: libsrt has no such socket (any more). */
bool cam_srt_poller_watch (CamSrtPoller *self, int socket, int events, const CamSrtWatchFuncs *funcs, gpointer data);
void cam_srt_poller_set_events (CamSrtPoller *self, int socket, int events);

/* No more of it, also from within a call of the same turn. */
void cam_srt_poller_unwatch (CamSrtPoller *self, int socket);

/* CAM_SRT_SCRATCH_BYTES for whatever runs now. */
uint8_t *cam_srt_poller_get_scratch (CamSrtPoller *self);

/* (transfer none) */
CamSrtPorts *cam_srt_poller_get_ports (CamSrtPoller *self);
