/* The API described for programs: an OpenAPI 3.1 document, made of the table of verbs and of openapi-parts.json, which says what verbs take and answer.
 * Thread: pure. Owner: the caller. */
#pragma once

#include <glib.h>

/* The document as JSON. (transfer full) */
GBytes *cam_api_openapi_text (void);
