/* One client's view of a stream: which tracks, where they go, when it joins, when it has fallen behind and skips, whether it is thinned.
 * The sequence numbers a client sees are contiguous by construction: each burst is shifted to follow the last one.
 * Neither sockets nor packets are made here: bursts come from the stream-task, an outlet takes them. What the log says, and whether a client
 * that falls behind is disconnected, is the session's business.
 * Thread: its media loop; time is an argument. Owner: the client's session. */
#pragma once

#include <stdatomic.h>

#include "serve/outlet.h"
#include "serve/reader-record.h"

typedef struct CamReader CamReader;

/* How a reader may begin: what the stream-task has to offer at this moment. */
typedef struct {
  CamBurst *reports[CAM_N_TRACKS]; /* ref; a sender report each, NULL for a track that is not there */
  GPtrArray *head;                 /* ref; of CamBurst: from the key unit to the live edge, its numbers end there; NULL: wait for a key unit */
  CamBurst *audio;                 /* ref; the newest audio unit, or NULL */
  uint16_t next_sequence[CAM_N_TRACKS]; /* of the next live packet */
  size_t room_bytes;               /* how much may wait for the reader */
} CamJoin;

void cam_join_free (CamJoin *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamJoin, cam_join_free)

/* What RTP-Info says of a track (RFC 2326, 12.33): its first packet. */
typedef struct {
  bool is_selected;
  uint16_t sequence;
  bool has_time;
  uint32_t rtp_time;
} CamJoinInfo;

typedef enum
{
  CAM_READER_NEWS_SKIPS,   /* it has fallen behind, or was told to give up: what waited is dropped */
  CAM_READER_NEWS_BACK,    /* it had skipped and has joined anew */
  CAM_READER_NEWS_THINNED, /* it skips again and again: key pictures and sound only from now on, once it is back */
  CAM_READER_NEWS_WHOLE    /* all pictures again */
} CamReaderNews;

/* @why: of a skip, else of the newest one. Called from within the calls below; must not free the reader, nor take it from its stream-task. */
typedef void (*CamReaderNewsFunc) (CamReaderNews news, CamSkipReason why, int64_t now_us, gpointer data);

typedef struct {
  CamOutlet *outlet;       /* borrowed: outlives the reader */
  int64_t lag_us;          /* ReaderLag */
  bool thins;              /* Thin=auto; needs video, and an outlet that knows what has arrived */
  const atomic_bool *shed; /* borrowed: outlives the reader; while it is true pictures between key pictures are left out; NULL: never */
  CamReaderRecord *record; /* borrowed: outlives the reader */
  CamReaderNewsFunc tell;  /* nullable */
  gpointer data;
} CamReaderSetup;

CamReader *cam_reader_new (const CamReaderSetup *setup); /* @setup is copied */
void cam_reader_free (CamReader *self); /* NULL is fine */

/* Adds a track, or moves it to other channels. The channels count for interleaved outlets only. */
void cam_reader_select (CamReader *self, CamTrackKind kind, uint8_t rtp_channel, uint8_t rtcp_channel);
bool cam_reader_is_playing (const CamReader *self);
bool cam_reader_has_video (const CamReader *self); /* the video track is selected */

/* What the reader would send first if it began with @join. */
void cam_reader_foresee (const CamReader *self, const CamJoin *join, CamJoinInfo ret_info[CAM_N_TRACKS]);

/* Begins, or comes back after a pause or a skip: a report of each track, the head, the newest audio. A head that would go back in the
 * client's time is left out, then video waits for the next key unit. A thinned reader gets the head's key unit alone. Does not flush. */
void cam_reader_begin (CamReader *self, const CamJoin *join, int64_t now_us);

/* Drops what waits and takes nothing until it begins again. */
void cam_reader_pause (CamReader *self);

/* Drops what waits, but still takes what is said: before a BYE. */
void cam_reader_hush (CamReader *self);

typedef enum
{
  CAM_READER_TOOK,   /* or had no use for it: another track, a picture before the first key unit */
  CAM_READER_SKIPS,  /* it left the unit out: it has fallen behind, or is thinned */
  CAM_READER_REJOINS /* it had fallen behind and is drained: begin it again, with a join that holds this burst's unit */
} CamReaderVerdict;

/* Offers the next unit of a track. Does not flush. */
CamReaderVerdict cam_reader_offer (CamReader *self, CamBurst *burst, int64_t now_us);

/* Others need the memory of what waits: a skip, unless nothing waits that was not begun. Returns the bytes dropped; they are free only when no
 * other reader waits with the same bursts. */
size_t cam_reader_give_up (CamReader *self, int64_t now_us);

/* When the oldest was made of what it could give up; INT64_MAX for none. */
int64_t cam_reader_get_waiting_since_us (const CamReader *self);

/* Queues a report or BYE of a selected track while playing. */
void cam_reader_say (CamReader *self, CamBurst *control);

void cam_reader_flush (CamReader *self);

/* Asks for the memory that offer and flush will look at: nothing else happens. */
void cam_reader_prefetch (const CamReader *self);
