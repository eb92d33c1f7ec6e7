#include "control/metric-table.h"

const CamMetricRow cam_metrics[CAM_N_METRICS] = {
#define METRIC(name, text, type, labels, help) [CAM_METRIC_##name] = {text, CAM_METRIC_##type, labels, help},
#include "camrelay/metric-names.def"
};
