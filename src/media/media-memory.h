/* The one budget of all bytes that hold pictures and sound, in the process, and the shares that its holders have in it. A holder is one that
 * can grow on its own: a stream's payload pool, what waits for a mount's readers.
 *
 * A share may grow as long as it is not larger than what is left for everybody. So one that takes without end gets half of the limit, n of
 * them get 1/(n+1) each, and there is always as much left for the next one (docs/decisions/0018).
 * Who gives up what when a take is refused is the holder's business.
 * Thread: any. Owner: the daemon; each share holds a reference, a share is its holder's. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CamMediaMemory CamMediaMemory;
typedef struct CamMediaShare CamMediaShare;

/* @limit_bytes: of all shares together. */
CamMediaMemory *cam_media_memory_new (uint64_t limit_bytes);

/* Another limit for what is taken from now on; what shares have they keep. Any thread. */
void cam_media_memory_set_limit (CamMediaMemory *self, uint64_t limit_bytes);
CamMediaMemory *cam_media_memory_ref (CamMediaMemory *self);
void cam_media_memory_unref (CamMediaMemory *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamMediaMemory, cam_media_memory_unref)

/* A part of @whole (which may be a part): its shares are shares of the whole budget, and are counted together here, too. */
CamMediaMemory *cam_media_memory_new_part (CamMediaMemory *whole);

typedef struct {
  uint64_t limit; /* of a part: of the whole */
  uint64_t used;
  uint64_t high;     /* the most that was ever used */
  uint64_t refusals; /* what was given up because a share could not grow */
} CamMediaMemoryCounters;
CamMediaMemoryCounters cam_media_memory_get_counters (const CamMediaMemory *self);

/* @memory: NULL for a share of nothing in common. @most_bytes: the share's own bound; UINT64_MAX for none. */
CamMediaShare *cam_media_share_new (CamMediaMemory *memory, uint64_t most_bytes);
CamMediaShare *cam_media_share_ref (CamMediaShare *self);
void cam_media_share_unref (CamMediaShare *self); /* NULL is fine; asserts that the last one gave back all */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamMediaShare, cam_media_share_unref)

/* False: nothing was taken. A holder then gives up something of its own and tries again, or counts a refusal. */
bool cam_media_share_take (CamMediaShare *self, size_t bytes);
void cam_media_share_give (CamMediaShare *self, size_t bytes);
void cam_media_share_count_refusal (CamMediaShare *self);

uint64_t cam_media_share_get_used (const CamMediaShare *self);
