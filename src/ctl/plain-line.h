/* Foreign text fit for a terminal: one line, nothing that moves the cursor, changes colours or hides what stands beside it.
 * Thread: pure. Owner: the result is the caller's. */
#pragma once

#include <glib.h>

/* @text with '?' for each control or format character and each byte that is not UTF-8; at most @limit characters, the last one "…" when there were
 * more. (transfer full) */
char *cam_plain_line (const char *text, unsigned limit);
