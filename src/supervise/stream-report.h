/* The lines that a human reads about one stream: each change once, in plain words, and what happens next.
 * Thread: M. Owner: embedded by value in stream-session. */
#pragma once

#include "supervise/arrival-report.h"
#include "supervise/dial-plan.h"
#include "supervise/failure-report.h"

typedef struct {
  const CamCameraConfig *camera; /* borrowed */
  unsigned stream;
  CamFailureReport failures;
  CamArrivalReport arrivals;
  bool is_quiet;         /* quiet was told, and nothing since */
  int64_t quiet_next_us; /* before that no line about it */
} CamStreamReport;

/* Not said again when it was only quiet. */
void cam_stream_report_connected (CamStreamReport *self, const CamStreamDescription *description);

/* Nothing comes although the connection stands: said once a minute at most. @n_held: readers who stay. */
void cam_stream_report_quiet (CamStreamReport *self, unsigned n_held, int64_t now_us);

/* A sender from @address has come by itself: said as often as arrival-report has it. @is_replacing: there was one. */
void cam_stream_report_sender (CamStreamReport *self, const char *address, bool is_replacing, int64_t now_us);

/* A live stream is lost; @next is what the dialler does. @n_held: readers who stay. */
void cam_stream_report_lost (CamStreamReport *self, const CamIngestEnd *end, CamDialOrder next, unsigned n_held);

/* A dial failed: said when the reason is new, and then once a minute. */
void cam_stream_report_failed (CamStreamReport *self, const CamIngestEnd *end, CamDialOrder next, int64_t now_us);

/* Start=on-demand: somebody wants it, nobody does any more. */
void cam_stream_report_wanted (const CamStreamReport *self);
void cam_stream_report_unwanted (const CamStreamReport *self);

/* Readers are ended, "the camera is away". Nothing is said when there are none. */
void cam_stream_report_ending (const CamStreamReport *self, unsigned n_readers, const char *why);
