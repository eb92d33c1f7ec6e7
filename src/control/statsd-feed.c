#include "control/statsd-feed.h"

#include <math.h>
#include <string.h>

#include "control/metric-value.h"

#define MAX_VALUE_BYTES 48 /* of a label */

/* What was said of a series last. */
typedef struct {
  double value;
  unsigned round; /* when it was there last */
  bool is_gauge;
} Series;

struct CamStatsdFeed {
  GHashTable *series; /* of Series by name, both owned */
  unsigned round;     /* from 1 */
  GString *name;      /* owned; of the sample at hand */
  GString *packet;    /* owned; what is filled */
  GPtrArray *packets; /* owned; of the round at hand */
};

CamStatsdFeed *
cam_statsd_feed_new (void)
{
  CamStatsdFeed *self = g_new0 (CamStatsdFeed, 1);
  self->series = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->name = g_string_new (NULL);
  self->packet = g_string_sized_new (CAM_STATSD_PACKET_BYTES);
  return self;
}

void
cam_statsd_feed_free (CamStatsdFeed *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->series);
  g_string_free (self->name, TRUE);
  g_string_free (self->packet, TRUE);
  g_free (self);
}

/* ---- names ---- */

static void
append_part (GString *name, const char *value)
{
  g_string_append_c (name, '.');
  for (unsigned i = 0; value[i] != '\0' && i < MAX_VALUE_BYTES; i++)
    g_string_append_c (name, g_ascii_isalnum (value[i]) || value[i] == '-' || value[i] == '_' ? value[i] : '_');
}

static void
write_name (GString *name, const CamMetricSample *sample)
{
  static const char *const suffixes[] = {
      [CAM_SAMPLE_VALUE] = "", [CAM_SAMPLE_BUCKET] = "_bucket", [CAM_SAMPLE_SUM] = "_sum", [CAM_SAMPLE_COUNT] = "_count"};
  g_string_assign (name, cam_metrics[sample->metric].name);
  g_string_append (name, suffixes[sample->kind]);
  for (unsigned i = 0; i < CAM_METRIC_MAX_LABELS && sample->labels[i] != NULL; i++)
    append_part (name, sample->labels[i]);
  if (sample->kind != CAM_SAMPLE_BUCKET)
    return;
  g_autoptr (GString) bound = g_string_new ("le");
  if (isinf (sample->bound))
    g_string_append (bound, "inf");
  else
    cam_metric_value_append (bound, sample->bound);
  append_part (name, bound->str);
}

/* ---- packets ---- */

static void
finish_packet (CamStatsdFeed *self)
{
  if (self->packet->len > 0)
    g_ptr_array_add (self->packets, g_bytes_new (self->packet->str, self->packet->len));
  g_string_truncate (self->packet, 0);
}

static void
append_line (GString *lines, const char *name, double value, const char *type)
{
  g_string_append (lines, name);
  g_string_append_c (lines, ':');
  cam_metric_value_append (lines, value);
  g_string_append_printf (lines, "|%s\n", type);
}

/* A gauge with a sign is a change: a value below 0 is said behind a 0, in the same packet. */
static void
say (CamStatsdFeed *self, const char *type, double value)
{
  gsize before = self->packet->len;
  if (value < 0)
    append_line (self->packet, self->name->str, 0, type);
  append_line (self->packet, self->name->str, value, type);
  if (self->packet->len <= CAM_STATSD_PACKET_BYTES)
    return;
  g_autofree char *lines = g_strdup (self->packet->str + before);
  g_string_truncate (self->packet, before);
  finish_packet (self);
  g_string_append (self->packet, lines);
}

/* A counter that has fallen began anew. */
static void
say_growth (CamStatsdFeed *self, double before, double value)
{
  double growth = value >= before ? value - before : value;
  if (growth > 0 && self->round > 1)
    say (self, "c", growth);
}

static void
take_sample (const CamMetricSample *sample, gpointer data)
{
  CamStatsdFeed *self = data;
  write_name (self->name, sample);
  Series *series = g_hash_table_lookup (self->series, self->name->str);
  bool is_new = series == NULL;
  if (is_new) {
    series = g_new0 (Series, 1);
    g_hash_table_insert (self->series, g_strdup (self->name->str), series);
  }
  bool is_due = is_new || series->value != sample->value || self->round % CAM_STATSD_REFRESH_ROUNDS == 0;
  bool is_gauge = cam_metrics[sample->metric].type == CAM_METRIC_GAUGE;
  if (!is_gauge)
    say_growth (self, series->value, sample->value);
  else if (is_due)
    say (self, "g", sample->value);
  *series = (Series){.value = sample->value, .round = self->round, .is_gauge = is_gauge};
}

/* What is not there any more is forgotten; a gauge stays in StatsD as it is, so it is said once more, as 0. */
static gboolean
forget_series (gpointer key, gpointer value, gpointer data)
{
  const Series *series = value;
  CamStatsdFeed *self = data;
  if (series->round == self->round)
    return FALSE;
  if (series->is_gauge && series->value != 0) {
    g_string_assign (self->name, key);
    say (self, "g", 0);
  }
  return TRUE;
}

GPtrArray *
cam_statsd_feed_take (CamStatsdFeed *self, const CamStatus *status, const GPtrArray *readers, int64_t now_us)
{
  self->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->round++;
  cam_metric_walk (status, readers, now_us, take_sample, self);
  g_hash_table_foreach_remove (self->series, forget_series, self);
  finish_packet (self);
  return g_steal_pointer (&self->packets);
}
