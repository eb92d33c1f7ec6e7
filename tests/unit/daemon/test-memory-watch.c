#include "daemon/memory-watch.h"

#define MIB ((size_t) 1024 * 1024)
#define MINUTE_US (60 * (int64_t) G_USEC_PER_SEC)

static void
test_open (void)
{
  g_autoptr (CamMediaMemory) given = cam_memory_watch_open (20 * MIB);
  g_assert_cmpuint (cam_media_memory_get_counters (given).limit, ==, 20 * MIB);
  g_autoptr (CamMediaMemory) automatic = cam_memory_watch_open (0);
  g_assert_cmpuint (cam_media_memory_get_counters (automatic).limit, >=, 16 * MIB);
}

static void
test_look (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (16 * MIB);
  g_autoptr (CamMediaShare) share = cam_media_share_new (memory, UINT64_MAX);
  CamMemoryWatch watch = {0};
  int64_t now_us = 1;
  g_assert_false (cam_memory_watch_look (&watch, memory, now_us));
  cam_media_share_count_refusal (share);
  g_assert_true (cam_memory_watch_look (&watch, memory, now_us));
  g_assert_false (cam_memory_watch_look (&watch, memory, now_us + 60 * MINUTE_US));
  cam_media_share_count_refusal (share);
  g_assert_false (cam_memory_watch_look (&watch, memory, now_us + 10 * MINUTE_US - 1));
  g_assert_true (cam_memory_watch_look (&watch, memory, now_us + 10 * MINUTE_US));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/memory-watch/open", test_open);
  g_test_add_func ("/daemon/memory-watch/look", test_look);
  return g_test_run ();
}
