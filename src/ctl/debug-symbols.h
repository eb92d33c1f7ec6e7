/* What an address in a program or library is called in its source, by elfutils' libdwfl, without a process: functions that were inlined there, too.
 * Thread: any that may block, one at a time. Owner: who opened it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct CamDebugSymbols CamDebugSymbols;

typedef struct {
  char *function;   /* owned; NULL: not even a symbol is near */
  uint64_t offset;  /* behind the symbol's beginning; only without debug information, has_offset */
  bool has_offset;
  char *file;       /* owned; NULL: no debug information */
  int line;         /* 0: not known */
  bool is_inlined;  /* into the next place */
} CamDebugPlace;

/* @fd: of @file, a program, library or debug file; it is closed in any case. @folders: where separate debug files are, separated by colons.
 * NULL: it is none of these. */
CamDebugSymbols *cam_debug_symbols_open (const char *file, int fd, const char *folders);
void cam_debug_symbols_close (CamDebugSymbols *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamDebugSymbols, cam_debug_symbols_close)

/* Of CamDebugPlace, owned, at least one, the innermost first. @address: as in the file. @is_after: of the call before it. (transfer full) */
GPtrArray *cam_debug_symbols_look_up (CamDebugSymbols *self, uint64_t address, bool is_after);
