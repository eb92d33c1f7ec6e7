/* The one copy of each access unit's bytes: reference-counted blocks under one byte budget and a share of the process's. Nothing is kept for
 * later: blocks go back to the allocator on whatever thread the last reference is dropped, so that what one stream does not need is
 * another's at once. No GstBuffer: GStreamer's pools hold two descriptors each and fix one size (docs/decisions).
 * Thread: any. Owner: the pool lives until its owner and the last block have let go. */
#pragma once

#include "media/media-memory.h"

#include <stddef.h>

typedef struct CamPayloadPool CamPayloadPool;

typedef struct {
  uint8_t *data; /* writable by whoever took it until it is shared */
  size_t size;   /* bytes used; set by whoever took it, at most what it asked for */
} CamPayload;

/* @budget_bytes: what all blocks may take together. @memory: what those of all pools may; nullable. */
CamPayloadPool *cam_payload_pool_new (size_t budget_bytes, CamMediaMemory *memory);
CamPayloadPool *cam_payload_pool_ref (CamPayloadPool *self);
void cam_payload_pool_unref (CamPayloadPool *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamPayloadPool, cam_payload_pool_unref)

/* A block of @size bytes (size is set, data uninitialised), one reference; NULL when a budget is spent or @size is over 8 MiB, which is counted. */
CamPayload *cam_payload_pool_take (CamPayloadPool *self, size_t size);

size_t cam_payload_pool_get_bytes (const CamPayloadPool *self);      /* of all blocks, with what each costs beside its own */
uint64_t cam_payload_pool_get_refusals (const CamPayloadPool *self); /* takes that a budget refused */

CamPayload *cam_payload_ref (CamPayload *self);  /* NULL is fine */
void cam_payload_unref (CamPayload *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamPayload, cam_payload_unref)
