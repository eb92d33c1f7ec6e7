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
  block->next = *doomed;
  *doomed = block;
}

static bool
has_too_many (const Class *class)
{
  return class->n_kept > 0 && class->n_used + class->n_kept > MAX (class->high, class->high_last);
}

/* Under the mutex: begins the next window and lets go what was not used in the last two. */
static void
turn_window (CamPayloadPool *self, Block **doomed)
{
  self->takes = 0;
  for (unsigned i = 0; i < N_CLASSES; i++) {
    Class *class = &self->classes[i];
    class->high_last = class->high;
    class->high = class->n_used;
    while (has_too_many (class))
      doom_one (self, i, doomed);
  }
}

/* Under the mutex: makes room for @capacity in the budget out of what is kept, the largest first. */
static bool
make_room (CamPayloadPool *self, size_t capacity, Block **doomed)
{
  for (unsigned i = N_CLASSES; i-- > 0;)
    while (self->bytes + capacity > self->budget && self->classes[i].n_kept > 0)
      doom_one (self, i, doomed);
  return self->bytes + capacity <= self->budget;
}

/* Under the mutex: counts a take of @class. The block is a kept one, or NULL where one is to be made (@ret_granted) or not. */
static Block *
grant (CamPayloadPool *self, unsigned class, Block **doomed, bool *ret_granted)
{
  Class *entry = &self->classes[class];
  if (++self->takes >= WINDOW_TAKES)
    turn_window (self, doomed);
  Block *block = entry->kept;
  if (block != NULL) {
    entry->kept = block->next;
    entry->n_kept--;
  } else {
    size_t capacity = class_capacity (class);
    *ret_granted = make_room (self, capacity, doomed);
    if (!*ret_granted)
      return NULL;
    self->bytes += capacity;
  }
  *ret_granted = true;
  entry->n_used++;
  entry->high = MAX (entry->high, entry->n_used);
  return block;
}

CamPayloadPool *
cam_payload_pool_new (size_t budget_bytes)
{
  CamPayloadPool *self = g_new0 (CamPayloadPool, 1);
  self->refs = 1;
  self->budget = budget_bytes;
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
  if (has_too_many (class))
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
