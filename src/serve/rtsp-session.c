#include "serve/rtsp-session.h"

#include "serve/random-bytes.h"
#include "serve/reader-log.h"
#include "serve/rtsp-connection.h"
#include "serve/udp-outlet.h"

enum { ID_BYTES = 16, UDP_ROOM_BYTES = 32 * 1024 * 1024 };

typedef struct {
  bool is_set;
  CamRtspTransport transport;
} SessionTrack;

struct CamRtspSession {
  CamRtspSessionSetup setup;
  CamRtspFactory *mount; /* ref */
  CamSoundWish wish;
  CamStreamTask *task;   /* borrowed: taken from the mount's for the first track, given back at the end */
  unsigned version;      /* the hub's, when the session began */
  char id[2 * ID_BYTES + 1];
  SessionTrack tracks[CAM_N_TRACKS];
  CamReaderRecord *record; /* owned; on the registry's list */
  CamReaderLog log;
  CamTsTask *ts;              /* ref; feeds the reader in place of the stream-task; NULL: not as MPEG-TS */
  CamReader *reader;          /* owned; NULL before the first PLAY */
  bool reader_is_tcp;         /* what the reader was made for */
  CamUdpOutlet *udp_outlet;   /* owned; the reader's, when it is not TCP */
  CamMulticastMember *member; /* owned; over multicast, in place of the reader */
  bool has_joined;            /* and said so */
  bool has_said_bye;
};

static CamLogFields
log_fields (const CamRtspSession *self)
{
  return (CamLogFields){
      .camera = cam_rtsp_factory_get_camera_name (self->mount),
      .stream = cam_stream_name (cam_rtsp_factory_get_stream (self->mount)),
      .reader = self->id,
      .address = self->setup.peer->text,
  };
}

void
cam_rtsp_session_log_unwelcome (const CamRtspSession *self)
{
  CamLogFields fields = log_fields (self);
  cam_reader_log_unwelcome (&fields);
}

CamRtspSession *
cam_rtsp_session_new (const CamRtspSessionSetup *setup, CamRtspFactory *factory, CamSoundWish wish, int *ret_status)
{
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (factory);
  unsigned stream = cam_rtsp_factory_get_stream (factory);
  CamClientRegistry *registry = cam_serve_loop_get_context (setup->home)->registry;
  CamAudience *audience = cam_rtsp_factory_get_audience (factory);

  if (cam_client_registry_seat (registry, camera, stream) != CAM_SEAT_TAKEN) {
    cam_client_registry_add (registry, CAM_CLIENT_COUNT_REFUSED, 1);
    *ret_status = 453;
    return NULL;
  }
  if (audience == NULL || !cam_audience_enter (audience, cam_rtsp_connection_get_guest (setup->connection))) {
    cam_client_registry_leave (registry, camera->name, stream);
    *ret_status = 503;
    return NULL;
  }
  CamRtspSession *self = g_new0 (CamRtspSession, 1);
  self->setup = *setup;
  self->mount = g_object_ref (factory);
  self->wish = wish;
  self->version = cam_stream_hub_get_version (cam_rtsp_factory_get_hub (factory));
  cam_random_hex (self->id, sizeof self->id);
  cam_rtsp_connection_get_guest (setup->connection)->reader = self->id;
  CamLogFields fields = log_fields (self);
  self->record = cam_client_registry_enrol (
      registry, &(CamReaderIdentity){.id = fields.reader, .camera = fields.camera, .stream = fields.stream, .address = fields.address, .mount = cam_rtsp_factory_get_counters (factory)});
  return self;
}

static void
stop_feeding (CamRtspSession *self)
{
  if (self->ts != NULL)
    cam_ts_task_remove (self->ts, self->reader);
  else
    cam_stream_task_remove (self->task, self->reader);
}

static void
drop_reader (CamRtspSession *self)
{
  g_clear_pointer (&self->member, cam_multicast_member_free);
  if (self->reader == NULL)
    return;
  stop_feeding (self);
  cam_reader_pause (self->reader);
  g_clear_pointer (&self->reader, cam_reader_free);
  g_clear_pointer (&self->udp_outlet, cam_udp_outlet_free);
}

void
cam_rtsp_session_free (CamRtspSession *self)
{
  if (self == NULL)
    return;
  const char *camera = cam_rtsp_factory_get_camera_name (self->mount);
  CamClientRegistry *registry = cam_serve_loop_get_context (self->setup.home)->registry;
  drop_reader (self);
  cam_ts_task_unref (self->ts);
  if (self->task != NULL)
    cam_stream_tasks_give_back (cam_rtsp_factory_get_tasks (self->mount), self->task);
  if (self->has_joined) {
    CamLogFields fields = log_fields (self);
    cam_reader_log_left (&fields, self->record);
  }
  cam_client_registry_strike (registry, self->record);
  cam_client_registry_leave (registry, camera, cam_rtsp_factory_get_stream (self->mount));
  g_autoptr (CamRtspFactory) mount = self->mount; /* leaving may end the mount */
  CamServeGuest *guest = cam_rtsp_connection_get_guest (self->setup.connection);
  guest->reader = NULL;
  cam_audience_leave (cam_rtsp_factory_get_audience (mount), guest);
  g_free (self);
}

const char *
cam_rtsp_session_get_id (const CamRtspSession *self)
{
  return self->id;
}

CamRtspFactory *
cam_rtsp_session_get_mount (const CamRtspSession *self)
{
  return self->mount;
}

CamSoundWish
cam_rtsp_session_get_wish (const CamRtspSession *self)
{
  return self->wish;
}

typedef struct {
  const CamRtspSession *session;
  CamTrackKind kind; /* being set up: its own channels are free */
} ChannelQuestion;

static bool
is_channel_free (uint8_t channel, gpointer data)
{
  const ChannelQuestion *question = data;
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    const SessionTrack *track = &question->session->tracks[i];
    bool uses =
        track->is_set && track->transport.is_tcp && (track->transport.channels[0] == channel || track->transport.channels[1] == channel);
    if (i != question->kind && uses)
      return false;
  }
  return true;
}

/* The group is for all alike: who asked for another sound than others get is not among them. */
static bool
is_plain (const CamRtspSession *self)
{
  return self->task == cam_stream_tasks_get_plain (cam_rtsp_factory_get_tasks (self->mount));
}

/* What @kind may travel by: all tracks of a session by the same. Datagrams are not sealed: under TLS they would give away what it hides. */
static unsigned
get_offer (const CamRtspSession *self, CamTrackKind kind)
{
  const SessionTrack *other = &self->tracks[kind == CAM_TRACK_VIDEO ? CAM_TRACK_AUDIO : CAM_TRACK_VIDEO];
  bool has_group = is_plain (self) && cam_rtsp_factory_get_multicast (self->mount) != NULL && self->setup.peer->remote.ss_family == AF_INET;
  if (self->setup.peer->is_sealed)
    return CAM_RTSP_BY_TCP;
  if (!other->is_set)
    return CAM_RTSP_BY_TCP | CAM_RTSP_BY_UDP | (has_group ? (unsigned) CAM_RTSP_BY_MULTICAST : 0);
  if (other->transport.is_multicast)
    return CAM_RTSP_BY_MULTICAST;
  return other->transport.is_tcp ? CAM_RTSP_BY_TCP : CAM_RTSP_BY_UDP;
}

static bool
choose_transport (CamRtspSession *self, CamTrackKind kind, unsigned offered, const char *value, CamRtspTransport *ret_transport)
{
  ChannelQuestion question = {.session = self, .kind = kind};
  return cam_rtsp_transport_choose (value, offered, is_channel_free, &question, ret_transport);
}

/* The group's part of a grant; when there is no way to the group, what else @value has is taken. */
static bool
choose_for_track (CamRtspSession *self, CamTrackKind kind, const char *value, CamRtspTransport *ret_transport)
{
  unsigned offered = get_offer (self, kind);
  if (!choose_transport (self, kind, offered, value, ret_transport))
    return false;
  if (!ret_transport->is_multicast)
    return true;
  CamLogFields fields = log_fields (self);
  if (cam_multicast_group_grant (cam_rtsp_factory_get_multicast (self->mount), kind, &fields, ret_transport))
    return true;
  return choose_transport (self, kind, offered & ~(unsigned) CAM_RTSP_BY_MULTICAST, value, ret_transport);
}

static void
set_track (CamRtspSession *self, CamTrackKind kind, uint32_t ssrc, CamRtspTransport *transport)
{
  CamPortPair ports = cam_udp_ports_get (cam_serve_loop_get_context (self->setup.home)->udp_ports);
  transport->server_ports[0] = (uint16_t) ports.rtp;
  transport->server_ports[1] = (uint16_t) ports.rtcp;
  transport->has_ssrc = true;
  transport->ssrc = ssrc;
  self->tracks[kind] = (SessionTrack){.is_set = true, .transport = *transport};
}

bool
cam_rtsp_session_set_up (CamRtspSession *self, CamTrackKind kind, const char *value, CamRtspTransport *ret_transport)
{
  CamRtspTransport transport = {0};
  if (self->task == NULL)
    self->task = cam_stream_tasks_take (cam_rtsp_factory_get_tasks (self->mount), self->wish);
  if (!choose_for_track (self, kind, value, &transport))
    return false;
  set_track (self, kind, cam_rtsp_factory_get_ssrc (self->mount, kind), &transport);
  *ret_transport = transport;
  return true;
}

bool
cam_rtsp_session_set_up_ts (CamRtspSession *self, CamSoundChoice choice, const char *value, CamRtspTransport *ret_transport)
{
  CamRtspTransport transport = {0};
  unsigned offered = get_offer (self, CAM_TRACK_VIDEO) & CAM_RTSP_BY_UDP;
  if (!choose_transport (self, CAM_TRACK_VIDEO, offered, value, &transport))
    return false;
  self->ts = cam_rtsp_factory_ref_ts_task (self->mount, choice);
  set_track (self, CAM_TRACK_VIDEO, cam_ts_task_get_ssrc (self->ts), &transport);
  *ret_transport = transport;
  return true;
}

bool
cam_rtsp_session_is_ts (const CamRtspSession *self)
{
  return self->ts != NULL;
}

unsigned
cam_rtsp_session_count_tracks (const CamRtspSession *self)
{
  return self->tracks[CAM_TRACK_VIDEO].is_set + (unsigned) self->tracks[CAM_TRACK_AUDIO].is_set;
}

bool
cam_rtsp_session_is_playing (const CamRtspSession *self)
{
  if (self->member != NULL)
    return cam_multicast_member_is_playing (self->member);
  return self->reader != NULL && cam_reader_is_playing (self->reader);
}

bool
cam_rtsp_session_is_outdated (const CamRtspSession *self)
{
  return self->has_said_bye || self->version != cam_stream_hub_get_version (cam_rtsp_factory_get_hub (self->mount));
}

static CamOutlet *
make_udp_outlet (CamRtspSession *self)
{
  const CamRtspPeer *peer = self->setup.peer;
  CamUdpSender *sender = cam_serve_loop_get_udp_sender (self->setup.home);
  CamUdpLane *lane =
      cam_udp_lane_new (sender, (const struct sockaddr *) &peer->remote, (const struct sockaddr *) &peer->local, UDP_ROOM_BYTES);
  self->udp_outlet = cam_udp_outlet_new (sender, lane, cam_serve_loop_get_context (self->setup.home)->registry);
  return cam_udp_outlet_get (self->udp_outlet);
}

static void
on_reader_news (CamReaderNews news, CamSkipReason why, int64_t now_us, gpointer data)
{
  CamRtspSession *self = data;
  CamLogFields fields = log_fields (self);
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (self->mount);
  bool disconnects = camera->reader_policy == CAM_READER_POLICY_DISCONNECT;
  if (!disconnects) {
    cam_reader_log_news (&self->log, &fields, news, why, now_us);
  } else if (news == CAM_READER_NEWS_SKIPS) {
    cam_reader_log_disconnected (&fields, why);
    cam_rtsp_connection_reset (self->setup.connection);
  }
}

static CamReader *
make_reader (CamRtspSession *self, bool is_tcp)
{
  g_autoptr (CamCameraConfig) camera = cam_rtsp_factory_ref_camera (self->mount);
  g_autoptr (CamServeRules) rules = cam_serve_book_open (cam_serve_loop_get_context (self->setup.home)->book);
  return cam_reader_new (&(CamReaderSetup){
      .outlet = is_tcp ? self->setup.interleaved : make_udp_outlet (self),
      .lag_us = rules->config->server.reader_lag,
      .thins = camera->thin == CAM_THIN_AUTO && camera->reader_policy == CAM_READER_POLICY_SKIP_TO_KEY,
      .shed = cam_rtsp_factory_get_shed (self->mount),
      .record = self->record,
      .tell = on_reader_news,
      .data = self,
  });
}

/* The reader for the tracks as they are set up now; the one from before a pause goes on where it was, if it still travels the same way. */
static void
fit_reader (CamRtspSession *self)
{
  const SessionTrack *any = &self->tracks[self->tracks[CAM_TRACK_VIDEO].is_set ? CAM_TRACK_VIDEO : CAM_TRACK_AUDIO];
  bool is_tcp = any->transport.is_tcp;
  if (self->member != NULL || (self->reader != NULL && self->reader_is_tcp != is_tcp))
    drop_reader (self);
  if (self->reader == NULL) {
    self->reader = make_reader (self, is_tcp);
    self->reader_is_tcp = is_tcp;
  }
  for (unsigned i = 0; i < CAM_N_TRACKS; i++) {
    const CamRtspTransport *transport = &self->tracks[i].transport;
    if (!self->tracks[i].is_set)
      continue;
    cam_reader_select (self->reader, i, transport->channels[0], transport->channels[1]);
    if (!is_tcp)
      cam_udp_lane_set_track (cam_udp_outlet_get_lane (self->udp_outlet), i, transport->client_ports[0], transport->client_ports[1],
                              transport->ssrc);
  }
}

static bool
is_multicast (const CamRtspSession *self)
{
  return self->tracks[CAM_TRACK_VIDEO].transport.is_multicast || self->tracks[CAM_TRACK_AUDIO].transport.is_multicast;
}

/* The same for a group. */
static void
fit_member (CamRtspSession *self)
{
  if (self->member == NULL) {
    drop_reader (self);
    self->member = cam_multicast_member_new (cam_rtsp_factory_get_multicast (self->mount), cam_serve_loop_get_udp_sender (self->setup.home),
                                             &self->setup.peer->remote, self->record);
  }
  for (unsigned i = 0; i < CAM_N_TRACKS; i++)
    if (self->tracks[i].is_set)
      cam_multicast_member_select (self->member, i, self->tracks[i].transport.ssrc);
}

CamJoin *
cam_rtsp_session_prepare (CamRtspSession *self, CamJoinInfo ret_info[CAM_N_TRACKS])
{
  if (is_multicast (self)) {
    fit_member (self);
    return cam_multicast_member_prepare (self->member, ret_info);
  }
  fit_reader (self);
  if (self->ts != NULL)
    return cam_ts_task_prepare_join (self->ts, self->reader, ret_info);
  return cam_stream_task_prepare_join (self->task, self->reader, ret_info);
}

static const char *
name_way (const CamRtspSession *self)
{
  if (self->member != NULL)
    return "multicast";
  if (!self->reader_is_tcp)
    return self->ts != NULL ? "UDP, as MPEG-TS" : "UDP";
  return self->setup.peer->is_sealed ? "TLS" : "TCP";
}

void
cam_rtsp_session_play (CamRtspSession *self, CamJoin *join)
{
  cam_reader_record_set_transport (self->record, name_way (self));
  if (!self->has_joined) {
    CamLogFields fields = log_fields (self);
    cam_reader_log_joined (&fields, name_way (self));
    self->has_joined = true;
  }
  if (self->member != NULL || !self->reader_is_tcp)
    cam_rtsp_connection_flush (self->setup.connection);
  if (self->member != NULL)
    cam_multicast_member_play (self->member, join);
  else if (self->ts != NULL)
    cam_ts_task_begin (self->ts, self->reader, join);
  else
    cam_stream_task_begin (self->task, self->reader, join);
}

void
cam_rtsp_session_pause (CamRtspSession *self)
{
  if (!cam_rtsp_session_is_playing (self))
    return;
  if (self->member != NULL) {
    cam_multicast_member_pause (self->member);
    return;
  }
  stop_feeding (self);
  cam_reader_pause (self->reader);
}

void
cam_rtsp_session_say_bye (CamRtspSession *self)
{
  if (!cam_rtsp_session_is_playing (self))
    return;
  self->has_said_bye = true;
  if (self->member != NULL) {
    cam_multicast_member_say_bye (self->member);
    return;
  }
  stop_feeding (self);
  cam_reader_hush (self->reader);
  if (self->ts != NULL)
    cam_ts_task_say_bye (self->ts, self->reader);
  else
    cam_stream_task_say_bye (self->task, self->reader);
}

int64_t
cam_rtsp_session_get_alive_us (const CamRtspSession *self, int64_t now_us)
{
  if (self->member != NULL)
    return cam_multicast_member_get_alive_us (self->member, now_us);
  if (self->udp_outlet == NULL)
    return 0;
  if (!cam_rtsp_session_is_playing (self))
    return cam_udp_lane_get_alive_us (cam_udp_outlet_get_lane (self->udp_outlet));
  return cam_udp_outlet_get_alive_us (self->udp_outlet, now_us);
}
