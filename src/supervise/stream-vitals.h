/* A second's look at the counters of a stream makes pictures a second, what is usual of them, and bits a second.
 *
 * Usual is what a camera keeps up: it follows the slowest of the last seconds up within some ten seconds, so that what was kept back and comes at
 * once is not learned; and what is slower than usual is learned over ten minutes, so that a camera that is set to another rate is not ill for ever.
 * Thread: pure, time is an argument. Owner: embedded by value in stream-chart. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAM_VITALS_SAMPLES 12

/* Totals that only grow, of the camera's own units. */
typedef struct {
  int64_t now_us;
  uint64_t pictures;
  uint64_t bytes;        /* of pictures and sound */
  uint64_t packets_lost;
} CamVitalsSample;

/* All zero at first. */
typedef struct {
  CamVitalsSample samples[CAM_VITALS_SAMPLES]; /* a ring, of the connection that stands */
  unsigned count;                              /* of samples, those that were overwritten, too */
  unsigned keeps;                              /* rates in a row that usual may follow */
  double rates[CAM_VITALS_SAMPLES];            /* a ring of as many, fps at each sample */

  double fps;             /* of the last seconds: 3, or so many that six usual pictures fit in, 10 at most; 0 while not known */
  double usual_fps;       /* 0 while not known */
  double bit_rate;        /* of the last 5 s */
  unsigned losing;        /* of the last 5 s: those in which packets were lost */
  bool is_measured;       /* fps is of a whole such time, all of it on the connection that stands */
} CamStreamVitals;

/* The stream is live, and this is what it has by now: once a second. */
void cam_stream_vitals_sample (CamStreamVitals *self, const CamVitalsSample *sample);

/* The stream is not live, or not on the same connection any more: what is usual stays. */
void cam_stream_vitals_pause (CamStreamVitals *self);

/* It is another stream from now on: nothing is usual. */
void cam_stream_vitals_forget (CamStreamVitals *self);
