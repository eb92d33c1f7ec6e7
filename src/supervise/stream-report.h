/* The lines that a human reads about one stream: each change once, in plain words, and what happens next.
 * Thread: M. Owner: embedded by value in stream-session. */
#pragma once

#include "supervise/dial-plan.h"
#include "supervise/failure-report.h"

typedef struct {
  const CamCameraConfig *camera; /* borrowed */
  unsigned stream;
  CamFailureReport failures;
} CamStreamReport;

void cam_stream_report_connected (CamStreamReport *self, const CamStreamDescription *description);

/* A live stream is lost; @next is what the dialler does. @n_held: readers who stay. */
void cam_stream_report_lost (CamStreamReport *self, const CamIngestEnd *end, CamDialOrder next, unsigned n_held);

/* A dial failed: said when the reason is new, and then once a minute. */
void cam_stream_report_failed (CamStreamReport *self, const CamIngestEnd *end, CamDialOrder next, int64_t now_us);

/* Start=on-demand: somebody wants it, nobody does any more. */
void cam_stream_report_wanted (const CamStreamReport *self);
void cam_stream_report_unwanted (const CamStreamReport *self);

/* Readers are ended, "the camera is away". Nothing is said when there are none. */
void cam_stream_report_ending (const CamStreamReport *self, unsigned n_readers, const char *why);
