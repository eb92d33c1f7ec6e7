#include "config/config-suggest.h"

#include <stdbool.h>
#include <string.h>

#define MAX_WORD 40

/* Insertions, deletions and replacements between two words (Levenshtein), a row of the matrix at a time. */
static unsigned
edit_distance (const char *a, const char *b)
{
  unsigned row[MAX_WORD + 1];
  const size_t width = strlen (b);
  for (unsigned column = 0; column <= width; column++)
    row[column] = column;
  for (unsigned i = 0; a[i] != '\0'; i++) {
    unsigned diagonal = row[0];
    row[0] = i + 1;
    for (unsigned column = 1; column <= width; column++) {
      const bool is_same = g_ascii_tolower (a[i]) == g_ascii_tolower (b[column - 1]);
      const unsigned replaced = diagonal + (is_same ? 0 : 1);
      diagonal = row[column];
      row[column] = MIN (replaced, MIN (row[column], row[column - 1]) + 1);
    }
  }
  return row[width];
}

const char *
cam_config_suggest (const char *word, const GPtrArray *candidates)
{
  const size_t length = strlen (word);
  if (length < 2 || length > MAX_WORD)
    return NULL;
  const char *nearest = NULL;
  unsigned least = (unsigned) (length + 2) / 3 + 1;
  for (unsigned i = 0; i < candidates->len; i++) {
    const char *candidate = g_ptr_array_index (candidates, i);
    if (strlen (candidate) > MAX_WORD)
      continue;
    const unsigned distance = edit_distance (word, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
