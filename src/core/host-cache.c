#include "core/host-cache.h"

struct CamHostCache {
  unsigned capacity;
  GHashTable *by_host; /* of Entry by its host, both borrowed from the queue */
  GQueue by_use;       /* of Entry, owned; the latest used first */
};

typedef struct {
  char *host;       /* owned, lower case */
  GList *addresses; /* of GInetAddress, owned */
  GList link;       /* in by_use, its data is this Entry */
} Entry;

static gpointer
copy_address (gconstpointer address, gpointer data)
{
  return g_object_ref ((gpointer) address);
}

GList *
cam_host_addresses_copy (const GList *addresses)
{
  return g_list_copy_deep ((GList *) addresses, copy_address, NULL);
}

void
cam_host_addresses_free (GList *addresses)
{
  g_list_free_full (addresses, g_object_unref);
}

static void
remove_entry (CamHostCache *self, Entry *entry)
{
  g_hash_table_remove (self->by_host, entry->host);
  g_queue_unlink (&self->by_use, &entry->link);
  cam_host_addresses_free (entry->addresses);
  g_free (entry->host);
  g_free (entry);
}

CamHostCache *
cam_host_cache_new (unsigned capacity)
{
  g_assert (capacity > 0);
  CamHostCache *self = g_new0 (CamHostCache, 1);
  self->capacity = capacity;
  self->by_host = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&self->by_use);
  return self;
}

void
cam_host_cache_free (CamHostCache *self)
{
  if (self == NULL)
    return;
  while (self->by_use.head != NULL)
    remove_entry (self, self->by_use.head->data);
  g_hash_table_unref (self->by_host);
  g_free (self);
}

static Entry *
find (CamHostCache *self, const char *host)
{
  g_autofree char *key = g_ascii_strdown (host, -1);
  Entry *entry = g_hash_table_lookup (self->by_host, key);
  if (entry != NULL) {
    g_queue_unlink (&self->by_use, &entry->link);
    g_queue_push_head_link (&self->by_use, &entry->link);
  }
  return entry;
}

static Entry *
add_entry (CamHostCache *self, const char *host)
{
  if (self->by_use.length == self->capacity)
    remove_entry (self, self->by_use.tail->data);
  Entry *entry = g_new0 (Entry, 1);
  *entry = (Entry){.host = g_ascii_strdown (host, -1), .link = {.data = entry}};
  g_hash_table_insert (self->by_host, entry->host, entry);
  g_queue_push_head_link (&self->by_use, &entry->link);
  return entry;
}

void
cam_host_cache_put (CamHostCache *self, const char *host, const GList *addresses)
{
  g_assert (addresses != NULL);
  Entry *entry = find (self, host);
  if (entry == NULL)
    entry = add_entry (self, host);
  cam_host_addresses_free (entry->addresses);
  entry->addresses = cam_host_addresses_copy (addresses);
}

GList *
cam_host_cache_get (CamHostCache *self, const char *host)
{
  const Entry *entry = find (self, host);
  return entry == NULL ? NULL : cam_host_addresses_copy (entry->addresses);
}

unsigned
cam_host_cache_get_size (const CamHostCache *self)
{
  return self->by_use.length;
}
