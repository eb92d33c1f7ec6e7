/* A GStreamer pipeline as a source: built, run and ended on a thread of its own, its samples fetched on the camera's loop and said to the worker
 * there. Which elements, and when a sample is due, is the business of the kinds that build on it: test-source, file-source,
 * rtspsrc-source.
 * Thread: each function says; S is the source's own thread. Owner: ingest-worker, through its kind. */
#pragma once

#include <gst/gst.h>

#include "ingest/ingest-source.h"
#include "ingest/sample-units.h"
#include "ingest/stream-pulse.h"

typedef struct CamPipelineSource CamPipelineSource;

typedef struct {
  /* S. Makes self->pipeline with its sinks (cam_pipeline_source_add_sink). False: @ret_reason and @ret_detail (transfer full) say why. */
  bool (*build) (CamPipelineSource *self, CamReason *ret_reason, char **ret_detail);
  bool is_told_to_play; /* the pipeline is built and played at cam_pipeline_source_play, not at start */
  /* A streaming thread. What an error of the pipeline's means, with @ret_detail (transfer full). NULL: errors mean what they say. */
  CamReason (*judge) (CamPipelineSource *self, GstMessage *message, char **ret_detail);
  /* Loop. A sample of @kind may be there to fetch, or its end was reached. NULL when no sink is ever added. */
  void (*ready) (CamPipelineSource *self, CamTrackKind kind);
  /* Loop. A rewind that was asked for is done. NULL when none is ever asked for. */
  void (*rewound) (CamPipelineSource *self);
  /* Loop. Nothing is called after it. NULL is fine. */
  void (*closed) (CamPipelineSource *self);
} CamPipelineShape;

/* First member of each kind's struct. */
struct CamPipelineSource {
  CamIngestSource base;
  int refs; /* atomic: the worker's, the thread's, and one for each post */
  const CamPipelineShape *shape; /* borrowed, constant */
  CamIngestSink *sink;           /* borrowed */
  const CamIngestSetup *setup;   /* borrowed */
  const CamStreamConfig *config; /* borrowed */
  const CamCameraUrl *url;       /* borrowed */
  CamLoopThread *loop;           /* borrowed */
  GAsyncQueue *orders;           /* of PipelineOrder as pointers; for S */
  bool has_thread;               /* constant since start */

  GstElement *pipeline;            /* ref; made on S, before anything is posted */
  GstElement *sinks[CAM_N_TRACKS]; /* ref; made on S or a streaming thread before their first sample */

  /* On the loop from here on. */
  CamSampleUnits *units; /* owned; NULL before expect; kinds that take no samples never expect any */
  CamStreamPulse pulse;
  CamLoopTimer *pulse_timer; /* owned */
  bool is_over;              /* ended was said, or nothing runs any more */
  bool has_gone;
};

/* M. For start of a kind's vtable: allocates @size bytes for the kind's struct and starts its thread. */
CamIngestSource *cam_pipeline_source_start (const CamIngestKind *kind,
                                            const CamPipelineShape *shape,
                                            size_t size,
                                            const CamIngestSetup *setup,
                                            const CamStreamConfig *config,
                                            const CamCameraUrl *url,
                                            CamIngestSink *sink);
void cam_pipeline_source_stop (CamIngestSource *source, int64_t grace_us); /* for stop of a kind's vtable */
void cam_pipeline_source_free (CamIngestSource *source);                   /* for free of a kind's vtable */

/* Any thread, once. For a shape that is told to play. */
void cam_pipeline_source_play (CamPipelineSource *self);

/* S or a streaming thread. Takes @appsink (a new reference) for @kind; samples wait in it, bounded, until fetched. */
void cam_pipeline_source_add_sink (CamPipelineSource *self, CamTrackKind kind, GstElement *appsink);

/* Any thread. Runs @func (@self) on the loop. */
void cam_pipeline_source_post (CamPipelineSource *self, CamLoopFunc func);

/* Any thread. The stream is over: said to the worker on the loop, once. */
void cam_pipeline_source_fail (CamPipelineSource *self, CamReason reason, const char *detail);

/* Loop. The next sample of @kind, NULL when there is none now. (transfer full) */
GstSample *cam_pipeline_source_fetch (CamPipelineSource *self, CamTrackKind kind);

/* Loop. Whether @kind has no more samples and will get none before a rewind. */
bool cam_pipeline_source_is_finished (CamPipelineSource *self, CamTrackKind kind);

/* Loop. Asks S to seek to the beginning; rewound follows, or the source fails. */
void cam_pipeline_source_rewind (CamPipelineSource *self);

/* Loop. Which tracks the stream has; before it nothing is delivered. Only the first call counts. */
void cam_pipeline_source_expect (CamPipelineSource *self, bool has_video, bool has_audio);

/* Loop. Says the unit, or units, in @sample with these times in CLOCK_MONOTONIC ns. */
void cam_pipeline_source_deliver (CamPipelineSource *self, CamTrackKind kind, GstSample *sample, int64_t pts_ns, int64_t dts_ns);
