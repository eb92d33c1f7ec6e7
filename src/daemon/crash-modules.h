/* Which program or library an address of this process is in: found without a lock and without dl_iterate_phdr (), so also in a signal handler, by
 * what _dl_find_object () knows (glibc 2.35, "Async-signal-safe" in its manual) and what stands in the module's own headers in memory.
 * Thread: any. Owner: none, functions only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *path;        /* borrowed from the dynamic linker; "" for the program itself */
  uint64_t start, end;     /* where it is mapped */
  uint64_t bias;           /* what was added to the addresses in its file */
  const uint8_t *build_id; /* borrowed from the module's memory; NULL: it has none */
  size_t build_id_size;    /* bytes */
} CamCrashModule;

/* False: no module is there, as for code that was made at run time. */
bool cam_crash_modules_find (uint64_t address, CamCrashModule *ret_module);

/* True when @address lies in a part of @module that may be run. */
bool cam_crash_modules_is_code (const CamCrashModule *module, uint64_t address);
