/* The least that UDP delivery can cost: each run of equal packets is one message with UDP_SEGMENT, one sendmmsg for many readers, at the
 * pace that default client buffers bear.
 * Thread: main. Owner: the limit program. */
#pragma once

#include "limit-bursts.h"

#include <netinet/in.h>

typedef struct BenchGso BenchGso;

/* @addresses: borrowed, @n of them. @bytes_per_s: the stream's rate. Errors: G_FILE_ERROR. */
BenchGso *bench_gso_new (const struct sockaddr_in *addresses, unsigned n, size_t bytes_per_s, GError **error);
void bench_gso_free (BenchGso *self); /* NULL is fine */

/* Begins @burst (borrowed until it is through); what is left of the one before is dropped. */
void bench_gso_begin (BenchGso *self, const BenchBurst *burst);

/* Sends what may leave at @now_us to all. True: the burst is through; false: call again a millisecond later. */
bool bench_gso_turn (BenchGso *self, int64_t now_us);
