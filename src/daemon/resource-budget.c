#include "daemon/resource-budget.h"

#include <gio/gio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "camrelay/log-fields.h"
#include "core/log.h"
#include "daemon/control-group.h"

enum { LEAST_CONNECTIONS = 16 }; /* fewer are of no use to anybody */

static uint64_t
get_limit (__rlimit_resource_t resource)
{
  struct rlimit limit;
  return getrlimit (resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : UINT64_MAX;
}

CamResourceLimits
cam_resource_limits_get (void)
{
  /* Nobody counts root's threads: getrlimit(2). */
  uint64_t of_user = geteuid () != 0 ? get_limit (RLIMIT_NPROC) : UINT64_MAX;
  return (CamResourceLimits){
    .descriptors = get_limit (RLIMIT_NOFILE),
    .threads = MIN (of_user, cam_control_group_get_limit ("pids.max")),
  };
}

static char *
explain_threads (const CamResourceNeed *need, const CamResourceLimits *limits)
{
  return g_strdup_printf ("%u streams of cameras and the rest need %u threads, the limit is %" G_GUINT64_FORMAT
                          ": raise TasksMax= (LimitNPROC=, ulimit -u), or let fewer cameras send over UDP, HTTP or TLS",
                          need->streams, need->threads, (guint64) limits->threads);
}

static char *
explain_descriptors (const CamResourceNeed *need, const CamResourceLimits *limits, const char *verdict)
{
  unsigned all = need->connections + need->descriptors;
  return g_strdup_printf ("MaxConnections=%u, %u streams of cameras and the rest need %u descriptors, the limit is %" G_GUINT64_FORMAT "%s", need->connections,
                          need->streams, all, (guint64) limits->descriptors, verdict);
}

CamBudget
cam_resource_budget_judge (const CamResourceNeed *need, const CamResourceLimits *limits, unsigned default_connections, unsigned *ret_connections,
                           char **ret_text)
{
  if (need->threads > limits->threads) {
    *ret_text = explain_threads (need, limits);
    return CAM_BUDGET_EXCEEDED;
  }
  uint64_t left = limits->descriptors - MIN (limits->descriptors, need->descriptors);
  if (left >= need->connections)
    return CAM_BUDGET_FITS;
  if (left < LEAST_CONNECTIONS) {
    *ret_text = explain_descriptors (need, limits, ": raise LimitNOFILE= (ulimit -n), or configure fewer cameras");
    return CAM_BUDGET_EXCEEDED;
  }
  if (need->connections != default_connections) {
    g_autofree char *advice = g_strdup_printf (": raise LimitNOFILE= (ulimit -n), or lower MaxConnections= in [Limits] to %u", (unsigned) left);
    *ret_text = explain_descriptors (need, limits, advice);
    return CAM_BUDGET_EXCEEDED;
  }
  g_autofree char *verdict = g_strdup_printf (": it is %u until LimitNOFILE= (ulimit -n) is raised", (unsigned) left);
  *ret_text = explain_descriptors (need, limits, verdict);
  *ret_connections = (unsigned) left;
  return CAM_BUDGET_FEWER;
}

static unsigned
get_default_connections (void)
{
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  return config->server.max_connections;
}

bool
cam_resource_budget_fit (CamConfigSet *config, unsigned n_loops, GError **error)
{
  CamResourceNeed need = cam_resource_need_of (config, n_loops);
  CamResourceLimits limits = cam_resource_limits_get ();
  g_autofree char *text = NULL;
  switch (cam_resource_budget_judge (&need, &limits, get_default_connections (), &config->server.max_connections, &text)) {
  case CAM_BUDGET_FITS:
    break;
  case CAM_BUDGET_FEWER:
    cam_log (CAM_LOG_WARNING, CAM_MSG_LIMITS, NULL, "%s", text);
    break;
  case CAM_BUDGET_EXCEEDED:
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, text);
    return false;
  }
  return true;
}
