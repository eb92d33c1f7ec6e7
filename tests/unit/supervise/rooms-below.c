#include "rooms-below.h"

struct CamIngestWorker {
  bool is_stopped;
};

RoomsBelow rooms_below;

void
rooms_below_reset (void)
{
  rooms_below = (RoomsBelow) { .made = 0 };
}

void
rooms_below_live (CamStreamDescription *description)
{
  rooms_below.setup.events->live (rooms_below.setup.generation, description, rooms_below.setup.data);
}

void
rooms_below_ended (CamReason reason)
{
  rooms_below.setup.events->ended (rooms_below.setup.generation, &(CamIngestEnd){ .reason = reason, .detail = "because" }, rooms_below.setup.data);
}

void
rooms_below_audience_gone (void)
{
  void (*done) (gpointer data) = g_steal_pointer (&rooms_below.audience_done);
  g_assert_nonnull (done);
  done (rooms_below.audience_data);
}

CamIngestWorker *
cam_ingest_worker_new (const CamIngestSetup *setup)
{
  rooms_below.setup = *setup;
  rooms_below.made++;
  if (rooms_below.loops != NULL)
    g_ptr_array_add (rooms_below.loops, setup->loop);
  return g_new0 (CamIngestWorker, 1);
}

void
cam_ingest_worker_go_on (CamIngestWorker *self)
{
  rooms_below.gone_on++;
}

void
cam_ingest_worker_stop (CamIngestWorker *self, int64_t grace_us)
{
  g_assert_cmpint (grace_us, >, 0);
  self->is_stopped = true;
  rooms_below.stopped++;
}

bool
cam_ingest_worker_is_gone (CamIngestWorker *self)
{
  return self->is_stopped && !rooms_below.is_stubborn;
}

void
cam_ingest_worker_free (CamIngestWorker *self)
{
  rooms_below.freed++;
  g_free (self);
}

void
cam_rtsp_server_publish (CamRtspServer *self, CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop,
                         CamMountWantedFunc wanted, gpointer data)
{
  rooms_below.published++;
}

void
cam_rtsp_server_end_audience (CamRtspServer *self,
                              const char *camera,
                              unsigned stream,
                              bool keep_mount,
                              int64_t grace_us,
                              void (*done) (gpointer data),
                              gpointer data)
{
  g_assert_cmpint (grace_us, >, 0);
  g_assert_null (rooms_below.audience_done);
  rooms_below.audiences_ended += keep_mount;
  rooms_below.mounts_ended += !keep_mount;
  if (rooms_below.is_prompt) {
    done (data);
    return;
  }
  rooms_below.audience_done = done;
  rooms_below.audience_data = data;
}

unsigned
cam_rtsp_server_count_readers (CamRtspServer *self, const char *camera, unsigned stream)
{
  return rooms_below.readers;
}
