/* What an HTTP request asks for: a verb of control-verbs.def with what stands in its path and query, or one of the few pages beside the API.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "control/control-verbs.h"

#include <json-glib/json-glib.h>

#define CAM_API_PREFIX "/api/v1"

typedef enum
{
  CAM_PAGE_VERB,
  CAM_PAGE_OPENAPI,     /* /api/v1/openapi.json */
  CAM_PAGE_METRICS,     /* /metrics */
  CAM_PAGE_ALIVE,       /* /healthz */
  CAM_PAGE_READY,       /* /readyz */
  CAM_PAGE_NOT_FOUND,
  CAM_PAGE_NOT_ALLOWED, /* it is there, but not with this method */
  CAM_PAGE_MALFORMED,   /* codes that give no text, an argument twice */
} CamPage;

typedef struct {
  CamPage page;
  CamVerb verb;          /* of VERB */
  JsonObject *arguments; /* ref; of VERB: strings, from the path and the query */
  char *allow;           /* owned; of NOT_ALLOWED: "GET, HEAD, POST" */
} CamApiRoute;

/* @path, @query (nullable): as they came, with percent codes. HEAD is what GET is. */
CamApiRoute *cam_api_route_new (const char *method, const char *path, const char *query);
void cam_api_route_free (CamApiRoute *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamApiRoute, cam_api_route_free)

/* Adds the members of a request's body. False: one of them stands in the path or query already. */
bool cam_api_route_add_body (CamApiRoute *self, JsonObject *body);
