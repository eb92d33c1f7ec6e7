#include "supervise/teardown-steps.h"

#include <stdatomic.h>

enum {
  WORKER_BUDGET_US = 3 * G_USEC_PER_SEC,
  WORKER_STOP_BUDGET_US = 2 * G_USEC_PER_SEC,
  AUDIENCE_BUDGET_US = 5 * G_USEC_PER_SEC,
  AUDIENCE_STOP_BUDGET_US = 2 * G_USEC_PER_SEC,
  /* How long the other side may take to answer; the rest of the budget is for our own threads. */
  WORKER_GRACE_US = 2 * G_USEC_PER_SEC,
  WORKER_STOP_GRACE_US = G_USEC_PER_SEC,
  AUDIENCE_GRACE_US = 4 * G_USEC_PER_SEC,
  AUDIENCE_STOP_GRACE_US = 3 * G_USEC_PER_SEC / 2,
};

struct CamDeparture {
  CamRtspServer *server; /* borrowed: outlives all sessions */
  CamStreamHub *hub;     /* ref */
  char *camera;          /* owned */
  unsigned stream;
  bool keep_mount;
  atomic_bool is_gone;
};

static bool
stop_worker (gpointer subject, bool is_first, bool is_stopping)
{
  CamIngestWorker *worker = subject;
  if (is_first)
    cam_ingest_worker_stop (worker, is_stopping ? WORKER_STOP_GRACE_US : WORKER_GRACE_US);
  return cam_ingest_worker_is_gone (worker);
}

static bool
free_worker (gpointer subject, bool is_first, bool is_stopping)
{
  cam_ingest_worker_free (subject);
  return true;
}

static bool
close_hub (gpointer subject, bool is_first, bool is_stopping)
{
  CamDeparture *departure = subject;
  if (!departure->keep_mount)
    cam_stream_hub_close (departure->hub);
  return true;
}

static void
on_audience_gone (gpointer data)
{
  CamDeparture *departure = data;
  atomic_store (&departure->is_gone, true);
}

static bool
end_readers (gpointer subject, bool is_first, bool is_stopping)
{
  CamDeparture *departure = subject;
  if (is_first)
    cam_rtsp_server_end_audience (departure->server, departure->camera, departure->stream, departure->keep_mount,
                                  is_stopping ? AUDIENCE_STOP_GRACE_US : AUDIENCE_GRACE_US, on_audience_gone, departure);
  return atomic_load (&departure->is_gone);
}

static bool
free_departure (gpointer subject, bool is_first, bool is_stopping)
{
  CamDeparture *departure = subject;
  cam_stream_hub_unref (departure->hub);
  g_free (departure->camera);
  g_free (departure);
  return true;
}

CamDeparture *
cam_departure_new (CamRtspServer *server, CamStreamHub *hub, const char *camera, unsigned stream, bool keep_mount)
{
  CamDeparture *departure = g_new0 (CamDeparture, 1);
  departure->server = server;
  departure->hub = cam_stream_hub_ref (hub);
  departure->camera = g_strdup (camera);
  departure->stream = stream;
  departure->keep_mount = keep_mount;
  return departure;
}

static const CamTeardownStep worker_steps[] = {
  { .name = "stop", .budget_us = WORKER_BUDGET_US, .stop_budget_us = WORKER_STOP_BUDGET_US, .run = stop_worker },
  { .name = "free", .budget_us = 0, .stop_budget_us = 0, .run = free_worker },
};

static const CamTeardownStep audience_steps[] = {
  { .name = "close hub", .budget_us = 0, .stop_budget_us = 0, .run = close_hub },
  { .name = "end readers", .budget_us = AUDIENCE_BUDGET_US, .stop_budget_us = AUDIENCE_STOP_BUDGET_US, .run = end_readers },
  { .name = "free", .budget_us = 0, .stop_budget_us = 0, .run = free_departure },
};

const CamTeardownTable cam_teardown_worker = { .name = "worker", .steps = worker_steps, .n_steps = G_N_ELEMENTS (worker_steps) };
const CamTeardownTable cam_teardown_audience = { .name = "audience", .steps = audience_steps, .n_steps = G_N_ELEMENTS (audience_steps) };
