/* The whole relay at one moment: immutable, published each second and when a stream changes its state; and the board it hangs on.
 * Whoever answers questions from outside reads this and asks nobody.
 * Thread: a status any, immutable; the board: ref any, publish M. Owner: last reference; the board: the supervisor. */
#pragma once

#include "core/loop-thread.h"
#include "media/media-memory.h"
#include "serve/rtsp-server.h"
#include "supervise/stream-status.h"

#define CAM_STATUS_MAX_LOOPS 8

typedef struct {
  char *name;            /* owned; "main", "media0", "http" */
  int64_t worst_turn_us; /* within the last minute */
  int64_t lag_us;        /* how late it was to do what was due, last; of what it has not done yet, how late that is by now */
} CamLoopStatus;

typedef struct {
  int64_t unix_us;
  int64_t monotonic_us;
  int64_t start_unix_us;     /* of the process */
  CamConfigSet *config;      /* ref; what holds now */
  GPtrArray *streams;        /* of CamStreamStatus, owned; by camera's name, main before sub */
  GPtrArray *listeners;      /* of char *, owned: "rtsp://127.0.0.1:8554" … */
  CamServerCounters server;
  CamMediaMemoryCounters memory;
  CamLoopStatus loops[CAM_STATUS_MAX_LOOPS];
  unsigned n_loops;
  unsigned threads;
  unsigned descriptors;
  unsigned descriptor_limit;
  uint64_t resident_bytes;
  double cpu_s;              /* user and system, since start */
  unsigned connected, total; /* streams; without those that are off */
  unsigned quarantined;      /* cameras whose parts could not be ended in time */
  uint64_t reloads, reloads_failed;
  uint64_t crashes;          /* of earlier processes, as kept in the state folder */
  unsigned shed_step;        /* 0: the machine carries everything */
} CamStatus;

/* With nothing in it: whoever makes it fills it in, seals it, and publishes it. */
CamStatus *cam_status_new (void);

/* Puts the streams in order and counts those that are connected. Before anybody else sees it. */
void cam_status_seal (CamStatus *self);

CamStatus *cam_status_ref (CamStatus *self);
void cam_status_unref (CamStatus *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamStatus, cam_status_unref)

/* NULL: no such stream. */
const CamStreamStatus *cam_status_find (const CamStatus *self, const char *camera, unsigned stream);

typedef struct CamStatusBoard CamStatusBoard;

CamStatusBoard *cam_status_board_new (void);
CamStatusBoard *cam_status_board_ref (CamStatusBoard *self);
void cam_status_board_unref (CamStatusBoard *self); /* NULL is fine */

/* Takes the reference. */
void cam_status_board_publish (CamStatusBoard *self, CamStatus *status);

/* The newest; NULL before the first. (transfer full) */
CamStatus *cam_status_board_get (CamStatusBoard *self);
