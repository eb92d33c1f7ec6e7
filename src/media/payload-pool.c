#include "media/payload-pool.h"

#include <stdatomic.h>

/* A unit is at most 4 MiB and may get parameter sets in front. */
#define MOST_BYTES ((size_t) 8 * 1024 * 1024)

typedef struct {
  CamPayload payload; /* first: the block is found from it */
  int refs;           /* atomic */
  size_t taken;       /* from the pool's share */
  CamPayloadPool *pool; /* ref */
  uint8_t bytes[];
} Block;

struct CamPayloadPool {
  int refs;             /* atomic; one for each block */
  CamMediaShare *share; /* ref; of all blocks */
  _Atomic uint64_t refusals;
};

CamPayloadPool *
cam_payload_pool_new (size_t budget_bytes, CamMediaMemory *memory)
{
  CamPayloadPool *self = g_new0 (CamPayloadPool, 1);
  self->refs = 1;
  self->share = cam_media_share_new (memory, budget_bytes);
  return self;
}

CamPayloadPool *
cam_payload_pool_ref (CamPayloadPool *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_payload_pool_unref (CamPayloadPool *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_media_share_unref (self->share);
  g_free (self);
}

CamPayload *
cam_payload_pool_take (CamPayloadPool *self, size_t size)
{
  size_t bytes = sizeof (Block) + MIN (size, MOST_BYTES);
  if (size > MOST_BYTES || !cam_media_share_take (self->share, bytes)) {
    atomic_fetch_add_explicit (&self->refusals, 1, memory_order_relaxed);
    cam_media_share_count_refusal (self->share);
    return NULL;
  }
  Block *block = g_malloc (bytes);
  *block = (Block){
      .payload = {.data = block->bytes, .size = size},
      .refs = 1,
      .taken = bytes,
      .pool = cam_payload_pool_ref (self),
  };
  return &block->payload;
}

size_t
cam_payload_pool_get_bytes (const CamPayloadPool *self)
{
  return cam_media_share_get_used (self->share);
}

uint64_t
cam_payload_pool_get_refusals (const CamPayloadPool *self)
{
  return atomic_load_explicit (&self->refusals, memory_order_relaxed);
}

CamPayload *
cam_payload_ref (CamPayload *self)
{
  if (self != NULL)
    g_atomic_int_inc (&((Block *) self)->refs);
  return self;
}

void
cam_payload_unref (CamPayload *self)
{
  Block *block = (Block *) self;
  if (block == NULL || !g_atomic_int_dec_and_test (&block->refs))
    return;
  CamPayloadPool *pool = block->pool;
  cam_media_share_give (pool->share, block->taken);
  g_free (block);
  cam_payload_pool_unref (pool);
}
