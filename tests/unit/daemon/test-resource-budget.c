#include "daemon/resource-budget.h"

#include <gio/gio.h>
#include <sys/resource.h>

enum { DEFAULT = 2048 };

static void
test_judge (void)
{
  static const struct {
    unsigned connections, descriptors, threads; /* needed */
    uint64_t most_descriptors, most_threads;
    CamBudget expected;
    unsigned fewer;
    const char *text;
  } rows[] = {
    { DEFAULT, 200, 50, UINT64_MAX, UINT64_MAX, CAM_BUDGET_FITS, 0, NULL },
    { DEFAULT, 200, 50, DEFAULT + 200, 50, CAM_BUDGET_FITS, 0, NULL },
    { DEFAULT, 200, 50, DEFAULT + 199, 50, CAM_BUDGET_FEWER, DEFAULT - 1,
      "MaxConnections=2048, 9 streams of cameras and the rest need 2248 descriptors, the limit is 2247: it is 2047 until LimitNOFILE= (ulimit -n) is "
      "raised" },
    { DEFAULT, 200, 50, 216, UINT64_MAX, CAM_BUDGET_FEWER, 16,
      "MaxConnections=2048, 9 streams of cameras and the rest need 2248 descriptors, the limit is 216: it is 16 until LimitNOFILE= (ulimit -n) is "
      "raised" },
    { DEFAULT, 200, 50, 215, UINT64_MAX, CAM_BUDGET_EXCEEDED, 0,
      "MaxConnections=2048, 9 streams of cameras and the rest need 2248 descriptors, the limit is 215: raise LimitNOFILE= (ulimit -n), or configure "
      "fewer cameras" },
    { DEFAULT, 200, 50, 100, UINT64_MAX, CAM_BUDGET_EXCEEDED, 0,
      "MaxConnections=2048, 9 streams of cameras and the rest need 2248 descriptors, the limit is 100: raise LimitNOFILE= (ulimit -n), or configure "
      "fewer cameras" },
    { 3000, 200, 50, 1024, UINT64_MAX, CAM_BUDGET_EXCEEDED, 0,
      "MaxConnections=3000, 9 streams of cameras and the rest need 3200 descriptors, the limit is 1024: raise LimitNOFILE= (ulimit -n), or lower "
      "MaxConnections= in [Limits] to 824" },
    { DEFAULT, 200, 50, 9999, 49, CAM_BUDGET_EXCEEDED, 0,
      "9 streams of cameras and the rest need 50 threads, the limit is 49: raise TasksMax= (LimitNPROC=, ulimit -u), or let fewer cameras send over "
      "UDP, HTTP or TLS" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamResourceNeed need = { .streams = 9, .connections = rows[i].connections, .descriptors = rows[i].descriptors, .threads = rows[i].threads };
    CamResourceLimits limits = { .descriptors = rows[i].most_descriptors, .threads = rows[i].most_threads };
    unsigned fewer = 0;
    g_autofree char *text = NULL;
    g_assert_cmpint (cam_resource_budget_judge (&need, &limits, DEFAULT, &fewer, &text), ==, rows[i].expected);
    g_assert_cmpuint (fewer, ==, rows[i].fewer);
    g_assert_cmpstr (text, ==, rows[i].text);
  }
}

static void
test_fit (void)
{
  struct rlimit before, less;
  g_autoptr (GError) error = NULL;
  g_autoptr (CamConfigSet) config = cam_config_set_new ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  less = before;
  less.rlim_cur = 50;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &less), ==, 0);
  g_assert_cmpuint (cam_resource_limits_get ().descriptors, ==, 50);
  g_assert_false (cam_resource_budget_fit (config, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  config->server.max_connections = 1;
  g_clear_error (&error);
  g_assert_true (cam_resource_budget_fit (config, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (config->server.max_connections, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resource-budget/judge", test_judge);
  g_test_add_func ("/resource-budget/fit", test_fit);
  return g_test_run ();
}
