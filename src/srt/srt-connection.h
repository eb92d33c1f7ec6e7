/* One SRT connection, from dial or acceptance to its end: messages in both directions, without ever waiting. It never reconnects.
 * Thread: its loop, but for what says otherwise; the poller's thread does what could wait. Owner: an ingest source or a reader. */
#pragma once

#include <gio/gio.h>

#include "config/srt-url.h"
#include "core/loop-thread.h"
#include "core/reason.h"
#include "srt/srt-poller.h"
#include "srt/srt-statistics.h"

#define CAM_SRT_MESSAGE_BYTES 1316 /* of live mode: 7 packets of MPEG-TS */

/* libsrt repeats what its peer reports as missing, and only that; the peer misses nothing before it has something later. So when the last that was sent was lost,
 * nothing goes on until more is sent (libsrt 1.5.1, CUDT::checkRexmitTimer: no blind retransmission to who sends periodic NAK reports). What has not arrived is never dropped,
 * thus who keeps back more while something is unsent sends a little so often. */
#define CAM_SRT_PROBE_US (G_USEC_PER_SEC / 10)

typedef struct CamSrtConnection CamSrtConnection;

/* Called on the loop, never from within a call below. */
typedef struct {
  void (*connected) (gpointer data); /* the handshake is over; not for adopted ones */
  void (*readable) (gpointer data);  /* messages are there to take; once until all were taken. Nullable: what comes is read and forgotten */
  void (*writable) (gpointer data);  /* there is room again after a send that found none. Nullable for who never sends */
  /* Once, last: the peer took its leave (closed), fell silent for 5 s (timeout), or what dial says. @detail: one sentence part without secrets, "" for none. What came before
   * may still be taken. */
  void (*ended) (CamReason reason, const char *detail, gpointer data);
} CamSrtEvents;

typedef struct {
  CamSrtPoller *poller;       /* borrowed */
  CamLoopThread *loop;        /* borrowed */
  const CamSrtEvents *events; /* borrowed, constant */
  gpointer data;
} CamSrtPlace;

/* Calls @address:@port, as CALLER or RENDEZVOUS of @url says (the same port is ours then; libsrt waits ten times the URL's timeout for that peer). @url: copied. Ends with the
 * reason that the handshake gave: timeout (closed ports too: libsrt does not hear of them), unreachable, refused, auth (passphrase, or a stream id that may not), not-found,
 * limit, protocol, … Options that libsrt refuses, a port of ours that is taken: config. */
CamSrtConnection *cam_srt_connection_dial (const CamSrtPlace *place, const CamSrtUrl *url, GInetAddress *address, unsigned port);

/* Takes over an accepted socket (transfer full). It may be sent on at once. */
CamSrtConnection *cam_srt_connection_adopt (const CamSrtPlace *place, int socket);

/* No event comes any more; the socket is closed soon, by the poller's thread. NULL is fine. */
void cam_srt_connection_free (CamSrtConnection *self);

/* The next message, borrowed until the next call. False: that was all for now. */
bool cam_srt_connection_take (CamSrtConnection *self, const uint8_t **ret_data, size_t *ret_size);

typedef enum
{
  CAM_SRT_SENT,
  CAM_SRT_SEND_FULL, /* nothing was taken; writable follows */
  CAM_SRT_SEND_OVER  /* the connection is ending; ended follows */
} CamSrtSend;

/* One message of at most CAM_SRT_MESSAGE_BYTES. */
CamSrtSend cam_srt_connection_send (CamSrtConnection *self, const uint8_t *data, size_t size);

/* Bytes that wait in libsrt for the peer, those on their way included; when all of it has arrived that is 0. */
size_t cam_srt_connection_get_unsent (const CamSrtConnection *self);

/* Messages that came and found no room here. */
uint64_t cam_srt_connection_get_overrun (const CamSrtConnection *self);

/* Any thread while it is there. False: nothing is known yet. */
bool cam_srt_connection_get_statistics (const CamSrtConnection *self, CamSrtStatistics *ret_statistics);
