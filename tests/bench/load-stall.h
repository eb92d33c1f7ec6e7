/* The readers of the load client that stop reading for a while: makes them hang, wakes them, and watches the relay's
 * memory meanwhile.
 * Thread: the load client's loop. Owner: the load client. */
#pragma once

#include "load-reader.h"
#include "process-gauge.h"

typedef struct BenchStall BenchStall;

/* @pid: of the relay; 0: its memory is not watched. @lasts_us: from bench_stall_begin () on. */
BenchStall *bench_stall_new (CamLoopThread *loop, pid_t pid, int64_t lasts_us);

/* @reader: borrowed; not freed before the stall. */
void bench_stall_add (BenchStall *self, BenchReader *reader);
void bench_stall_begin (BenchStall *self);

/* On the loop, before that ends; NULL is fine. The figures stay. */
void bench_stall_end (BenchStall *self);
void bench_stall_free (BenchStall *self); /* any thread, NULL is fine */

/* Adds "stalled":{…}; @tally: of those readers alone, losses added. */
void bench_stall_describe (const BenchStall *self, BenchTally *tally, GString *json);
