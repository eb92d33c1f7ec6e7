/* The worker that feeds a stream now: made, listened to until it is over, handed to the reaper; and the sender at the door that the next one is made for.
 * When that happens is stream-session's decision.
 * Thread: M. Owner: stream-session. */
#pragma once

#include "supervise/stream-place.h"

typedef struct CamStreamFeed CamStreamFeed;

/* @camera: takes a reference. @hub: borrowed. @events: constant, all there but leased, which is the feed's own business; called on M with @data, and only for the worker that is
 * there now: what an older one still says is dropped. @reaped: the worker that was reaped is gone, its connection closed. */
CamStreamFeed *cam_stream_feed_new (const CamStreamPlace *place,
                                    CamCameraConfig *camera,
                                    unsigned stream,
                                    CamStreamHub *hub,
                                    const CamIngestEvents *events,
                                    void (*reaped) (gpointer data),
                                    gpointer data);
void cam_stream_feed_free (CamStreamFeed *self); /* NULL is fine; asserts that there is no worker */

/* A sender has come by itself (@srt_sender: an accepted SRT socket, transfer full): the next worker is made with it, unless a newer one comes before, or it is
 * sent away. */
void cam_stream_feed_offer (CamStreamFeed *self, int srt_sender);
bool cam_stream_feed_is_offered (const CamStreamFeed *self);

/* What the door is told: whether senders are taken now. When they are not, one that waits there is sent away. To be called after whatever changed. */
void cam_stream_feed_show (CamStreamFeed *self, bool is_open);

/* Another configuration of the same camera: the next worker is made as it says. */
void cam_stream_feed_set_camera (CamStreamFeed *self, CamCameraConfig *camera);

/* And it is reached in another way: whoever waits at the door is sent away, and others may come. @srt: NULL: nobody needs it. */
void cam_stream_feed_renew (CamStreamFeed *self, CamSrtPoller *srt);

/* Makes the worker; there must be none. @has_socket, @socket: as in CamIngestSetup. The generation that its events carry, above all before. */
uint64_t cam_stream_feed_dial (CamStreamFeed *self, CamTransport transport, bool has_socket, int socket);
bool cam_stream_feed_has_worker (const CamStreamFeed *self);

/* What the worker carries, from live on; else NULL. Borrowed. */
CamStreamDescription *cam_stream_feed_get_description (const CamStreamFeed *self);

/* Live, and not over by itself yet. */
bool cam_stream_feed_is_flowing (const CamStreamFeed *self);

/* It said so, and not since that it sounds again. */
bool cam_stream_feed_is_quiet (const CamStreamFeed *self);

/* Somebody waits at the door, or there is a worker that is neither over nor quiet. */
bool cam_stream_feed_is_taken (const CamStreamFeed *self);

/* Nothing happens without a worker. */
void cam_stream_feed_talk (CamStreamFeed *self);
void cam_stream_feed_go_on (CamStreamFeed *self);

/* As if the worker had said that it is over. */
void cam_stream_feed_refuse (CamStreamFeed *self, const CamIngestEnd *end);

/* Gives the worker to the reaper; reaped follows. False: there is none. */
bool cam_stream_feed_reap (CamStreamFeed *self);

/* How the newest worker was to be sent to. False: there was none yet, and nothing is touched. */
bool cam_stream_feed_get_transport (const CamStreamFeed *self, CamTransport *ret_transport);

/* Of all workers there were, and of the one that is there; drift and SRT of that one alone. */
CamIngestCounters cam_stream_feed_get_counters (const CamStreamFeed *self);
