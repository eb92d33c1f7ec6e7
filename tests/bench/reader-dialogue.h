/* What a reader of the load client says to the relay, and what it makes of the answers: OPTIONS, DESCRIBE, SETUP of each track, PLAY,
 * TEARDOWN. Bytes and sockets are the reader's. Thread: its loop. Owner: a reader. */
#pragma once

#include "reader-medium.h"

#include "wire/rtsp-message.h"

typedef enum {
  BENCH_STEP_CONNECT,
  BENCH_STEP_OPTIONS,
  BENCH_STEP_DESCRIBE,
  BENCH_STEP_SETUP,
  BENCH_STEP_PLAY,
  BENCH_STEP_PLAYING,
  BENCH_STEP_TEARDOWN,
  BENCH_STEP_OVER /* left */
} BenchStep;

typedef struct {
  const char *url; /* borrowed */
  bool is_udp;
  struct in_addr local; /* where UDP ports are bound */
  BenchMedium *media;   /* borrowed; CAM_N_TRACKS of them */
  BenchStep step;       /* whose answer is awaited */
  unsigned sequence;    /* CSeq of the newest request */
  char *session;        /* owned; NULL: none yet */
  unsigned setting_up;  /* the track */
} BenchDialogue;

void bench_dialogue_clear (BenchDialogue *self);

/* The first request. (transfer full) */
GBytes *bench_dialogue_begin (BenchDialogue *self);

/* Takes an answer. @ret_request: the next request (transfer full), or NULL: none now. Errors: CAM_RTSP_ERROR, CAM_SDP_ERROR. */
bool bench_dialogue_take (BenchDialogue *self, const CamRtspMessage *answer, GBytes **ret_request, GError **error);

/* TEARDOWN. (transfer full) */
GBytes *bench_dialogue_leave (BenchDialogue *self);
