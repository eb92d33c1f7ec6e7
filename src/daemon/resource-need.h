/* What a configuration needs of the system: descriptors and threads, as measured a stream of each kind, and with room for what comes and goes.
 * Thread: pure. Owner: values. */
#pragma once

#include "config/config-set.h"

typedef struct {
  unsigned streams;     /* of cameras that are enabled */
  unsigned connections; /* MaxConnections=, a descriptor each */
  unsigned descriptors; /* of everything else */
  unsigned threads;
} CamResourceNeed;

/* @n_loops: media loops. */
CamResourceNeed cam_resource_need_of (const CamConfigSet *config, unsigned n_loops);
