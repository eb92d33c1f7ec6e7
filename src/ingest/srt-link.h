/* A camera's SRT connection, from a name, or from a sender that has come by itself. A name's addresses are called 250 ms apart and the first that
 * answers is kept; in a rendezvous one after the other, because all need the same port of ours. What comes on it is not known here.
 * Thread: L, its loop. Owner: srt-source. */
#pragma once

#include "core/resolver.h"
#include "srt/srt-connection.h"

typedef struct CamSrtLink CamSrtLink;

/* Called on the loop, never from within a call below. */
typedef struct {
  void (*connected) (gpointer data); /* not for adopted ones */
  void (*readable) (gpointer data);  /* messages are there to take */
  void (*ended) (CamReason reason, const char *detail, gpointer data); /* once, last: dns, or as srt-connection says. The link may be freed from within */
} CamSrtLinkEvents;

typedef struct {
  CamSrtPoller *poller;           /* borrowed */
  CamLoopThread *loop;            /* borrowed */
  const CamSrtLinkEvents *events; /* borrowed, constant */
  gpointer data;
} CamSrtLinkSetup;

/* @url: borrowed while it dials. Names are given 5 s, each call what @url says. */
CamSrtLink *cam_srt_link_new_dial (const CamSrtLinkSetup *setup, CamResolver *resolver, const CamSrtUrl *url, const char *host, unsigned port);

/* Takes over an accepted socket (transfer full). */
CamSrtLink *cam_srt_link_new_adopted (const CamSrtLinkSetup *setup, int socket);
void cam_srt_link_free (CamSrtLink *self); /* NULL is fine; no event comes after it */

/* The next message, borrowed until the next call. False: that was all for now. */
bool cam_srt_link_take (CamSrtLink *self, const uint8_t **ret_data, size_t *ret_size);

/* Messages that never came, or found no room here. */
uint64_t cam_srt_link_get_lost (const CamSrtLink *self);

/* False: nothing is known yet. */
bool cam_srt_link_get_statistics (const CamSrtLink *self, CamSrtStatistics *ret_statistics);

/* Its debug line before it is freed; nothing of one that never came about. */
void cam_srt_link_log (const CamSrtLink *self, const CamLogFields *fields);
