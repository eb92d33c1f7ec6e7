#include "rooms-below.h"

#include <sys/socket.h>
#include <unistd.h>

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
rooms_below_quiet (void)
{
  rooms_below.setup.events->quiet (rooms_below.setup.generation, rooms_below.setup.data);
}

void
rooms_below_sounds (void)
{
  rooms_below.setup.events->sounds (rooms_below.setup.generation, rooms_below.setup.data);
}

static void
say_ended (CamReason reason, bool was_accepted, int64_t retry_after_us)
{
  CamIngestEnd end = { .reason = reason, .detail = "because", .was_accepted = was_accepted, .retry_after_us = retry_after_us };
  rooms_below.setup.events->ended (rooms_below.setup.generation, &end, rooms_below.setup.data);
}

void
rooms_below_ended (CamReason reason)
{
  say_ended (reason, true, 0);
}

void
rooms_below_not_accepted (CamReason reason)
{
  say_ended (reason, false, 0);
}

void
rooms_below_refused (CamReason reason, int64_t retry_after_us)
{
  say_ended (reason, true, retry_after_us);
}

void
rooms_below_refuse_transport (void)
{
  CamIngestEnd end = { .reason = CAM_REASON_UNSUPPORTED, .detail = "461", .was_transport_refused = true, .was_accepted = true };
  rooms_below.setup.events->ended (rooms_below.setup.generation, &end, rooms_below.setup.data);
}

void
rooms_below_open_door (void)
{
  g_assert_cmpuint (rooms_below.knocking, >, 0);
  rooms_below.door (socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), rooms_below.door_data);
}

void
rooms_below_want (void)
{
  rooms_below.wanted (rooms_below.wanted_data);
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
  if (setup->has_socket)
    close (setup->socket);
  if (rooms_below.loops != NULL)
    g_ptr_array_add (rooms_below.loops, setup->loop);
  return g_new0 (CamIngestWorker, 1);
}

void
cam_ingest_worker_talk (CamIngestWorker *self)
{
  rooms_below.talking++;
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

CamIngestCounters
cam_ingest_worker_get_counters (const CamIngestWorker *self)
{
  return rooms_below.counters;
}

CamServerCounters
cam_rtsp_server_get_counters (CamRtspServer *self)
{
  return (CamServerCounters) { .readers = rooms_below.readers };
}

void
cam_rtsp_server_publish (CamRtspServer *self, CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop,
                         CamMountWantedFunc wanted, gpointer data)
{
  rooms_below.published++;
  rooms_below.camera = camera;
  rooms_below.wanted = wanted;
  rooms_below.wanted_data = data;
}

void
cam_rtsp_server_reconfigure (CamRtspServer *self, CamCameraConfig *camera, unsigned stream)
{
  rooms_below.reconfigured++;
  rooms_below.camera = camera;
}

bool
cam_rtsp_server_prepare (CamRtspServer *self, CamServeDraft *draft, GError **error)
{
  return true;
}

void
cam_rtsp_server_adopt (CamRtspServer *self, CamServeDraft *draft)
{
  rooms_below.adopted++;
  cam_serve_draft_free (draft);
}

const char *const *
cam_rtsp_server_get_addresses (const CamRtspServer *self)
{
  static const char *const addresses[] = { "rtsp://[::]:8554", NULL };
  return addresses;
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

bool
cam_rtsp_server_view_mount (CamRtspServer *self, const char *camera, unsigned stream, CamMountView *ret_view)
{
  *ret_view = rooms_below.mount;
  return true;
}

void
cam_rtsp_server_set_shed (CamRtspServer *self, const char *camera, unsigned stream, bool is_shed)
{
}

struct CamTcpProbe {
  GDestroyNotify destroy;
  gpointer data;
};

CamTcpProbe *
cam_tcp_probe_new (CamLoopThread *loop,
                   CamResolver *resolver,
                   const char *host,
                   unsigned port,
                   int64_t interval_us,
                   CamTcpProbeFunc func,
                   gpointer data,
                   GDestroyNotify destroy)
{
  rooms_below.knocking++;
  rooms_below.door = func;
  rooms_below.door_data = data;
  CamTcpProbe *self = g_new (CamTcpProbe, 1);
  *self = (CamTcpProbe) { .destroy = destroy, .data = data };
  return self;
}

void
cam_tcp_probe_free (CamTcpProbe *self)
{
  if (self == NULL)
    return;
  rooms_below.knocking--;
  self->destroy (self->data);
  g_free (self);
}

void
cam_srt_poller_discard (CamSrtPoller *self, int socket)
{
  rooms_below.sent_away++;
  rooms_below.sent_away_last = socket;
}

struct CamSrtListener {
  char unused;
};

CamSrtListener *
cam_srt_listener_new (const CamSrtListenerSetup *setup)
{
  rooms_below.doors = *setup;
  return g_new0 (CamSrtListener, 1);
}

bool
cam_srt_listener_prepare (CamSrtListener *self, const CamConfigSet *config, GError **error)
{
  rooms_below.doors_prepared += !rooms_below.has_no_address;
  if (rooms_below.has_no_address)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "it is in use");
  return !rooms_below.has_no_address;
}

void
cam_srt_listener_adopt (CamSrtListener *self)
{
  rooms_below.doors_adopted++;
}

void
cam_srt_listener_abandon (CamSrtListener *self)
{
  rooms_below.doors_abandoned++;
}

const char *const *
cam_srt_listener_get_addresses (const CamSrtListener *self)
{
  static const char *const addresses[] = { "srt://[::]:9710", NULL };
  return addresses;
}

void
cam_srt_listener_close (CamSrtListener *self)
{
  rooms_below.doors_closed++;
}

void
cam_srt_listener_free (CamSrtListener *self)
{
  g_free (self);
}

struct CamSessionLedger {
  char unused;
};

CamSessionLedger *
cam_session_ledger_new (const CamSessionLedgerSetup *setup)
{
  rooms_below.ledger = *setup;
  return g_new0 (CamSessionLedger, 1);
}

void
cam_session_ledger_free (CamSessionLedger *self)
{
  g_free (self);
}

void
cam_session_ledger_settle (CamSessionLedger *self, CamConfigSet *config)
{
}

void
cam_session_ledger_enter (CamSessionLedger *self, const CamCameraConfig *camera, unsigned stream, const CamIngestLease *lease)
{
  g_assert_nonnull (lease->session);
  rooms_below.entered++;
}

void
cam_session_ledger_reclaim (CamSessionLedger *self, CamCameraConfig *camera, unsigned stream)
{
  rooms_below.reclaimed++;
}

void
cam_session_ledger_strike (CamSessionLedger *self, const char *camera, unsigned stream)
{
  rooms_below.struck++;
}

struct CamStreamSlate {
  char unused;
};

CamStreamSlate *
cam_stream_slate_new (const CamCameraConfig *camera, unsigned stream, CamStreamHub *hub, CamLoopThread *loop, CamPictureDesk *desk)
{
  return g_new0 (CamStreamSlate, 1);
}

void
cam_stream_slate_free (CamStreamSlate *self)
{
  g_free (self);
}

void
cam_stream_slate_begin (CamStreamSlate *self, CamStreamDescription *description, GBytes *picture, int64_t since_us, CamReason reason)
{
  g_assert_nonnull (description);
  g_assert_cmpint (since_us, >, 0);
  rooms_below.slates_begun++;
  rooms_below.is_slate_shown = true;
  rooms_below.slate_picture = picture;
  rooms_below.slate_reason = reason;
}

bool
cam_stream_slate_set_camera (CamStreamSlate *self, const CamCameraConfig *camera)
{
  return false;
}

void
cam_stream_slate_explain (CamStreamSlate *self, CamReason reason)
{
  g_assert_true (rooms_below.is_slate_shown);
  rooms_below.slates_explained++;
  rooms_below.slate_reason = reason;
}

void
cam_stream_slate_end (CamStreamSlate *self)
{
  rooms_below.is_slate_shown = false;
}

struct CamStreamMemory {
  char unused;
};

CamStreamMemory *
cam_stream_memory_new (CamDisk *disk, const char *folder, const CamCameraConfig *camera, unsigned stream)
{
  return g_new0 (CamStreamMemory, 1);
}

void
cam_stream_memory_free (CamStreamMemory *self)
{
  g_free (self);
}

CamStreamDescription *
cam_stream_memory_recall (CamStreamMemory *self)
{
  return cam_stream_description_ref (rooms_below.remembered);
}

void
cam_stream_memory_recall_picture (CamStreamMemory *self, void (*func) (GBytes *picture, gpointer data), gpointer data)
{
  rooms_below.is_picture_asked = true;
  rooms_below.picture = func;
  rooms_below.picture_data = data;
}

void
cam_stream_memory_keep (CamStreamMemory *self, CamStreamDescription *description, const CamAccessUnit *key, int64_t now_us, bool is_urgent)
{
  g_assert_nonnull (description);
  rooms_below.kept += !is_urgent;
  rooms_below.kept_urgently += is_urgent;
}
