#include "process-gauge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool
read_cpu (pid_t pid, int64_t *ret_us, GError **error)
{
  clockid_t clock;
  struct timespec used;
  int code = clock_getcpuclockid (pid, &clock);
  if (code == 0 && clock_gettime (clock, &used) != 0)
    code = errno;
  if (code != 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "process %d: %s", (int) pid, g_strerror (code));
    return false;
  }
  *ret_us = used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
  return true;
}

/* The number behind "NAME:" in /proc/PID/status, 0 without one. */
static uint64_t
find_number (const char *status, const char *name)
{
  const char *line = strstr (status, name);
  return line != NULL ? g_ascii_strtoull (line + strlen (name), NULL, 10) : 0;
}

static unsigned
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  unsigned count = 0;
  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

bool
bench_gauge_read (pid_t pid, BenchGauge *ret_gauge, GError **error)
{
  g_autofree char *status_path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *fds_path = g_strdup_printf ("/proc/%d/fd", (int) pid);
  g_autofree char *status = NULL;
  BenchGauge gauge;
  if (!read_cpu (pid, &gauge.cpu_us, error) || !g_file_get_contents (status_path, &status, NULL, error))
    return false;
  gauge.rss_bytes = find_number (status, "\nVmRSS:") * 1024;
  gauge.threads = (unsigned) find_number (status, "\nThreads:");
  gauge.fds = count_entries (fds_path);
  *ret_gauge = gauge;
  return true;
}
