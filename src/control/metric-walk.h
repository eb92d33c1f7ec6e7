/* What is known of the relay at one moment as samples of the metrics in metric-names.def, one metric after the other.
 * How they are written is its callers': metrics-text, statsd-feed.
 * Thread: pure. Owner: none. */
#pragma once

#include "control/metric-table.h"
#include "control/reader-tally.h"
#include "supervise/status.h"

typedef enum
{
  CAM_SAMPLE_VALUE,
  CAM_SAMPLE_BUCKET, /* how many are at most the bound; the last one's is INFINITY */
  CAM_SAMPLE_SUM,
  CAM_SAMPLE_COUNT
} CamSampleKind;

typedef struct {
  CamMetric metric;
  CamSampleKind kind;
  const char *labels[CAM_METRIC_MAX_LABELS]; /* values, as many as the metric's row names */
  double bound;                              /* of a bucket */
  double value;
} CamMetricSample;

/* What is done with them; borrowed for the call. */
typedef void (*CamMetricFunc) (const CamMetricSample *sample, gpointer data);

/* @readers: of CamReaderView. @now_us: CLOCK_MONOTONIC. All samples of one metric come in a row, in the table's order; a histogram's per stream
 * rising, then its sum and count. */
void cam_metric_walk (const CamStatus *status, const GPtrArray *readers, int64_t now_us, CamMetricFunc func, gpointer data);
