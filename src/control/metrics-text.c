#include "control/metrics-text.h"

#include <string.h>

#include "control/metric-value.h"
#include "core/clock.h"

/* What a stream takes, about: the text is made without being moved often. */
#define STREAM_BYTES 5000
#define OTHER_BYTES 20000

typedef struct {
  GString *out;
  int last; /* the metric of the last sample; -1 at first */
} Text;

static const char *const type_words[] = {
    [CAM_METRIC_GAUGE] = "gauge",
    [CAM_METRIC_COUNTER] = "counter",
    [CAM_METRIC_HISTOGRAM] = "histogram",
};

/* A label's value: backslash, quote and line feed are escaped, nothing else. */
static void
append_value_of_label (GString *out, const char *text)
{
  while (*text != '\0') {
    size_t plain = strcspn (text, "\\\"\n");
    g_string_append_len (out, text, (gssize) plain);
    text += plain;
    if (*text == '\0')
      break;
    g_string_append_c (out, '\\');
    g_string_append_c (out, *text == '\n' ? 'n' : *text);
    text++;
  }
}

static void
append_head (GString *out, const CamMetricRow *row)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, type_words[row->type]);
}

static void
append_labels (GString *out, const CamMetricRow *row, const CamMetricSample *sample)
{
  const char *name = row->labels;
  char lead = '{';
  for (unsigned i = 0; *name != '\0'; i++) {
    size_t size = strcspn (name, " ");
    g_string_append_c (out, lead);
    g_string_append_len (out, name, (gssize) size);
    g_string_append_len (out, "=\"", 2);
    append_value_of_label (out, sample->labels[i]);
    g_string_append_c (out, '"');
    name += size + (name[size] == ' ');
    lead = ',';
  }
  if (sample->kind == CAM_SAMPLE_BUCKET) {
    g_string_append_c (out, lead);
    g_string_append_len (out, "le=\"", 4);
    cam_metric_value_append (out, sample->bound);
    g_string_append_c (out, '"');
    lead = ',';
  }
  if (lead == ',')
    g_string_append_c (out, '}');
}

static void
append_sample (const CamMetricSample *sample, gpointer data)
{
  static const char *const suffixes[] = {
      [CAM_SAMPLE_VALUE] = "", [CAM_SAMPLE_BUCKET] = "_bucket", [CAM_SAMPLE_SUM] = "_sum", [CAM_SAMPLE_COUNT] = "_count"};
  Text *self = data;
  const CamMetricRow *row = &cam_metrics[sample->metric];
  if (self->last != (int) sample->metric)
    append_head (self->out, row);
  self->last = (int) sample->metric;
  g_string_append (self->out, row->name);
  g_string_append (self->out, suffixes[sample->kind]);
  append_labels (self->out, row, sample);
  g_string_append_c (self->out, ' ');
  cam_metric_value_append (self->out, sample->value);
  g_string_append_c (self->out, '\n');
}

char *
cam_metrics_text (const CamStatus *status, GPtrArray *readers)
{
  Text text = {.out = g_string_sized_new (OTHER_BYTES + status->streams->len * STREAM_BYTES), .last = -1};
  cam_metric_walk (status, readers, cam_clock_now_us (cam_clock_monotonic ()), append_sample, &text);
  return g_string_free (text.out, FALSE);
}
