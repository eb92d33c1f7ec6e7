#include "daemon/control-group.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "daemon/machine-memory.h"

#define GIB (UINT64_C (1) << 30)

/* A hierarchy a/b/c with limits in a and b; the root has none, as in the kernel's. */
static char *
make_hierarchy (const char *limit_a, const char *limit_b)
{
  char *hierarchy = g_dir_make_tmp ("cgroup-XXXXXX", NULL);
  g_autofree char *c = g_build_filename (hierarchy, "a/b/c", NULL);
  g_assert_cmpint (g_mkdir_with_parents (c, 0700), ==, 0);
  g_autofree char *file_a = g_build_filename (hierarchy, "a/memory.max", NULL);
  g_autofree char *file_b = g_build_filename (hierarchy, "a/b/memory.max", NULL);
  g_assert_true (g_file_set_contents (file_a, limit_a, -1, NULL));
  g_assert_true (g_file_set_contents (file_b, limit_b, -1, NULL));
  return hierarchy;
}

static void
remove_hierarchy (char *hierarchy)
{
  static const char *const names[] = {"a/memory.max", "a/b/memory.max", "a/b/c", "a/b", "a", ""};
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (hierarchy, names[i], NULL);
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_free (hierarchy);
}

static void
test_limits (void)
{
  static const struct {
    const char *groups;
    const char *limit_a;
    const char *limit_b;
    uint64_t expected;
  } rows[] = {
      {"0::/\n", "1073741824\n", "1073741824\n", UINT64_MAX},
      {"0::/a\n", "1073741824\n", "536870912\n", GIB},
      {"0::/a/b\n", "1073741824\n", "536870912\n", GIB / 2},
      {"0::/a/b/c\n", "1073741824\n", "max\n", GIB},
      {"0::/a/b/c\n", "max\n", "max\n", UINT64_MAX},
      {"0::/a/b/c\n", "99999999999999\n", "max\n", UINT64_C (99999999999999)},
      {"12:memory:/a/b\n1:name=systemd:/a\n0::/a/b/c\n", "max\n", "536870912\n", GIB / 2},
      {"12:memory:/a/b\n", "1073741824\n", "536870912\n", UINT64_MAX},
      {"0::/gone/too\n", "1073741824\n", "max\n", UINT64_MAX},
      {"0::/a/b\n", "1 GiB", "", UINT64_MAX},
      {"", "1073741824\n", "max\n", UINT64_MAX},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    char *hierarchy = make_hierarchy (rows[i].limit_a, rows[i].limit_b);
    g_assert_cmpuint (cam_control_group_find_limit ("memory.max", rows[i].groups, hierarchy), ==, rows[i].expected);
    remove_hierarchy (hierarchy);
  }
}

static void
test_here (void)
{
  g_assert_cmpuint (cam_machine_memory_get_bytes (), >, UINT64_C (16) << 20);
  g_assert_cmpuint (cam_control_group_get_limit ("pids.max"), >, 1);
  g_assert_cmpuint (cam_control_group_get_limit ("no-such-file"), ==, UINT64_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/control-group/limits", test_limits);
  g_test_add_func ("/daemon/control-group/here", test_here);
  return g_test_run ();
}
