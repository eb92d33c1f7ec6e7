/* GStreamer samples to access units for the worker: learns the tracks, says what they are once all are known, cuts long runs of samples.
 * Where samples come from and when they are due is not known here.
 * Thread: pure but for the sink's calls. Owner: a pipeline-source. */
#pragma once

#include <gst/gst.h>

#include "ingest/ingest-source.h"

typedef struct CamSampleUnits CamSampleUnits;

/* The sink is borrowed. */
CamSampleUnits *cam_sample_units_new (CamIngestSink *sink, bool has_video, bool has_audio);
void cam_sample_units_free (CamSampleUnits *self); /* NULL is fine */

/* Takes one sample with its times in CLOCK_MONOTONIC ns. What comes before every track is known waits for that, for 3 s at most: then the stream
 * begins without sound. Later pictures that RTP has no words for are counted as malformed. False: the codec, or the first picture, cannot be
 * carried. */
bool cam_sample_units_take (CamSampleUnits *self, CamTrackKind kind, GstSample *sample, int64_t pts_ns, int64_t dts_ns, int64_t now_us);
