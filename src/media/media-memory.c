#include "media/media-memory.h"

#include <stdatomic.h>

struct CamMediaMemory {
  int refs;              /* atomic */
  CamMediaMemory *whole; /* ref; NULL: it is no part */
  _Atomic uint64_t limit;
  _Atomic uint64_t used; /* above the limit only after that was lowered */
  _Atomic uint64_t high;
  _Atomic uint64_t refusals;
};

struct CamMediaShare {
  int refs;               /* atomic */
  CamMediaMemory *memory; /* ref, or NULL: nothing in common */
  uint64_t most;
  _Atomic uint64_t used; /* never above that */
};

CamMediaMemory *
cam_media_memory_new (uint64_t limit_bytes)
{
  CamMediaMemory *self = g_new0 (CamMediaMemory, 1);
  self->refs = 1;
  atomic_init (&self->limit, limit_bytes);
  return self;
}

void
cam_media_memory_set_limit (CamMediaMemory *self, uint64_t limit_bytes)
{
  atomic_store_explicit (&self->limit, limit_bytes, memory_order_relaxed);
}

CamMediaMemory *
cam_media_memory_new_part (CamMediaMemory *whole)
{
  CamMediaMemory *self = cam_media_memory_new (whole->limit);
  self->whole = cam_media_memory_ref (whole);
  return self;
}

CamMediaMemory *
cam_media_memory_ref (CamMediaMemory *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_media_memory_unref (CamMediaMemory *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  cam_media_memory_unref (self->whole);
  g_free (self);
}

CamMediaMemoryCounters
cam_media_memory_get_counters (const CamMediaMemory *self)
{
  return (CamMediaMemoryCounters){
      .limit = self->limit,
      .used = atomic_load_explicit (&self->used, memory_order_relaxed),
      .high = atomic_load_explicit (&self->high, memory_order_relaxed),
      .refusals = atomic_load_explicit (&self->refusals, memory_order_relaxed),
  };
}

static void
raise_high (CamMediaMemory *self, uint64_t used)
{
  uint64_t high = atomic_load_explicit (&self->high, memory_order_relaxed);
  while (used > high && !atomic_compare_exchange_weak_explicit (&self->high, &high, used, memory_order_relaxed, memory_order_relaxed))
    continue;
}

/* Whether a share that has @own of @used bytes may have @bytes more: the sum stays under the limit, and the share no larger than the rest. */
static bool
may_grow (const CamMediaMemory *self, uint64_t used, uint64_t own, uint64_t bytes)
{
  uint64_t limit = atomic_load_explicit (&self->limit, memory_order_relaxed);
  return used <= limit && bytes <= limit - used && own + bytes <= limit - used - bytes;
}

/* The whole alone decides, its parts only count. Only counters meet here: no order with other memory is needed. */
static bool
reserve (CamMediaMemory *self, uint64_t own, uint64_t bytes)
{
  if (self->whole != NULL) {
    if (!reserve (self->whole, own, bytes))
      return false;
    raise_high (self, atomic_fetch_add_explicit (&self->used, bytes, memory_order_relaxed) + bytes);
    return true;
  }
  uint64_t used = atomic_load_explicit (&self->used, memory_order_relaxed);
  do {
    if (!may_grow (self, used, own, bytes))
      return false;
  } while (!atomic_compare_exchange_weak_explicit (&self->used, &used, used + bytes, memory_order_relaxed, memory_order_relaxed));
  raise_high (self, used + bytes);
  return true;
}

CamMediaShare *
cam_media_share_new (CamMediaMemory *memory, uint64_t most_bytes)
{
  CamMediaShare *self = g_new0 (CamMediaShare, 1);
  self->refs = 1;
  self->memory = memory != NULL ? cam_media_memory_ref (memory) : NULL;
  self->most = most_bytes;
  return self;
}

CamMediaShare *
cam_media_share_ref (CamMediaShare *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_media_share_unref (CamMediaShare *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_assert (self->used == 0);
  cam_media_memory_unref (self->memory);
  g_free (self);
}

bool
cam_media_share_take (CamMediaShare *self, size_t bytes)
{
  uint64_t own = atomic_load_explicit (&self->used, memory_order_relaxed);
  do {
    if (bytes > self->most - own)
      return false;
  } while (!atomic_compare_exchange_weak_explicit (&self->used, &own, own + bytes, memory_order_relaxed, memory_order_relaxed));
  if (self->memory == NULL || reserve (self->memory, own, bytes))
    return true;
  atomic_fetch_sub_explicit (&self->used, bytes, memory_order_relaxed);
  return false;
}

void
cam_media_share_give (CamMediaShare *self, size_t bytes)
{
  uint64_t had = atomic_fetch_sub_explicit (&self->used, bytes, memory_order_relaxed);
  g_assert (had >= bytes);
  for (CamMediaMemory *memory = self->memory; memory != NULL; memory = memory->whole)
    atomic_fetch_sub_explicit (&memory->used, bytes, memory_order_relaxed);
}

void
cam_media_share_count_refusal (CamMediaShare *self)
{
  for (CamMediaMemory *memory = self->memory; memory != NULL; memory = memory->whole)
    atomic_fetch_add_explicit (&memory->refusals, 1, memory_order_relaxed);
}

uint64_t
cam_media_share_get_used (const CamMediaShare *self)
{
  return atomic_load_explicit (&self->used, memory_order_relaxed);
}
