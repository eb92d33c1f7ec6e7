#include "supervise/teardown-steps.h"

#include "rooms-below.h"

static void
test_worker (void)
{
  rooms_below_reset ();
  CamIngestWorker *worker = cam_ingest_worker_new (&(CamIngestSetup) { .stream = CAM_STREAM_MAIN });
  const CamTeardownStep *steps = cam_teardown_worker.steps;
  g_assert_cmpuint (cam_teardown_worker.n_steps, ==, 2);
  rooms_below.is_stubborn = true;
  g_assert_false (steps[0].run (worker, true, false));
  g_assert_false (steps[0].run (worker, false, false));
  g_assert_cmpuint (rooms_below.stopped, ==, 1); /* asked once */
  rooms_below.is_stubborn = false;
  g_assert_true (steps[0].run (worker, false, false));
  g_assert_cmpuint (rooms_below.freed, ==, 0);
  g_assert_true (steps[1].run (worker, true, false));
  g_assert_cmpuint (rooms_below.freed, ==, 1);
}

static void
test_audience (gconstpointer keep_mount)
{
  rooms_below_reset ();
  g_autoptr (CamStreamHub) hub = cam_stream_hub_new ("yard", "main");
  CamMediaChannel *channel = cam_media_channel_new (4, 4096, true);
  g_assert_true (cam_stream_hub_subscribe (hub, channel));
  CamDeparture *departure = cam_departure_new (NULL, hub, "yard", CAM_STREAM_MAIN, GPOINTER_TO_INT (keep_mount));
  const CamTeardownStep *steps = cam_teardown_audience.steps;
  g_assert_cmpuint (cam_teardown_audience.n_steps, ==, 3);

  g_assert_true (steps[0].run (departure, true, false));
  CamAccessUnit unit = { 0 };
  CamHandoff expected = GPOINTER_TO_INT (keep_mount) ? CAM_HANDOFF_TIMEOUT : CAM_HANDOFF_CLOSED;
  g_assert_cmpint (cam_media_channel_next (channel, 0, &unit), ==, expected);

  g_assert_false (steps[1].run (departure, true, true));
  g_assert_false (steps[1].run (departure, false, true));
  g_assert_cmpuint (rooms_below.audiences_ended + rooms_below.mounts_ended, ==, 1);
  g_assert_cmpuint (rooms_below.audiences_ended, ==, GPOINTER_TO_INT (keep_mount));
  rooms_below_audience_gone ();
  g_assert_true (steps[1].run (departure, false, true));
  g_assert_true (steps[2].run (departure, true, true));
  cam_stream_hub_unsubscribe (hub, channel);
  cam_media_channel_unref (channel);
}

/* The daemon promises to stop in 5 s: readers and workers are ended side by side, so the longest table must fit. */
static void
test_stop_budgets (void)
{
  const CamTeardownTable *tables[] = { &cam_teardown_worker, &cam_teardown_audience };
  for (unsigned i = 0; i < G_N_ELEMENTS (tables); i++) {
    int64_t sum_us = 0;
    for (unsigned step = 0; step < tables[i]->n_steps; step++) {
      g_assert_cmpint (tables[i]->steps[step].stop_budget_us, <=, tables[i]->steps[step].budget_us);
      sum_us += tables[i]->steps[step].stop_budget_us;
    }
    g_assert_cmpint (sum_us, <=, 2 * G_USEC_PER_SEC);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/teardown-steps/worker", test_worker);
  g_test_add_data_func ("/teardown-steps/audience/mount-stays", GINT_TO_POINTER (true), test_audience);
  g_test_add_data_func ("/teardown-steps/audience/mount-goes", GINT_TO_POINTER (false), test_audience);
  g_test_add_func ("/teardown-steps/stop-budgets", test_stop_budgets);
  return g_test_run ();
}
