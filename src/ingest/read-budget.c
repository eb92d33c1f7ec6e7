#include "ingest/read-budget.h"

#include <glib.h>

#define LEAST_READ 4096 /* no read smaller than this, or the dispatch costs more than the bytes */

static int64_t
least_tokens (const CamReadBudget *self)
{
  return (int64_t) MIN (self->bytes_per_second, LEAST_READ);
}

void
cam_read_budget_init (CamReadBudget *self, uint64_t bits_per_second, int64_t now_us)
{
  uint64_t bytes = CLAMP (bits_per_second / 8, 1, (uint64_t) G_MAXINT32);
  *self = (CamReadBudget){.bytes_per_second = bytes, .tokens = (int64_t) bytes, .filled_us = now_us};
}

size_t
cam_read_budget_get (CamReadBudget *self, size_t most, int64_t now_us)
{
  int64_t elapsed_us = CLAMP (now_us - self->filled_us, 0, G_USEC_PER_SEC);
  int64_t earned = elapsed_us * (int64_t) self->bytes_per_second / G_USEC_PER_SEC;
  if (earned > 0) {
    self->tokens = MIN (self->tokens + earned, (int64_t) self->bytes_per_second);
    self->filled_us = now_us;
  }
  return self->tokens < least_tokens (self) ? 0 : MIN (most, (size_t) self->tokens);
}

void
cam_read_budget_spend (CamReadBudget *self, size_t bytes)
{
  self->tokens -= (int64_t) MIN (bytes, (size_t) G_MAXINT32);
}

int64_t
cam_read_budget_get_due_us (const CamReadBudget *self)
{
  int64_t missing = least_tokens (self) - self->tokens;
  if (missing <= 0)
    return self->filled_us;
  return self->filled_us + (missing * G_USEC_PER_SEC + (int64_t) self->bytes_per_second - 1) / (int64_t) self->bytes_per_second;
}
