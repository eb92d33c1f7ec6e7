/* The last good answer for each host, for when DNS is away; the one unused for longest goes when the table is full.
 * It has no notion of age: a stale address that still answers beats none.
 * Thread: pure; whoever shares one locks it. Owner: the resolver. */
#pragma once

#include <gio/gio.h>

typedef struct CamHostCache CamHostCache;

/* Holds @capacity hosts, at least 1. */
CamHostCache *cam_host_cache_new (unsigned capacity);
void cam_host_cache_free (CamHostCache *self); /* NULL is fine */

/* Remembers a copy of @addresses (of GInetAddress, at least one) in place of what was known of @host. */
void cam_host_cache_put (CamHostCache *self, const char *host, const GList *addresses);

/* A copy of what is known of @host, whose letters' case does not matter, or NULL. (transfer full) */
GList *cam_host_cache_get (CamHostCache *self, const char *host);

unsigned cam_host_cache_get_size (const CamHostCache *self);

/* Copies and frees lists of GInetAddress. */
GList *cam_host_addresses_copy (const GList *addresses);
void cam_host_addresses_free (GList *addresses); /* NULL is fine */
