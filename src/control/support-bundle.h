/* Everything that somebody who helps wants to see, as one tar: what is configured and where it is said, status, metrics, the log in memory with its
 * dialogues, versions, limits, threads, what streams carry, the newest crash and stall reports. Nothing goes in that could hold a secret: each part is
 * made by who leaves them out.
 * Thread: any but M, H and the loops: reads small files. Owner: results belong to the caller. */
#pragma once

#include "supervise/status.h"

#define CAM_BUNDLE_MAX_BYTES ((size_t) 16 * 1024 * 1024)

/* What it is made of, taken before. */
typedef struct {
  CamStatus *status;        /* ref */
  GPtrArray *readers;       /* ref; of CamReaderView */
  GPtrArray *lines;         /* ref; of CamLogRingLine */
  int64_t monotonic_us;     /* when they were taken */
  const char *state_folder; /* NULL: there is none; owned by the caller */
} CamBundleParts;

/* "camrelay-support-20261121-224103", of @unix_us, UTC: the folder in the tar. (transfer full) */
char *cam_support_bundle_name (int64_t unix_us);

/* (transfer full) */
GBytes *cam_support_bundle_make (const CamBundleParts *parts, const char *name);
