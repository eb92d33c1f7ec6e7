#include "supervise/refusal-report.h"

enum { PAUSE_US = 60 * G_USEC_PER_SEC };

typedef struct {
  int64_t said_us;
  unsigned silent; /* since then */
} Entry;

struct CamRefusalReport {
  GHashTable *entries; /* "ADDRESS KIND", owned, to Entry, owned */
};

CamRefusalReport *
cam_refusal_report_new (void)
{
  CamRefusalReport *self = g_new0 (CamRefusalReport, 1);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
cam_refusal_report_free (CamRefusalReport *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer data)
{
  const Entry *entry = value;
  const int64_t *now_us = data;
  return *now_us - entry->said_us >= 2 * (int64_t) PAUSE_US;
}

/* Room for one more; false: there is none. */
static bool
make_room (CamRefusalReport *self, int64_t now_us)
{
  if (g_hash_table_size (self->entries) < CAM_REFUSAL_REPORT_ADDRESSES)
    return true;
  g_hash_table_foreach_remove (self->entries, is_over, &now_us);
  return g_hash_table_size (self->entries) < CAM_REFUSAL_REPORT_ADDRESSES;
}

bool
cam_refusal_report_note (CamRefusalReport *self, const char *address, unsigned kind, int64_t now_us, unsigned *ret_silent)
{
  g_autofree char *key = g_strdup_printf ("%s %u", address, kind);
  Entry *entry = g_hash_table_lookup (self->entries, key);
  if (entry != NULL && now_us - entry->said_us < PAUSE_US) {
    entry->silent++;
    return false;
  }
  if (entry == NULL) {
    if (!make_room (self, now_us))
      return false;
    entry = g_new0 (Entry, 1);
    g_hash_table_insert (self->entries, g_steal_pointer (&key), entry);
  }
  *ret_silent = entry->silent;
  *entry = (Entry) { .said_us = now_us };
  return true;
}
