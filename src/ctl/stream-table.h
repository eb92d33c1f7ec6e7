/* Streams as rows of a table, and what is wrong with one in a few words.
 * Thread: pure. Owner: none, functions only. */
#pragma once

#include <json-glib/json-glib.h>

/* @streams: an array of streams in short (status) or of cameras that have some. @now_s: since 1970. (transfer full) */
char *cam_stream_table_print (JsonNode *streams, double now_s);

/* "", "timeout", "slow, loss": a stream's reason and ailments. (transfer full) */
char *cam_stream_table_complaint (JsonObject *stream);
