#include "wire/unit-queue.h"

#include "camrelay/limits.h"

static void
test_units_in_a_row (void)
{
  CamUnitQueue queue = {0};
  g_assert_false (cam_unit_queue_finish (&queue, 1, true, false));
  g_assert_true (cam_unit_queue_append (&queue, (const uint8_t *) "one", 3));
  g_assert_true (cam_unit_queue_finish (&queue, 1, true, false));
  g_assert_true (cam_unit_queue_append (&queue, (const uint8_t *) "twotwo", 6));
  cam_unit_queue_cut (&queue, 3);
  g_assert_true (cam_unit_queue_finish (&queue, 2, false, true));
  g_assert_true (cam_unit_queue_append (&queue, (const uint8_t *) "growing", 7));

  const CamQueuedUnit *unit = cam_unit_queue_take (&queue);
  g_assert_cmpmem (queue.data + unit->offset, unit->size, "one", 3);
  g_assert_true (unit->is_key);
  unit = cam_unit_queue_take (&queue);
  g_assert_cmpmem (queue.data + unit->offset, unit->size, "two", 3);
  g_assert_true (unit->is_damaged);
  g_assert_cmpuint (unit->rtp_time, ==, 2);
  g_assert_null (cam_unit_queue_take (&queue));

  cam_unit_queue_turn (&queue);
  g_assert_null (cam_unit_queue_take (&queue));
  g_assert_cmpmem (cam_unit_queue_growing_data (&queue), cam_unit_queue_growing_size (&queue), "growing", 7);
  g_assert_true (cam_unit_queue_finish (&queue, 3, false, false));
  unit = cam_unit_queue_take (&queue);
  g_assert_cmpmem (queue.data + unit->offset, unit->size, "growing", 7);
  cam_unit_queue_clear (&queue);
  g_assert_cmpuint (queue.capacity, ==, 0);
}

static void
test_nothing_has_a_place (void)
{
  CamUnitQueue queue = {0};
  g_assert_nonnull (cam_unit_queue_extend (&queue, 0));
  g_assert_true (cam_unit_queue_append (&queue, NULL, 0));
  g_assert_false (cam_unit_queue_finish (&queue, 0, true, false));
  g_assert_null (cam_unit_queue_take (&queue));
  cam_unit_queue_clear (&queue);
}

static void
test_size_limit (void)
{
  CamUnitQueue queue = {0};
  g_assert_nonnull (cam_unit_queue_extend (&queue, 100));
  g_assert_true (cam_unit_queue_finish (&queue, 0, true, false));
  g_assert_nonnull (cam_unit_queue_extend (&queue, CAM_LIMIT_UNIT_BYTES - 1));
  g_assert_nonnull (cam_unit_queue_extend (&queue, 1));
  g_assert_null (cam_unit_queue_extend (&queue, 1));
  g_assert_null (cam_unit_queue_extend (&queue, SIZE_MAX));
  g_assert_cmpuint (cam_unit_queue_growing_size (&queue), ==, CAM_LIMIT_UNIT_BYTES);
  cam_unit_queue_clear (&queue);
}

static void
test_count_limit (void)
{
  CamUnitQueue queue = {0};
  for (unsigned i = 0; i < CAM_UNIT_QUEUE_MAX; i++) {
    g_assert_nonnull (cam_unit_queue_extend (&queue, 1));
    g_assert_true (cam_unit_queue_finish (&queue, i, true, false));
  }
  g_assert_nonnull (cam_unit_queue_extend (&queue, 1));
  g_assert_false (cam_unit_queue_finish (&queue, 0, true, false));
  g_assert_cmpuint (cam_unit_queue_growing_size (&queue), ==, 0);
  cam_unit_queue_turn (&queue);
  g_assert_cmpuint (queue.size, ==, 0);
  cam_unit_queue_clear (&queue);
}

/* Large buffers are charged, given back with their units, and missing where the share has nothing. */
static void
test_share (void)
{
  const size_t free_bytes = 256 * 1024;
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (4 * free_bytes);
  g_autoptr (CamMediaShare) share = cam_media_share_new (memory, UINT64_MAX);
  CamUnitQueue queue = {0};
  cam_unit_queue_set_share (&queue, share);
  g_assert_nonnull (cam_unit_queue_extend (&queue, free_bytes));
  g_assert_cmpuint (cam_media_share_get_used (share), ==, 0);
  g_assert_nonnull (cam_unit_queue_extend (&queue, 1));
  g_assert_cmpuint (cam_media_share_get_used (share), ==, free_bytes);
  g_assert_null (cam_unit_queue_extend (&queue, free_bytes));
  g_assert_cmpuint (cam_unit_queue_growing_size (&queue), ==, free_bytes + 1);
  g_assert_cmpuint (cam_media_memory_get_counters (memory).refusals, ==, 1);

  cam_unit_queue_turn (&queue);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, free_bytes);
  g_assert_true (cam_unit_queue_finish (&queue, 0, true, false));
  g_assert_cmpuint (cam_unit_queue_take (&queue)->size, ==, free_bytes + 1);
  cam_unit_queue_turn (&queue);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, 0);
  g_assert_nonnull (cam_unit_queue_extend (&queue, 2 * free_bytes));
  cam_unit_queue_clear (&queue);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unit-queue/units-in-a-row", test_units_in_a_row);
  g_test_add_func ("/unit-queue/nothing-has-a-place", test_nothing_has_a_place);
  g_test_add_func ("/unit-queue/size-limit", test_size_limit);
  g_test_add_func ("/unit-queue/count-limit", test_count_limit);
  g_test_add_func ("/unit-queue/share", test_share);
  return g_test_run ();
}
