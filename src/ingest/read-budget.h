/* How much may be read from a camera now: a token bucket that holds one second's worth of MaxBitrate. Above it we stop reading and TCP
 * makes the camera wait.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t bytes_per_second;
  int64_t tokens; /* bytes */
  int64_t filled_us;
} CamReadBudget;

void cam_read_budget_init (CamReadBudget *self, uint64_t bits_per_second, int64_t now_us);

/* Bytes that may be read now, at most @most; 0: none before get_due_us (). */
size_t cam_read_budget_get (CamReadBudget *self, size_t most, int64_t now_us);
void cam_read_budget_spend (CamReadBudget *self, size_t bytes);
int64_t cam_read_budget_get_due_us (const CamReadBudget *self);
