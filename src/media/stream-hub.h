/* One stream's fan-out: its description and the channels that want its units. Lives as long as the stream is configured,
 * across connections: a new worker pushes into the same hub.
 * Thread: push on the producer's (one at a time); all else any. Owner: camera-session; worker and factory hold references. */
#pragma once

#include "media/media-channel.h"
#include "media/stream-description.h"

typedef struct CamStreamHub CamStreamHub;

CamStreamHub *cam_stream_hub_new (const char *camera, const char *stream);
CamStreamHub *cam_stream_hub_ref (CamStreamHub *self);
void cam_stream_hub_unref (CamStreamHub *self); /* NULL is fine */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamStreamHub, cam_stream_hub_unref)

/* The same for a stream whose media comes out of @memory (nullable: without a limit): whoever holds bytes of it takes a share there. */
CamStreamHub *cam_stream_hub_new_within (CamMediaMemory *memory, const char *camera, const char *stream);
CamMediaMemory *cam_stream_hub_get_memory (const CamStreamHub *self); /* the stream's part of it. (transfer none); NULL: no limit */

const char *cam_stream_hub_get_camera (const CamStreamHub *self);
const char *cam_stream_hub_get_stream (const CamStreamHub *self);

/* What the stream carries, kept while the camera is away; NULL until first known. (transfer full) */
CamStreamDescription *cam_stream_hub_ref_description (CamStreamHub *self);

/* Replaces the description. When @description is not the same enough as the last one, the version rises by one and the last key picture is
 * forgotten. NULL forgets the description. */
void cam_stream_hub_set_description (CamStreamHub *self, CamStreamDescription *description);

/* Replaces the description by one that is the same enough, of the producer's thread: parameter sets changed in band. Nothing happens while there is
 * none: whoever took it away is not to be contradicted by a producer that has not heard of it yet. */
void cam_stream_hub_refresh_description (CamStreamHub *self, CamStreamDescription *description);

/* What the sender says of the stream, JSON in UTF-8, of the last one that said anything; NULL: nothing. (transfer none), (transfer full) */
void cam_stream_hub_set_metadata (CamStreamHub *self, GBytes *json);
GBytes *cam_stream_hub_ref_metadata (CamStreamHub *self);

unsigned cam_stream_hub_get_version (const CamStreamHub *self); /* for o= of the SDP; 1 at first */

/* Who feeds it now: nobody, the slate that stands in for a camera that is away, or the camera. */
typedef enum
{
  CAM_FEED_NONE,
  CAM_FEED_SLATE,
  CAM_FEED_CAMERA
} CamFeed;

/* The supervisor says CAMERA at live and NONE at ended, the slate says SLATE with its first unit. */
void cam_stream_hub_set_feed (CamStreamHub *self, CamFeed feed);
CamFeed cam_stream_hub_get_feed (const CamStreamHub *self);

/* One producer at a time: a worker claims the hub when it knows its tracks, and gives it back when it has ended. The slate never claims,
 * and pushes only while nobody has: both live on the camera's loop, so looking before pushing is enough. */
void cam_stream_hub_claim (CamStreamHub *self);
void cam_stream_hub_release (CamStreamHub *self);
bool cam_stream_hub_is_claimed (const CamStreamHub *self);

/* Offers @unit to every channel (a reference each), waiting at most @timeout_us for each. The caller keeps its own reference.
 * Times must be above those of earlier units of the track (asserted: the timeline's promise). */
void cam_stream_hub_push (CamStreamHub *self, const CamAccessUnit *unit, int64_t timeout_us);

/* The latest time of any unit of any track, pts and dts, in ns, 0 at first: the next producer's times must all be above it. */
int64_t cam_stream_hub_get_edge_ns (const CamStreamHub *self);

/* No picture may be pushed with a time up to @edge_ns any more: somebody was shown one as of then. Only while nobody has claimed the hub. */
void cam_stream_hub_raise_edge_ns (CamStreamHub *self, int64_t edge_ns);

/* The edge when the feed became NONE last, or of what was pushed while it was; 0 if there was nothing: what was pushed up to then is nothing to
 * begin with any more. */
int64_t cam_stream_hub_get_break_ns (const CamStreamHub *self);

/* The newest key picture that came from the camera, of the stream that was described last; kept while the camera is away: a copy with a reference
 * of its own. False: none. */
bool cam_stream_hub_get_last_key (CamStreamHub *self, CamAccessUnit *ret_unit);

/* Takes a reference of @channel; false, and the channel closed, when the hub is closed already. */
bool cam_stream_hub_subscribe (CamStreamHub *self, CamMediaChannel *channel);
void cam_stream_hub_unsubscribe (CamStreamHub *self, CamMediaChannel *channel);

/* Closes every channel and takes no more. Twice is fine. */
void cam_stream_hub_close (CamStreamHub *self);

/* Of the camera's own units, but for slate_units. Times CLOCK_MONOTONIC; 0: never. */
typedef struct {
  uint64_t units[CAM_N_TRACKS];
  uint64_t bytes[CAM_N_TRACKS];
  uint64_t keys;           /* key pictures */
  int64_t last_unit_us;
  int64_t last_key_us;
  int64_t key_interval_us; /* between the last two of them; 0: not known */
  uint64_t slate_units;    /* what stood in for it */
} CamStreamCounters;
CamStreamCounters cam_stream_hub_get_counters (const CamStreamHub *self);
