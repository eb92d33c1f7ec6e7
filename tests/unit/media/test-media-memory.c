#include "media/media-memory.h"

#define MIB ((size_t) 1024 * 1024)

static void
test_limit (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (1000);
  g_autoptr (CamMediaShare) share = cam_media_share_new (memory, UINT64_MAX);
  g_assert_false (cam_media_share_take (share, 501));
  g_assert_false (cam_media_share_take (share, SIZE_MAX));
  g_assert_true (cam_media_share_take (share, 500));
  g_assert_true (cam_media_share_take (share, 0));
  g_assert_false (cam_media_share_take (share, 1));
  g_assert_cmpuint (cam_media_share_get_used (share), ==, 500);
  CamMediaMemoryCounters counters = cam_media_memory_get_counters (memory);
  g_assert_cmpuint (counters.limit, ==, 1000);
  g_assert_cmpuint (counters.used, ==, 500);
  g_assert_cmpuint (counters.refusals, ==, 0);
  cam_media_share_count_refusal (share);
  cam_media_share_give (share, 300);
  g_assert_true (cam_media_share_take (share, 1));
  cam_media_share_give (share, 201);
  counters = cam_media_memory_get_counters (memory);
  g_assert_cmpuint (counters.used, ==, 0);
  g_assert_cmpuint (counters.high, ==, 500);
  g_assert_cmpuint (counters.refusals, ==, 1);
}

/* A part counts what is taken of the whole for it; that whole alone decides. */
static void
test_parts (void)
{
  CamMediaMemory *whole = cam_media_memory_new (1200);
  g_autoptr (CamMediaMemory) part = cam_media_memory_new_part (whole);
  g_autoptr (CamMediaMemory) inner = cam_media_memory_new_part (part);
  CamMediaShare *one = cam_media_share_new (part, UINT64_MAX);
  CamMediaShare *two = cam_media_share_new (inner, UINT64_MAX);
  CamMediaShare *other = cam_media_share_new (whole, UINT64_MAX);
  g_assert_true (cam_media_share_take (one, 100));
  g_assert_true (cam_media_share_take (two, 200));
  g_assert_true (cam_media_share_take (other, 400));
  g_assert_false (cam_media_share_take (two, 151));
  cam_media_share_count_refusal (two);
  g_assert_cmpuint (cam_media_memory_get_counters (inner).used, ==, 200);
  g_assert_cmpuint (cam_media_memory_get_counters (part).used, ==, 300);
  g_assert_cmpuint (cam_media_memory_get_counters (whole).used, ==, 700);
  g_assert_cmpuint (cam_media_memory_get_counters (inner).limit, ==, 1200);
  g_assert_cmpuint (cam_media_memory_get_counters (part).refusals, ==, 1);
  g_assert_cmpuint (cam_media_memory_get_counters (whole).refusals, ==, 1);
  g_clear_pointer (&whole, cam_media_memory_unref); /* parts hold it */
  cam_media_share_give (one, 100);
  cam_media_share_give (two, 200);
  g_assert_cmpuint (cam_media_memory_get_counters (part).used, ==, 0);
  g_assert_cmpuint (cam_media_memory_get_counters (part).high, ==, 300);
  cam_media_share_give (other, 400);
  cam_media_share_unref (one);
  cam_media_share_unref (two);
  cam_media_share_unref (other);
}

/* However many take without end, each ends with the same, and the same is left for one more. */
static void
test_fairness (void)
{
  enum { MOST = 9 };
  for (unsigned n = 1; n <= MOST; n++) {
    g_autoptr (CamMediaMemory) memory = cam_media_memory_new (MIB);
    CamMediaShare *shares[MOST];
    for (unsigned i = 0; i < n; i++)
      shares[i] = cam_media_share_new (memory, UINT64_MAX);
    for (unsigned round = 0; round < MIB / 64; round++)
      for (unsigned i = 0; i < n; i++)
        cam_media_share_take (shares[i], 64);
    for (unsigned i = 0; i < n; i++)
      g_assert_cmpuint (ABS ((int64_t) cam_media_share_get_used (shares[i]) - (int64_t) (MIB / (n + 1))), <=, 64 * (n + 1));
    g_autoptr (CamMediaShare) late = cam_media_share_new (memory, UINT64_MAX);
    g_assert_true (cam_media_share_take (late, MIB / (n + 1) / 2 - 64 * (n + 1)));
    cam_media_share_give (late, cam_media_share_get_used (late));
    for (unsigned i = 0; i < n; i++) {
      cam_media_share_give (shares[i], cam_media_share_get_used (shares[i]));
      cam_media_share_unref (shares[i]);
    }
    g_assert_cmpuint (cam_media_memory_get_counters (memory).used, ==, 0);
  }
}

/* Who came first holds most and gets no more; who comes late gets up to what is left, and what is given back is open to all. */
static void
test_late_comer (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (1200);
  g_autoptr (CamMediaShare) early = cam_media_share_new (memory, UINT64_MAX);
  g_autoptr (CamMediaShare) late = cam_media_share_new (memory, UINT64_MAX);
  g_assert_true (cam_media_share_take (early, 600));
  g_assert_false (cam_media_share_take (late, 301));
  g_assert_true (cam_media_share_take (late, 300));
  g_assert_false (cam_media_share_take (early, 1));
  cam_media_share_give (early, 200);
  g_assert_true (cam_media_share_take (late, 100));
  g_assert_false (cam_media_share_take (early, 1));
  cam_media_share_give (early, 400);
  cam_media_share_give (late, 400);
}

/* The share's own bound, and what others left. */
static void
test_own_bound (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (1000);
  g_autoptr (CamMediaShare) share = cam_media_share_new (memory, 100);
  g_autoptr (CamMediaShare) other = cam_media_share_new (memory, UINT64_MAX);
  g_assert_false (cam_media_share_take (share, 101));
  g_assert_true (cam_media_share_take (share, 60));
  g_assert_false (cam_media_share_take (share, 41));
  g_assert_false (cam_media_share_take (share, SIZE_MAX));
  g_assert_true (cam_media_share_take (other, 470));
  g_assert_true (cam_media_share_take (share, 40));
  cam_media_share_give (share, 100);
  cam_media_share_give (other, 470);
  g_assert_cmpuint (cam_media_memory_get_counters (memory).used, ==, 0);
}

static void
test_unlimited (void)
{
  g_autoptr (CamMediaShare) share = cam_media_share_new (NULL, UINT64_MAX);
  g_assert_true (cam_media_share_take (share, SIZE_MAX / 2));
  cam_media_share_count_refusal (share);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, SIZE_MAX / 2);
  cam_media_share_give (share, SIZE_MAX / 2);
  g_autoptr (CamMediaShare) same = cam_media_share_ref (share);
  g_assert_true (same == share);
  cam_media_share_unref (NULL);
  cam_media_memory_unref (NULL);
}

enum { TURNS = 20000, THREADS = 4 };

typedef struct {
  CamMediaMemory *memory; /* borrowed */
  CamMediaShare *common;  /* borrowed; all threads take from it */
} Churn;

/* Takes and gives, and looks that the limit holds at every moment. */
static gpointer
churn (gpointer data)
{
  const Churn *all = data;
  g_autoptr (CamMediaShare) own = cam_media_share_new (all->memory, UINT64_MAX);
  for (unsigned i = 0; i < TURNS; i++) {
    CamMediaShare *share = i % 3 == 0 ? all->common : own;
    size_t bytes = 1 + i % 5000;
    bool taken = cam_media_share_take (share, bytes);
    CamMediaMemoryCounters counters = cam_media_memory_get_counters (all->memory);
    g_assert_cmpuint (counters.used, <=, counters.limit);
    if (taken)
      cam_media_share_give (share, bytes);
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (12000);
  g_autoptr (CamMediaShare) common = cam_media_share_new (memory, UINT64_MAX);
  Churn all = {.memory = memory, .common = common};
  GThread *threads[THREADS];
  for (unsigned i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("churn", churn, &all);
  for (unsigned i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  CamMediaMemoryCounters counters = cam_media_memory_get_counters (memory);
  g_assert_cmpuint (counters.used, ==, 0);
  g_assert_cmpuint (counters.high, >=, 5000);
  g_assert_cmpuint (counters.high, <=, 12000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/media-memory/limit", test_limit);
  g_test_add_func ("/media/media-memory/fairness", test_fairness);
  g_test_add_func ("/media/media-memory/parts", test_parts);
  g_test_add_func ("/media/media-memory/late-comer", test_late_comer);
  g_test_add_func ("/media/media-memory/own-bound", test_own_bound);
  g_test_add_func ("/media/media-memory/unlimited", test_unlimited);
  g_test_add_func ("/media/media-memory/threads", test_threads);
  return g_test_run ();
}
