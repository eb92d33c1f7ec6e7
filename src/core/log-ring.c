#include "core/log-ring.h"

#include <stdatomic.h>
#include <string.h>

#include "core/line-ring.h"

/* The process's, as the log is. The lock is held while one line is copied in or out, never longer. */
static struct {
  GMutex mutex;
  CamLineRing *_Atomic ring; /* owned, for ever; NULL before open */
} shared;

void
cam_log_ring_open (void)
{
  g_assert (!cam_log_ring_is_open ());
  atomic_store_explicit (&shared.ring, cam_line_ring_new (CAM_LOG_RING_BYTES), memory_order_release);
}

bool
cam_log_ring_is_open (void)
{
  return atomic_load_explicit (&shared.ring, memory_order_acquire) != NULL;
}

void
cam_log_ring_add (CamLogLevel level, const char *text)
{
  CamLineRing *ring = atomic_load_explicit (&shared.ring, memory_order_acquire);
  if (ring == NULL)
    return;
  size_t size = strlen (text);
  int64_t unix_us = g_get_real_time ();
  g_mutex_lock (&shared.mutex);
  cam_line_ring_add (ring, (unsigned) level, g_get_monotonic_time (), unix_us, text, size);
  g_mutex_unlock (&shared.mutex);
}

static void
free_line (gpointer data)
{
  CamLogRingLine *line = data;
  g_free (line->text);
  g_free (line);
}

static bool
take_next (CamLineRing *ring, uint64_t *cursor, CamLine *ret_line, char *text)
{
  g_mutex_lock (&shared.mutex);
  bool is_line = cam_line_ring_next (ring, cursor, ret_line, text);
  g_mutex_unlock (&shared.mutex);
  return is_line;
}

GPtrArray *
cam_log_ring_list (CamLogLevel level, uint64_t after, unsigned most)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (free_line);
  CamLineRing *ring = atomic_load_explicit (&shared.ring, memory_order_acquire);
  if (ring == NULL || most == 0)
    return lines;
  int64_t since_us = g_get_monotonic_time () - CAM_LOG_RING_US;
  uint64_t cursor = 0;
  CamLine line;
  char text[CAM_LINE_MAX_BYTES + 1];
  while (take_next (ring, &cursor, &line, text)) {
    if (line.number <= after || line.us < since_us || line.level > (unsigned) level)
      continue;
    CamLogRingLine *copy = g_new (CamLogRingLine, 1);
    *copy = (CamLogRingLine){
        .number = line.number, .unix_us = line.unix_us, .level = (CamLogLevel) line.level, .text = g_strndup (text, line.size)};
    g_ptr_array_add (lines, copy);
    if (lines->len / 2 >= most) /* now and then, so that each is moved once at most */
      g_ptr_array_remove_range (lines, 0, lines->len - most);
  }
  if (lines->len > most)
    g_ptr_array_remove_range (lines, 0, lines->len - most);
  return lines;
}
