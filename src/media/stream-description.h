/* What a stream carries: at most one video and one audio track. Immutable.
 * Thread: any, immutable. Owner: last reference. */
#pragma once

#include "media/track.h"

typedef struct {
  int refs; /* atomic */
  CamTrack *tracks[CAM_N_TRACKS]; /* ref; NULL where there is none; at least one is there */
} CamStreamDescription;

CamStreamDescription *cam_stream_description_new (CamTrack *video, CamTrack *audio); /* takes its own references */
CamStreamDescription *cam_stream_description_ref (CamStreamDescription *self);       /* NULL is fine */
void cam_stream_description_unref (CamStreamDescription *self);                      /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamStreamDescription, cam_stream_description_unref)

/* Whether readers can go on over a change from @a to @b (cam_track_same_enough for each track). */
bool cam_stream_description_same_enough (const CamStreamDescription *a, const CamStreamDescription *b);

/* "H.264 1920x1080, G.711 A-law 8 kHz mono". (transfer full) */
char *cam_stream_description_to_string (const CamStreamDescription *self);
