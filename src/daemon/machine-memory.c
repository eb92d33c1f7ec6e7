#include "daemon/machine-memory.h"

#include <glib.h>
#include <unistd.h>

#include "daemon/control-group.h"

uint64_t
cam_machine_memory_get_bytes (void)
{
  uint64_t machine_bytes = (uint64_t) sysconf (_SC_PHYS_PAGES) * (uint64_t) sysconf (_SC_PAGESIZE);
  return MIN (machine_bytes, cam_control_group_get_limit ("memory.max"));
}
