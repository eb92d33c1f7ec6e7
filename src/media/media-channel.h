/* The bounded hand-off of access units from one producer to one consumer: a queue of free envelopes and a queue of ready ones
 * (GAsyncQueue), bounded in envelopes and in bytes, timed on both sides. What does not fit is dropped here and nobody else notices.
 * Thread: offer on the producer's, next on the consumer's, close on any. Owner: the consumer (its stream-task); the hub holds a
 * reference while subscribed. Whoever closes first wins. */
#pragma once

#include "core/loop-thread.h"
#include "media/access-unit.h"

typedef struct CamMediaChannel CamMediaChannel;

typedef enum
{
  CAM_HANDOFF_OK,
  CAM_HANDOFF_TIMEOUT, /* offer: no room, or the gate is still shut after that: the unit was dropped; next: nothing came */
  CAM_HANDOFF_CLOSED
} CamHandoff;

/* @has_video: of the stream, for the gate. */
CamMediaChannel *cam_media_channel_new (unsigned envelopes, size_t bytes, bool has_video);
CamMediaChannel *cam_media_channel_ref (CamMediaChannel *self);
void cam_media_channel_unref (CamMediaChannel *self); /* NULL is fine; drops what is queued */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamMediaChannel, cam_media_channel_unref)

/* Before the first subscribe. Units of the other track pass by: they are neither kept nor counted, and nobody is woken for them. */
void cam_media_channel_take_only (CamMediaChannel *self, CamTrackKind kind);

/* Before the first subscribe. When units become ready on @loop's own thread, @func (@data) is deferred to the end of that turn; when they
 * become ready elsewhere, one post brings it (armed flag: one pending at most). It is called on close too.
 * On @loop, with NULL for @func: detaches; @func is not called any more. A consumer that goes away does this before its last unref. */
void cam_media_channel_set_consumer (CamMediaChannel *self, CamLoopThread *loop, CamLoopFunc func, gpointer data);

/* Producer. Takes its own reference of the payload. Waits at most @timeout_us for room (0: never). */
CamHandoff cam_media_channel_offer (CamMediaChannel *self, const CamAccessUnit *unit, int64_t timeout_us);

/* Consumer. Moves the oldest unit into @ret_unit (its reference is the caller's then); waits at most @timeout_us (0: never).
 * Units that were ready before the close still come out; CLOSED after them. */
CamHandoff cam_media_channel_next (CamMediaChannel *self, int64_t timeout_us, CamAccessUnit *ret_unit);

/* Any thread, twice is fine. Wakes both sides. */
void cam_media_channel_close (CamMediaChannel *self);

/* Units that found no room and those stopped at the gate after that; not those before the first key unit. Any thread. */
uint64_t cam_media_channel_get_dropped (const CamMediaChannel *self);
