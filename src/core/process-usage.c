#include "core/process-usage.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS "/proc/self/fd"

bool
cam_process_usage_parse (const char *stat, long ticks_a_second, long page_bytes, CamProcessUsage *ret_usage)
{
  const char *fields = strrchr (stat, ')'); /* the name before it may hold anything */
  uint64_t user = 0, system = 0;
  unsigned threads = 0;
  int64_t pages = 0;
  if (fields == NULL || sscanf (fields + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64 " %*s %*s %*s %*s %u %*s %*s %*s %" SCNd64,
                                &user, &system, &threads, &pages) != 4)
    return false;
  ret_usage->threads = threads;
  ret_usage->resident_bytes = pages > 0 ? (uint64_t) pages * (uint64_t) page_bytes : 0;
  ret_usage->cpu_s = (double) (user + system) / (double) ticks_a_second;
  return true;
}

static void
read_stat (CamProcessUsage *usage)
{
  char text[1024];
  int fd = open ("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  ssize_t size = read (fd, text, sizeof text - 1);
  close (fd);
  if (size <= 0)
    return;
  text[size] = '\0';
  cam_process_usage_parse (text, sysconf (_SC_CLK_TCK), sysconf (_SC_PAGESIZE), usage);
}

/* Kernels from 6.2 on say it as the folder's size; before, they are listed. */
static unsigned
count_descriptors (void)
{
  struct stat about;
  if (stat (DESCRIPTORS, &about) == 0 && about.st_size > 0)
    return (unsigned) about.st_size;
  DIR *folder = opendir (DESCRIPTORS);
  if (folder == NULL)
    return 0;
  unsigned entries = 0;
  while (readdir (folder) != NULL)
    entries++;
  closedir (folder);
  return entries > 3 ? entries - 3 : 0; /* ".", "..", and the folder itself */
}

CamProcessUsage
cam_process_usage_read (void)
{
  CamProcessUsage usage = {.threads = 0};
  struct rlimit limit;
  read_stat (&usage);
  usage.descriptors = count_descriptors ();
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    usage.descriptor_limit = limit.rlim_cur < UINT32_MAX ? (unsigned) limit.rlim_cur : UINT32_MAX;
  return usage;
}
