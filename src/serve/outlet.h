/* Where a reader's bursts go, whatever carries them: the connection's send queue (TCP) or a UDP lane.
 * What to send and what to leave out is the reader's decision.
 * Thread: its media loop. Owner: each kind's struct begins with it; the reader borrows it. */
#pragma once

#include "serve/burst.h"

typedef struct CamOutlet CamOutlet;

/* What clearing an outlet threw away of one track. */
typedef struct {
  bool any;
  uint16_t sequence; /* of the first packet dropped, as the client would have seen it */
  uint32_t rtp_time; /* of that packet */
  unsigned units;
} CamDropped;

/* Each kind keeps what it looks at for each burst in its first bytes, the outlet's own included. */
#define CAM_OUTLET_HOT_BYTES 320

struct CamOutlet {
  /* Queues @burst behind what waits (own reference). False: no room, nothing was taken. */
  bool (*send) (CamOutlet *self, CamBurst *burst);

  /* Hands on what is queued, as far as the network takes it now. Never calls back. */
  void (*flush) (CamOutlet *self);

  /* Drops every burst of which nothing was sent yet. @ret_dropped: where each track must go on; untouched for a kind that cannot say. */
  void (*clear) (CamOutlet *self, CamDropped ret_dropped[CAM_N_TRACKS]);

  bool (*is_idle) (const CamOutlet *self);          /* no burst waits */
  bool (*has_arrived) (const CamOutlet *self);      /* all that was sent is with the client's system; NULL for a kind that cannot say */
  int64_t (*get_oldest_us) (const CamOutlet *self); /* when the oldest waiting burst was made; INT64_MAX for none */
  size_t (*get_bytes) (const CamOutlet *self);      /* waiting */

  bool is_interleaved; /* channels matter */
};
