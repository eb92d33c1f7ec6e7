#include "core/line-ring.h"

#include <string.h>

#define LEAST_BYTES 4096

/* A position counts bytes since the beginning; where it lies is its remainder. Lines lie one behind the other, across the end too. */
struct CamLineRing {
  uint8_t *bytes; /* owned */
  size_t size;
  uint64_t oldest; /* position of a line, or equal to @end */
  uint64_t end;
  uint64_t lines; /* that were ever added */
};

CamLineRing *
cam_line_ring_new (size_t bytes)
{
  g_assert (bytes >= LEAST_BYTES);
  CamLineRing *self = g_new0 (CamLineRing, 1);
  self->bytes = g_malloc (bytes);
  self->size = bytes;
  return self;
}

void
cam_line_ring_free (CamLineRing *self)
{
  if (self == NULL)
    return;
  g_free (self->bytes);
  g_free (self);
}

static void
write_at (CamLineRing *self, uint64_t position, const void *data, size_t size)
{
  size_t offset = (size_t) (position % self->size);
  size_t first = MIN (size, self->size - offset);
  memcpy (self->bytes + offset, data, first);
  memcpy (self->bytes, (const uint8_t *) data + first, size - first);
}

static void
read_at (const CamLineRing *self, uint64_t position, void *data, size_t size)
{
  size_t offset = (size_t) (position % self->size);
  size_t first = MIN (size, self->size - offset);
  memcpy (data, self->bytes + offset, first);
  memcpy ((uint8_t *) data + first, self->bytes, size - first);
}

static void
drop_oldest (CamLineRing *self)
{
  CamLine line;
  read_at (self, self->oldest, &line, sizeof line);
  self->oldest += sizeof line + line.size;
}

/* The most of @text that fits and does not end within a character. */
static size_t
cut (const char *text, size_t size)
{
  if (size <= CAM_LINE_MAX_BYTES)
    return size;
  size = CAM_LINE_MAX_BYTES;
  while (size > 0 && ((unsigned char) text[size] & 0xc0) == 0x80)
    size--;
  return size;
}

void
cam_line_ring_add (CamLineRing *self, unsigned level, int64_t now_us, int64_t unix_us, const char *text, size_t size)
{
  CamLine line = {.us = now_us, .unix_us = unix_us, .level = level, .size = (uint32_t) cut (text, size)};
  size_t needed = sizeof line + line.size;
  while (self->end + needed - self->oldest > self->size)
    drop_oldest (self);
  line.number = ++self->lines;
  write_at (self, self->end, &line, sizeof line);
  write_at (self, self->end + sizeof line, text, line.size);
  self->end += needed;
}

bool
cam_line_ring_next (const CamLineRing *self, uint64_t *cursor, CamLine *ret_line, char *text)
{
  uint64_t position = MAX (*cursor, self->oldest);
  if (position >= self->end)
    return false;
  read_at (self, position, ret_line, sizeof *ret_line);
  read_at (self, position + sizeof *ret_line, text, ret_line->size);
  text[ret_line->size] = '\0';
  *cursor = position + sizeof *ret_line + ret_line->size;
  return true;
}
