/* Names to addresses off the loops: at most 4 threads, a deadline for each question, the last good answer kept for when DNS is away.
 * Thread: any to ask; the answer is posted to the asking loop. Owner: the daemon; ends after the loops. */
#pragma once

#include "core/loop-thread.h"

#include <gio/gio.h>

typedef struct CamResolver CamResolver;
typedef struct CamResolverQuery CamResolverQuery;

/* @addresses: of GInetAddress, in order of preference, at most 8, valid during the call; NULL with @error (G_RESOLVER_ERROR or
 * G_IO_ERROR_TIMED_OUT) when there is none and no earlier answer either. Runs on the asking loop. */
typedef void (*CamResolverFunc) (const GList *addresses, const GError *error, gpointer data);

CamResolver *cam_resolver_new (void);
void cam_resolver_free (CamResolver *self); /* not on a loop; questions still open are answered with an error or cancelled */

/* On @loop. Literal addresses answer at the end of the same turn. The query must be freed by its asker, before or after the answer. */
CamResolverQuery *cam_resolver_ask (CamResolver *self, CamLoopThread *loop, const char *host, int64_t timeout_us, CamResolverFunc func, gpointer data);
void cam_resolver_query_free (CamResolverQuery *query); /* on its loop; no answer after it; NULL is fine */
