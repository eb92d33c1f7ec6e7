/* Whether a configuration fits into what the system allows: it is better to be told at the start, with the numbers and the key that changes them, than to
 * refuse cameras and clients at night.
 * Thread: judge pure; the rest any, it reads files. Owner: values. */
#pragma once

#include "daemon/resource-need.h"

typedef struct {
  uint64_t descriptors; /* RLIMIT_NOFILE */
  uint64_t threads;     /* of the user or the control group, whichever is less; UINT64_MAX: none that is known */
} CamResourceLimits;

/* As they are for this process now. */
CamResourceLimits cam_resource_limits_get (void);

typedef enum
{
  CAM_BUDGET_FITS,
  CAM_BUDGET_FEWER, /* it does with fewer connections of clients than nobody asked for by name: the default */
  CAM_BUDGET_EXCEEDED
} CamBudget;

/* @default_connections: MaxConnections= when it is not written; then it may be less. @ret_connections: how many fit; with FEWER.
 * @ret_text: "… need 2300 descriptors, the limit is 1024: raise LimitNOFILE= …"; not with FITS. (transfer full) */
CamBudget cam_resource_budget_judge (const CamResourceNeed *need,
                                     const CamResourceLimits *limits,
                                     unsigned default_connections,
                                     unsigned *ret_connections,
                                     char **ret_text);

/* Fits @config, which nobody else has seen yet, into what the system allows: MaxConnections= may become less, which is logged.
 * Errors: G_IO_ERROR_NO_SPACE. */
bool cam_resource_budget_fit (CamConfigSet *config, unsigned n_loops, GError **error);
