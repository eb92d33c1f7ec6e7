#include "ingest/read-budget.h"

#include <glib.h>

#define S ((int64_t) G_USEC_PER_SEC)

static void
test_second_at_once (void)
{
  CamReadBudget budget;
  cam_read_budget_init (&budget, 8000000, 0); /* a million bytes a second */
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 0), ==, 262144);
  g_assert_cmpuint (cam_read_budget_get (&budget, 2000000, 0), ==, 1000000);
  cam_read_budget_spend (&budget, 1000000);
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 0), ==, 0);
  g_assert_cmpint (cam_read_budget_get_due_us (&budget), ==, 4096);
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 4095), ==, 0);
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 4096), ==, 4096);
}

/* Whatever the pattern of reads, no more than rate · time + one second's worth comes through, and nearly as much does. */
static void
test_rate (void)
{
  CamReadBudget budget;
  cam_read_budget_init (&budget, 800000, 0);
  uint64_t taken = 0;
  for (int64_t now_us = 0; now_us < 10 * S; now_us += 700) {
    size_t bytes = cam_read_budget_get (&budget, 262144, now_us);
    cam_read_budget_spend (&budget, bytes);
    taken += bytes;
  }
  g_assert_cmpuint (taken, <=, 1100000);
  g_assert_cmpuint (taken, >=, 1090000);
}

static void
test_slow_rate (void)
{
  CamReadBudget budget;
  cam_read_budget_init (&budget, 800, 0); /* less a second than the smallest read */
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 0), ==, 100);
  cam_read_budget_spend (&budget, 100);
  g_assert_cmpint (cam_read_budget_get_due_us (&budget), ==, S);
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, S), ==, 100);
}

static void
test_overdraft (void)
{
  CamReadBudget budget;
  cam_read_budget_init (&budget, 8000000, 0);
  cam_read_budget_spend (&budget, 3000000); /* what a hung-up socket still held */
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 1 * S), ==, 0);
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 2 * S), ==, 0);
  g_assert_cmpint (cam_read_budget_get_due_us (&budget), ==, 2 * S + 4096);
  g_assert_cmpuint (cam_read_budget_get (&budget, 262144, 2 * S + 4096), ==, 4096);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/read-budget/second-at-once", test_second_at_once);
  g_test_add_func ("/read-budget/rate", test_rate);
  g_test_add_func ("/read-budget/slow-rate", test_slow_rate);
  g_test_add_func ("/read-budget/overdraft", test_overdraft);
  return g_test_run ();
}
