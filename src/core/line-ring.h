/* The newest lines of a log in a fixed number of bytes: a new one takes the place of the oldest.
 * Whose lines, from which thread and for how long they are shown is log-ring's.
 * Thread: pure; a lock around it is the caller's. Owner: its maker. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer text is cut between two characters. */
#define CAM_LINE_MAX_BYTES 2048

typedef struct CamLineRing CamLineRing;

/* What stands beside a line's text. */
typedef struct {
  uint64_t number; /* from 1, without gaps */
  int64_t us;      /* CLOCK_MONOTONIC */
  int64_t unix_us;
  unsigned level;
  uint32_t size; /* of the text in bytes */
} CamLine;

/* @bytes: of lines with what stands beside them, at least 4096. */
CamLineRing *cam_line_ring_new (size_t bytes);
void cam_line_ring_free (CamLineRing *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamLineRing, cam_line_ring_free)

/* Adds a line of @size bytes of @text. */
void cam_line_ring_add (CamLineRing *self, unsigned level, int64_t now_us, int64_t unix_us, const char *text, size_t size);

/* The line at @cursor (0: the oldest) or, when that is gone, the oldest; its text, with a NUL, into @text of CAM_LINE_MAX_BYTES + 1. Moves @cursor
 * to the next. False: no more lines. */
bool cam_line_ring_next (const CamLineRing *self, uint64_t *cursor, CamLine *ret_line, char *text);
