#include "media/payload-pool.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Capacities: 256, 320, 384, 448, 512, 640 … 8 MiB. A unit is at most 4 MiB and may get parameter sets in front. */
#define SMALLEST_BITS 8
#define DOUBLINGS 15
#define STEPS 4
#define N_CLASSES (DOUBLINGS * STEPS + 1)

/* What was used lately: the high-water mark of this and the last window of takes, about a quarter of a minute of a camera. */
#define WINDOW_TAKES 500

typedef struct Block Block;
struct Block {
  CamPayload payload; /* first: the block is found from it */
  int refs;           /* atomic */
  unsigned class;
  CamPayloadPool *pool; /* ref while in use, else NULL */
  Block *next;          /* owned: the next kept one of its class */
  uint8_t bytes[];
};

typedef struct {
  Block *kept; /* owned, a stack: the warmest block is taken first */
  unsigned n_kept;
  unsigned n_used;
  unsigned high;      /* most in use at once in this window */
  unsigned high_last; /* and in the last one */
} Class;

struct CamPayloadPool {
  int refs; /* atomic; one for each block in use */
  size_t budget;
  CamMediaShare *share; /* ref; of all blocks, in use and kept */
  _Atomic size_t bytes; /* written under the mutex, read by anybody */
  _Atomic uint64_t refusals;
  GMutex mutex;   /* all below */
  unsigned takes; /* in this window */
  Class classes[N_CLASSES];
};

static size_t
class_capacity (unsigned class)
{
  unsigned doubling = class / STEPS;
  unsigned step = class % STEPS;
  return ((size_t) (STEPS + step) << (SMALLEST_BITS + doubling)) / STEPS;
}

/* The smallest class that holds @size; N_CLASSES when none does. */
static unsigned
class_for (size_t size)
{
  if (size <= class_capacity (0))
    return 0;
  if (size > class_capacity (N_CLASSES - 1))
    return N_CLASSES;
  unsigned bits = g_bit_storage (size - 1) - 1; /* 2^bits < size <= 2^(bits + 1) */
  size_t step = ((size - 1) >> (bits - 2)) - STEPS;
  return (bits - SMALLEST_BITS) * STEPS + (unsigned) step + 1;
}

static void
free_blocks (Block *block)
{
  while (block != NULL) {
    Block *next = block->next;
    g_free (block);
    block = next;
  }
}

/* Under the mutex: moves one kept block of @class to @doomed, which is freed without the mutex. */
static void
doom_one (CamPayloadPool *self, unsigned class, Block **doomed)
{
  Class *entry = &self->classes[class];
  Block *block = entry->kept;
  entry->kept = block->next;
  entry->n_kept--;
  self->bytes -= class_capacity (class);
  cam_media_share_give (self->share, class_capacity (class));
  block->next = *doomed;
  *doomed = block;
}

/* Too many are kept when not even lately so many were used, and all are when others need the room. */
static bool
has_too_many (const CamPayloadPool *self, const Class *class)
{
  return class->n_kept > 0 && (class->n_used + class->n_kept > MAX (class->high, class->high_last) || cam_media_share_is_tight (self->share));
}

/* Under the mutex: lets go what is not worth keeping. */
static void
trim (CamPayloadPool *self, Block **doomed)
{
  for (unsigned i = 0; i < N_CLASSES; i++)
    while (has_too_many (self, &self->classes[i]))
      doom_one (self, i, doomed);
}

/* Under the mutex: begins the next window and lets go what was not used in the last two. */
static void
turn_window (CamPayloadPool *self, Block **doomed)
{
  self->takes = 0;
  for (unsigned i = 0; i < N_CLASSES; i++) {
    self->classes[i].high_last = self->classes[i].high;
    self->classes[i].high = self->classes[i].n_used;
  }
  trim (self, doomed);
}

/* Under the mutex: takes @capacity from both budgets, for which it lets go what is kept, the largest first. */
static bool
make_room (CamPayloadPool *self, size_t capacity, Block **doomed)
{
  unsigned class = N_CLASSES;
  while (self->bytes + capacity > self->budget || !cam_media_share_take (self->share, capacity)) {
    while (class > 0 && self->classes[class - 1].n_kept == 0)
      class--;
    if (class == 0)
      return false;
    doom_one (self, class - 1, doomed);
  }
  self->bytes += capacity;
  return true;
}

/* Under the mutex: counts a take of @class. The block is a kept one, or NULL where one is to be made (@ret_granted) or not. */
static Block *
grant (CamPayloadPool *self, unsigned class, Block **doomed, bool *ret_granted)
{
  Class *entry = &self->classes[class];
  if (++self->takes >= WINDOW_TAKES)
    turn_window (self, doomed);
  else if (cam_media_share_is_tight (self->share))
    trim (self, doomed);
  Block *block = entry->kept;
  if (block != NULL) {
    entry->kept = block->next;
    entry->n_kept--;
  } else {
    *ret_granted = make_room (self, class_capacity (class), doomed);
    if (!*ret_granted)
      return NULL;
  }
  *ret_granted = true;
  entry->n_used++;
  entry->high = MAX (entry->high, entry->n_used);
  return block;
}

CamPayloadPool *
cam_payload_pool_new (size_t budget_bytes, CamMediaMemory *memory)
{
  CamPayloadPool *self = g_new0 (CamPayloadPool, 1);
  self->refs = 1;
  self->budget = budget_bytes;
  self->share = cam_media_share_new (memory);
  g_mutex_init (&self->mutex);
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
  for (unsigned i = 0; i < N_CLASSES; i++)
    free_blocks (self->classes[i].kept);
  cam_media_share_give (self->share, self->bytes);
  cam_media_share_unref (self->share);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

CamPayload *
cam_payload_pool_take (CamPayloadPool *self, size_t size)
{
  unsigned class = class_for (size);
  if (class == N_CLASSES) {
    self->refusals++;
    return NULL;
  }
  Block *doomed = NULL;
  bool granted = false;
  g_mutex_lock (&self->mutex);
  Block *block = grant (self, class, &doomed, &granted);
  g_mutex_unlock (&self->mutex);
  free_blocks (doomed);
  if (!granted) {
    self->refusals++;
    cam_media_share_count_refusal (self->share);
    return NULL;
  }
  if (block == NULL) {
    block = g_malloc (sizeof *block + class_capacity (class));
    block->class = class;
    block->payload.data = block->bytes;
  }
  block->payload.size = size;
  block->refs = 1;
  block->pool = cam_payload_pool_ref (self);
  block->next = NULL;
  return &block->payload;
}

size_t
cam_payload_pool_get_bytes (const CamPayloadPool *self)
{
  return self->bytes;
}

uint64_t
cam_payload_pool_get_refusals (const CamPayloadPool *self)
{
  return self->refusals;
}

static void
give_back (Block *block)
{
  CamPayloadPool *pool = g_steal_pointer (&block->pool);
  Block *doomed = NULL;
  g_mutex_lock (&pool->mutex);
  Class *class = &pool->classes[block->class];
  class->n_used--;
  class->n_kept++;
  block->next = class->kept;
  class->kept = block;
  while (has_too_many (pool, class))
    doom_one (pool, block->class, &doomed);
  g_mutex_unlock (&pool->mutex);
  free_blocks (doomed);
  cam_payload_pool_unref (pool);
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
  if (self != NULL && g_atomic_int_dec_and_test (&((Block *) self)->refs))
    give_back ((Block *) self);
}
