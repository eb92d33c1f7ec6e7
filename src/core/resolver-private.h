/* A resolver whose look-ups a test answers.
 * Thread: the function is called on the resolver's threads. Owner: the caller of new. */
#pragma once

#include "core/resolver.h"

/* As cam_host_lookup (), with the @data of new. */
typedef GList *(*CamResolverLookup) (const char *host, gpointer data, GError **error);

CamResolver *cam_resolver_new_with_lookup (CamResolverLookup lookup, gpointer data);
