/* How a stream is, and what ails it, once a second. An ailment is there once its sign has been seen for as many seconds as its row says, 5 at most, and
 * is gone when another, lower sign has not been seen for longer: so what is at the limit does not flap.
 * Thread: pure, time is an argument. Owner: embedded by value in stream-chart. */
#pragma once

#include "supervise/stream-status.h"

#define CAM_RECONNECTS_ILL 3 /* in CAM_RECONNECTS_US */
#define CAM_RECONNECTS_US INT64_C (600000000)

/* What a second was like. */
typedef struct {
  CamCameraState state;
  bool is_fps_measured;
  double fps;
  double usual_fps; /* 0: nothing is usual yet */
  int drift_ppm;
  unsigned readers;
  unsigned lagging; /* of them: those that skip, or are thinned */
  double memory_share; /* of MediaMemory that is used, by all */
  unsigned losing;  /* of the last 5 s: those in which packets were lost */
  unsigned shed_level;
} CamHealthSigns;

/* All zero at first. */
typedef struct {
  unsigned ailments;                          /* of CamAilment */
  unsigned seen[CAM_N_AILMENTS];              /* seconds in a row with the sign; without the lower one while it is there */
  int64_t reconnects_us[CAM_RECONNECTS_ILL];  /* the newest ones, a ring; 0: none */
  unsigned n_reconnects;
} CamStreamHealth;

/* It was connected again after it had been lost. */
void cam_stream_health_note_reconnect (CamStreamHealth *self, int64_t now_us);

/* Once a second. */
void cam_stream_health_note (CamStreamHealth *self, const CamHealthSigns *signs, int64_t now_us);

/* Of a stream in @state with @ailments. Whoever waits for a sender that comes by itself, and has had none, is off. */
CamHealth cam_stream_health_judge (CamCameraState state, unsigned ailments);
