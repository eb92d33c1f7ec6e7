#include "supervise/refusal-report.h"

enum { WINDOW_US = 60 * G_USEC_PER_SEC };

typedef struct {
  int64_t since_us; /* when its minute began */
  unsigned n_said;  /* in it */
  guint said[CAM_REFUSAL_REPORT_LINES]; /* hashes of the texts */
  unsigned silent;
} Caller;

struct CamRefusalReport {
  GHashTable *callers; /* address, owned, to Caller, owned */
};

CamRefusalReport *
cam_refusal_report_new (void)
{
  CamRefusalReport *self = g_new0 (CamRefusalReport, 1);
  self->callers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
cam_refusal_report_free (CamRefusalReport *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->callers);
  g_free (self);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer data)
{
  const Caller *caller = value;
  const int64_t *now_us = data;
  return *now_us - caller->since_us >= WINDOW_US;
}

/* NULL: there is no room for one more. */
static Caller *
find_caller (CamRefusalReport *self, const char *address, int64_t now_us)
{
  Caller *caller = g_hash_table_lookup (self->callers, address);
  if (caller != NULL)
    return caller;
  if (g_hash_table_size (self->callers) >= CAM_REFUSAL_REPORT_ADDRESSES)
    g_hash_table_foreach_remove (self->callers, is_over, &now_us);
  if (g_hash_table_size (self->callers) >= CAM_REFUSAL_REPORT_ADDRESSES)
    return NULL;
  caller = g_new0 (Caller, 1);
  caller->since_us = now_us;
  g_hash_table_insert (self->callers, g_strdup (address), caller);
  return caller;
}

static bool
was_said (const Caller *caller, guint hash)
{
  for (unsigned i = 0; i < caller->n_said; i++) {
    if (caller->said[i] == hash)
      return true;
  }
  return false;
}

bool
cam_refusal_report_note (CamRefusalReport *self, const char *address, const char *text, int64_t now_us, unsigned *ret_silent)
{
  Caller *caller = find_caller (self, address, now_us);
  if (caller == NULL)
    return false;
  if (is_over (NULL, caller, &now_us)) {
    caller->since_us = now_us;
    caller->n_said = 0;
  }
  guint hash = g_str_hash (text);
  if (caller->n_said == CAM_REFUSAL_REPORT_LINES || was_said (caller, hash)) {
    caller->silent++;
    return false;
  }
  caller->said[caller->n_said++] = hash;
  *ret_silent = caller->silent;
  caller->silent = 0;
  return true;
}
