/* What is known of one stream, as JSON: in short and in full. No URL, user name or password is in it, of the camera's address host and port only.
 * Thread: pure. Owner: none, functions only. */
#pragma once

#include <json-glib/json-glib.h>

#include "supervise/stream-status.h"

typedef enum
{
  CAM_STREAM_JSON_SHORT, /* a row of a table */
  CAM_STREAM_JSON_FULL   /* everything */
} CamStreamJsonKind;

/* An object, added to @builder. @now_us: CLOCK_MONOTONIC. */
void cam_stream_json_add (JsonBuilder *builder, const CamStreamStatus *stream, CamStreamJsonKind kind, int64_t now_us);

/* Its health alone: camera, stream, health, state, reason, ailments. */
void cam_stream_json_add_health (JsonBuilder *builder, const CamStreamStatus *stream);
