#include "core/loop-beat.h"

#include <unistd.h>

void
cam_loop_beat_begin (CamLoopBeat *self)
{
  atomic_store_explicit (&self->thread, gettid (), memory_order_relaxed);
}
