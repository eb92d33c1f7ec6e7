/* "Did you mean": the nearest of some known words.
 * Thread: pure. Owner: none. */
#pragma once

#include <glib.h>

/* Of @candidates (of const char *) the one with the least edit distance to @word, upper and lower case alike, when that is small for
 * the word's length: at most a third of it, rounded up. Words of one byte or over 40 have no neighbour. NULL when none is near. (transfer none) */
const char *cam_config_suggest (const char *word, const GPtrArray *candidates);
