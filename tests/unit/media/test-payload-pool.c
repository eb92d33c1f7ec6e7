#include "media/payload-pool.h"

#include <stdbool.h>
#include <string.h>

#define MIB ((size_t) 1024 * 1024)

static void
test_capacities (void)
{
  static const struct {
    size_t size;
    size_t capacity;
  } rows[] = {
      {0, 256},
      {1, 256},
      {256, 256},
      {257, 320},
      {320, 320},
      {321, 384},
      {448, 448},
      {449, 512},
      {512, 512},
      {513, 640},
      {1023, 1024},
      {1025, 1280},
      {65536, 65536},
      {65537, 81920},
      {4 * MIB, 4 * MIB},
      {4 * MIB + 1, 5 * MIB},
      {8 * MIB - 1, 8 * MIB},
      {8 * MIB, 8 * MIB},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (64 * MIB, NULL);
    g_autoptr (CamPayload) payload = cam_payload_pool_take (pool, rows[i].size);
    g_assert_nonnull (payload);
    g_assert_cmpuint (payload->size, ==, rows[i].size);
    memset (payload->data, 0xa5, payload->size);
    g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, rows[i].capacity);
  }
}

/* No size wastes more than a fifth beyond the smallest class. */
static void
test_waste (void)
{
  for (size_t size = 257; size < 100000; size += 37) {
    g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, NULL);
    g_autoptr (CamPayload) payload = cam_payload_pool_take (pool, size);
    size_t capacity = cam_payload_pool_get_bytes (pool);
    g_assert_cmpuint (capacity, >=, size);
    g_assert_cmpuint (capacity * 4, <, size * 5);
  }
}

static void
test_too_large (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (SIZE_MAX, NULL);
  g_assert_null (cam_payload_pool_take (pool, 8 * MIB + 1));
  g_assert_null (cam_payload_pool_take (pool, SIZE_MAX));
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 2);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 0);
}

static void
test_reuse (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, NULL);
  CamPayload *first = cam_payload_pool_take (pool, 1000);
  cam_payload_ref (first);
  cam_payload_unref (first);
  g_assert_cmpuint (first->size, ==, 1000);
  cam_payload_unref (first);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 1024);
  g_autoptr (CamPayload) second = cam_payload_pool_take (pool, 900);
  g_assert_true (second == first);
  g_assert_cmpuint (second->size, ==, 900);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 1024);
}

static void
test_budget (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (4096, NULL);
  CamPayload *small[4];
  for (unsigned i = 0; i < G_N_ELEMENTS (small); i++)
    small[i] = cam_payload_pool_take (pool, 1024);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 4096);
  g_assert_null (cam_payload_pool_take (pool, 1));
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 1);

  /* What is kept makes room for another class before anything is refused. */
  cam_payload_unref (small[0]);
  cam_payload_unref (small[1]);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 4096);
  g_autoptr (CamPayload) large = cam_payload_pool_take (pool, 2048);
  g_assert_nonnull (large);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 4096);
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 1);
  cam_payload_unref (small[2]);
  cam_payload_unref (small[3]);
}

/* A class keeps the most it had in use in the last two windows of 500 takes, then lets go. */
static void
test_trim (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, NULL);
  CamPayload *burst[10];
  for (unsigned i = 0; i < G_N_ELEMENTS (burst); i++)
    burst[i] = cam_payload_pool_take (pool, 1024);
  for (unsigned i = 0; i < G_N_ELEMENTS (burst); i++)
    cam_payload_unref (burst[i]);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 10 * 1024);
  for (unsigned i = 0; i < 1000 - 11; i++)
    cam_payload_unref (cam_payload_pool_take (pool, 256));
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 10 * 1024 + 256);
  cam_payload_unref (cam_payload_pool_take (pool, 256));
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 256);
}

/* What others take is missing here: first what is kept goes, then takes are refused, and what comes back is free for all at once. */
static void
test_common_budget (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (16 * 1024);
  g_autoptr (CamMediaShare) others = cam_media_share_new (memory);
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, memory);
  CamPayload *blocks[4];
  for (unsigned i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = cam_payload_pool_take (pool, 1024);
  cam_payload_unref (blocks[2]);
  cam_payload_unref (blocks[3]);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 4096);
  g_assert_cmpuint (cam_media_memory_get_counters (memory).used, ==, 4096);

  g_assert_true (cam_media_share_take (others, 6144));
  g_autoptr (CamPayload) large = cam_payload_pool_take (pool, 3072);
  g_assert_nonnull (large);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 5120);
  g_assert_null (cam_payload_pool_take (pool, 256));
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 1);
  g_assert_cmpuint (cam_media_memory_get_counters (memory).refusals, ==, 1);

  cam_media_share_give (others, 6144);
  cam_payload_unref (cam_payload_pool_take (pool, 256));
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 5120 + 256);
  cam_payload_unref (blocks[0]);
  cam_payload_unref (blocks[1]);
}

/* While little is left for anybody, nothing is kept. */
static void
test_tight (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (64 * 1024);
  CamMediaShare *others[4];
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, memory);
  cam_payload_unref (cam_payload_pool_take (pool, 1024));
  cam_payload_unref (cam_payload_pool_take (pool, 3072));
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 4096);
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++) {
    others[i] = cam_media_share_new (memory);
    g_assert_true (cam_media_share_take (others[i], (size_t) 30 * 1024 >> i));
  }
  cam_payload_unref (cam_payload_pool_take (pool, 256));
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++) {
    cam_media_share_give (others[i], cam_media_share_get_used (others[i]));
    cam_media_share_unref (others[i]);
  }
}

static void
test_outlived (void)
{
  CamPayloadPool *pool = cam_payload_pool_new (MIB, NULL);
  CamPayload *payload = cam_payload_pool_take (pool, 500);
  cam_payload_pool_unref (pool);
  memset (payload->data, 1, payload->size);
  cam_payload_unref (payload);
  cam_payload_unref (NULL);
  cam_payload_pool_unref (NULL);
  g_assert_null (cam_payload_ref (NULL));
}

#define EXCHANGED 20000

static gpointer
consume (gpointer data)
{
  uint64_t sum = 0;
  for (unsigned i = 0; i < EXCHANGED; i++) {
    g_autoptr (CamPayload) payload = g_async_queue_pop (data);
    sum += payload->data[0];
    g_assert_cmpuint (payload->data[payload->size - 1], ==, payload->data[0]);
  }
  return GSIZE_TO_POINTER (sum);
}

static void
test_threads (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (256 * MIB, NULL);
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("consumer", consume, queue);
  uint64_t sum = 0;
  for (unsigned i = 0; i < EXCHANGED; i++) {
    CamPayload *payload = cam_payload_pool_take (pool, 1 + i * 7 % 3000);
    memset (payload->data, (int) (i & 0xff), payload->size);
    sum += i & 0xff;
    g_async_queue_push (queue, cam_payload_ref (payload));
    cam_payload_unref (payload);
  }
  g_assert_cmpuint (GPOINTER_TO_SIZE (g_thread_join (thread)), ==, sum);
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/payload-pool/capacities", test_capacities);
  g_test_add_func ("/media/payload-pool/waste", test_waste);
  g_test_add_func ("/media/payload-pool/too-large", test_too_large);
  g_test_add_func ("/media/payload-pool/reuse", test_reuse);
  g_test_add_func ("/media/payload-pool/budget", test_budget);
  g_test_add_func ("/media/payload-pool/trim", test_trim);
  g_test_add_func ("/media/payload-pool/common-budget", test_common_budget);
  g_test_add_func ("/media/payload-pool/tight", test_tight);
  g_test_add_func ("/media/payload-pool/outlived", test_outlived);
  g_test_add_func ("/media/payload-pool/threads", test_threads);
  return g_test_run ();
}
