/* The status as JSON, the one place: what the control socket and the HTTP API answer with. Numbers say their unit in their name, bytes and bits a
 * second apart; times since 1970 are "…_unix_s". What is not known is null or, of measured rates, 0. No secret can be in it: the status has none.
 * Thread: pure. Owner: none, functions only. */
#pragma once

#include <json-glib/json-glib.h>

#include "supervise/status.h"

/* All of these: (transfer full); @now_us: CLOCK_MONOTONIC. */

/* The relay as a whole: version, uptime_s, listeners, server, memory, loops …, and "streams" in short. */
JsonNode *cam_status_json_relay (const CamStatus *status, int64_t now_us);

/* An array of cameras, each with its streams in short, also of those that have none. */
JsonNode *cam_status_json_cameras (const CamStatus *status, int64_t now_us);

/* One camera with its streams in full; NULL: there is no such camera. */
JsonNode *cam_status_json_camera (const CamStatus *status, const char *name, int64_t now_us);

/* "health": the worst of all streams of which something is expected, "streams": each one's. */
JsonNode *cam_status_json_health (const CamStatus *status);

/* An array of readers. @views: of CamReaderView. */
JsonNode *cam_status_json_readers (const GPtrArray *views);
