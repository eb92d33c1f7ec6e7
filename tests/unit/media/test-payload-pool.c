#include "media/payload-pool.h"

#include <stdbool.h>
#include <string.h>

#define MIB ((size_t) 1024 * 1024)

static void
test_sizes (void)
{
  static const size_t sizes[] = {0, 1, 255, 256, 1000, 65537, 4 * MIB, 8 * MIB - 1, 8 * MIB};
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (64 * MIB, NULL);
    CamPayload *payload = cam_payload_pool_take (pool, sizes[i]);
    g_assert_nonnull (payload);
    g_assert_nonnull (payload->data);
    g_assert_cmpuint (payload->size, ==, sizes[i]);
    memset (payload->data, 0xa5, payload->size);
    g_assert_cmpuint (cam_payload_pool_get_bytes (pool), >=, sizes[i]);
    g_assert_cmpuint (cam_payload_pool_get_bytes (pool), <=, sizes[i] + 64);
    payload->size /= 2; /* less was used than asked for */
    cam_payload_unref (payload);
    g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 0);
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
test_references (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, NULL);
  CamPayload *first = cam_payload_pool_take (pool, 1000);
  g_assert_true (cam_payload_ref (first) == first);
  cam_payload_unref (first);
  g_assert_cmpuint (first->size, ==, 1000);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), >, 1000);
  cam_payload_unref (first);
  g_assert_cmpuint (cam_payload_pool_get_bytes (pool), ==, 0);
}

static void
test_budget (void)
{
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (4096, NULL);
  g_autoptr (CamPayload) half = cam_payload_pool_take (pool, 2000);
  CamPayload *rest = cam_payload_pool_take (pool, 1900);
  g_assert_null (cam_payload_pool_take (pool, 200));
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 1);
  cam_payload_unref (rest);
  g_autoptr (CamPayload) other = cam_payload_pool_take (pool, 1900);
  g_assert_nonnull (other);
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 1);
}

/* What others take is missing here, and what comes back is free for all at once. */
static void
test_common_budget (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (16 * 1024);
  g_autoptr (CamMediaShare) others = cam_media_share_new (memory, UINT64_MAX);
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (MIB, memory);
  g_autoptr (CamPayload) first = cam_payload_pool_take (pool, 4000);
  g_assert_cmpuint (cam_media_memory_get_counters (memory).used, ==, cam_payload_pool_get_bytes (pool));
  g_assert_true (cam_media_share_take (others, 6000));
  g_assert_null (cam_payload_pool_take (pool, 2000));
  g_assert_cmpuint (cam_payload_pool_get_refusals (pool), ==, 1);
  g_assert_cmpuint (cam_media_memory_get_counters (memory).refusals, ==, 1);
  cam_media_share_give (others, 6000);
  g_autoptr (CamPayload) second = cam_payload_pool_take (pool, 2000);
  g_assert_nonnull (second);
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
  g_test_add_func ("/media/payload-pool/sizes", test_sizes);
  g_test_add_func ("/media/payload-pool/too-large", test_too_large);
  g_test_add_func ("/media/payload-pool/references", test_references);
  g_test_add_func ("/media/payload-pool/budget", test_budget);
  g_test_add_func ("/media/payload-pool/common-budget", test_common_budget);
  g_test_add_func ("/media/payload-pool/outlived", test_outlived);
  g_test_add_func ("/media/payload-pool/threads", test_threads);
  return g_test_run ();
}
