/* Bytes that nobody can guess: session ids, nonces, SSRCs, where sequences and times begin.
 * Thread: any. Owner: none, functions. */
#pragma once

#include <stddef.h>

/* Fills @size bytes, 256 at most, from the kernel. Ends the process when the kernel has none to give: without them nothing here is safe. */
void cam_random_fill (void *into, size_t size);

/* Fills @text with hex digits of such bytes, (@size − 1) / 2 of them, and ends it with NUL. */
void cam_random_hex (char *text, size_t size);
