/* Bytes that nobody can guess: session ids, nonces, SSRCs, where sequences and times begin.
 * Thread: any. Owner: none, a function. */
#pragma once

#include <stddef.h>

/* Fills @size bytes, 256 at most, from the kernel. Ends the process when the kernel has none to give: without them nothing here is safe. */
void cam_random_fill (void *into, size_t size);
