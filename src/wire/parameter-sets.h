/* The newest parameter set of each kind and id that a video stream has shown, in the order in which they refer to each other.
 * What is in a set does not belong here.
 * Thread: pure. Owner: a depacketizer. */
#pragma once

#include "media/track.h"

#include <stddef.h>

typedef struct {
  unsigned kind;
  unsigned id;
  GBytes *nal; /* owned; the whole NAL unit */
} CamParameterSet;

typedef struct {
  GArray *sets; /* of CamParameterSet, owned; by kind, then id */
  unsigned n_of_kind[3];
} CamParameterSets;

void cam_parameter_sets_init (CamParameterSets *self);
void cam_parameter_sets_clear (CamParameterSets *self);

/* Keeps a copy of @nal as the newest of @kind (0 to 2) and @id. True when that changed anything: neither the same bytes again do, nor sets
 * over CAM_LIMIT_PARAMETER_SETS of a kind or CAM_LIMIT_PARAMETER_SET_BYTES, which are not kept. */
bool cam_parameter_sets_put (CamParameterSets *self, unsigned kind, unsigned id, const uint8_t *nal, size_t size);

/* The set of @kind and @id, or the first of @kind; NULL for none. Borrowed until the next put. */
GBytes *cam_parameter_sets_get (const CamParameterSets *self, unsigned kind, unsigned id);
GBytes *cam_parameter_sets_get_first (const CamParameterSets *self, unsigned kind);

/* Whether there is one of each of the first @n_kinds kinds. */
bool cam_parameter_sets_are_complete (const CamParameterSets *self, unsigned n_kinds);

/* All of them behind their lengths, as in an access unit: bytes needed, and written. */
size_t cam_parameter_sets_get_size (const CamParameterSets *self);
void cam_parameter_sets_write (const CamParameterSets *self, uint8_t *out);

/* For CamTrack's parameter_sets: of GBytes. (transfer full) */
GPtrArray *cam_parameter_sets_to_array (const CamParameterSets *self);
