/* The rows of metric-names.def as data.
 * Thread: pure. Owner: none, constants. */
#pragma once

/* CAM_METRIC_STREAM_STATE … */
typedef enum
{
#define METRIC(name, text, type, labels, help) CAM_METRIC_##name,
#include "camrelay/metric-names.def"
  CAM_N_METRICS
} CamMetric;

typedef enum
{
  CAM_METRIC_GAUGE,
  CAM_METRIC_COUNTER,
  CAM_METRIC_HISTOGRAM
} CamMetricType;

#define CAM_METRIC_MAX_LABELS 3

typedef struct {
  const char *name; /* "camrelay_stream_state" */
  CamMetricType type;
  const char *labels; /* "camera stream state", "" for none */
  const char *help;
} CamMetricRow;

extern const CamMetricRow cam_metrics[CAM_N_METRICS];
