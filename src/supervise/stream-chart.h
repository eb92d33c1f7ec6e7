/* What is kept of one stream over all its connections, for the status: since when it is in its state and why, how often it was connected and lost,
 * its vitals and its health. It decides nothing.
 * Thread: M. Owner: stream-session, which tells it. */
#pragma once

#include "supervise/status.h"
#include "supervise/stream-absence.h"
#include "supervise/stream-feed.h"
#include "supervise/stream-place.h"

typedef struct CamStreamChart CamStreamChart;

/* All borrowed; they outlive the chart, the camera until another is set. */
CamStreamChart *cam_stream_chart_new (const CamStreamPlace *place,
                                      CamCameraConfig *camera,
                                      unsigned stream,
                                      CamStreamHub *hub,
                                      const CamStreamFeed *feed,
                                      const CamStreamAbsence *absence);
void cam_stream_chart_free (CamStreamChart *self); /* NULL is fine */

/* Another configuration of the same camera. */
void cam_stream_chart_set_camera (CamStreamChart *self, CamCameraConfig *camera);

/* What the stream is in by now; nothing happens if that is nothing new. @reason: why the newest worker ended. */
void cam_stream_chart_note_state (CamStreamChart *self, const CamCameraLifecycle *lifecycle, CamReason reason);

/* A worker is over by itself. */
void cam_stream_chart_note_end (CamStreamChart *self, const CamIngestEnd *end);

/* A sender at @address has come by itself. */
void cam_stream_chart_note_sender (CamStreamChart *self, const char *address);

/* All that is known now, as part of @whole, which knows the time and the memory already. @is_beat: a second has passed, its vitals are taken.
 * (transfer full) */
CamStreamStatus *cam_stream_chart_describe (CamStreamChart *self, const CamStatus *whole, bool is_beat);
