/* Text from outside made fit for a log line: no password, no control characters, bounded.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include <glib.h>

/* @url without user and password ("rtsp://cam/…"), its values of credential-like query keys replaced by "…"; control characters
 * escaped; at most 300 bytes. Also for strings that are no URL at all. (transfer full) */
char *cam_redact_url (const char *url);

/* @text, somebody else's sentence, with each word that holds "://" made like that: libraries name URLs in what they complain of. (transfer full) */
char *cam_redact_words (const char *text);

/* @text of @length bytes (-1: up to NUL) with control characters, quotes and bytes that are not UTF-8 escaped, cut at @limit bytes. (transfer full) */
char *cam_redact_text (const char *text, gssize length, gsize limit);
