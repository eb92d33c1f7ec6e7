#include "serve/multicast-group.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "camrelay/log-fields.h"
#include "serve/multicast-socket.h"
#include "serve/udp-outlet.h"

#define ROOM_BYTES ((size_t) 32 * 1024 * 1024)

/* Where receivers' reports on one track arrive. */
typedef struct {
  CamMulticastGroup *group; /* borrowed: owns it */
  int fd;                   /* owned; -1: none, members live by their requests alone */
  CamLoopWatch *watch;      /* owned */
} Ear;

struct CamMulticastGroup {
  CamMulticastSetup setup;
  unsigned members;
  unsigned listeners;      /* members that play */
  CamUdpSender *sender;    /* borrowed: the loop's, outlives the members; NULL without any, as the next two */
  CamUdpOutlet *outlet;    /* owned */
  CamReaderRecord *record; /* owned; on the registry's list, for all who listen */
  CamReader *reader;       /* owned */
  Ear ears[CAM_N_TRACKS];
  bool has_complained; /* that there is no way */
};

struct CamMulticastMember {
  CamMulticastGroup *group; /* borrowed: outlives its members */
  CamUdpPeer *peer;         /* owned */
  CamReaderRecord *record;  /* borrowed: its session's */
  bool is_playing;
  uint64_t units_before; /* sent to the group before it played */
  uint64_t bytes_before;
};

/* ---- the group ---- */

CamMulticastGroup *
cam_multicast_group_new (const CamMulticastSetup *setup)
{
  CAM_ASSERT_ON (setup->loop);
  CamMulticastGroup *self = g_new0 (CamMulticastGroup, 1);
  self->setup = *setup;
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    self->ears[kind] = (Ear){.group = self, .fd = -1};
  return self;
}

void
cam_multicast_group_free (CamMulticastGroup *self)
{
  if (self == NULL)
    return;
  g_assert (self->members == 0);
  g_free (self);
}

void
cam_multicast_group_set_server (CamMulticastGroup *self, const CamServerConfig *server)
{
  CAM_ASSERT_ON (self->setup.loop);
  self->setup.server = server;
}

static uint16_t
port_of (const CamMulticastGroup *self, CamTrackKind kind, int which)
{
  return (uint16_t) (self->setup.place.rtp_ports[kind] + (which == CAM_UDP_RTCP));
}

bool
cam_multicast_group_grant (CamMulticastGroup *self, CamTrackKind kind, const CamLogFields *fields, CamRtspTransport *ret_transport)
{
  CAM_ASSERT_ON (self->setup.loop);
  const CamMulticastPlace *place = &self->setup.place;
  g_autoptr (GError) error = NULL;
  struct in_addr source = {0};
  if (!cam_multicast_find_source (self->setup.server, place->group, &source, &error)) {
    if (!self->has_complained)
      cam_log (CAM_LOG_WARNING, CAM_MSG_READER_REFUSED, fields, "multicast refused: %s", error->message);
    self->has_complained = true;
    return false;
  }
  self->has_complained = false;
  *ret_transport = (CamRtspTransport){
      .is_multicast = true,
      .client_ports = {port_of (self, kind, CAM_UDP_RTP), port_of (self, kind, CAM_UDP_RTCP)},
      .ttl = (uint8_t) self->setup.server->multicast_ttl,
  };
  inet_ntop (AF_INET, &place->group, ret_transport->destination, sizeof ret_transport->destination);
  inet_ntop (AF_INET, &source, ret_transport->source, sizeof ret_transport->source);
  return true;
}

static void
on_report (gpointer data, uint32_t events)
{
  const Ear *ear = data;
  CamMulticastGroup *self = ear->group;
  CAM_ASSERT_ON (self->setup.loop);
  cam_udp_ports_read_reports (cam_udp_sender_get_ports (self->sender), ear->fd, cam_loop_thread_now_us (self->setup.loop));
}

static void
open_ear (CamMulticastGroup *self, CamTrackKind kind)
{
  Ear *ear = &self->ears[kind];
  ear->fd = cam_multicast_listen (self->setup.server, self->setup.place.group, port_of (self, kind, CAM_UDP_RTCP));
  if (ear->fd >= 0)
    ear->watch = cam_loop_watch_new (self->setup.loop, ear->fd, EPOLLIN, on_report, ear);
}

static void
close_ear (Ear *ear)
{
  g_clear_pointer (&ear->watch, cam_loop_watch_free);
  if (ear->fd >= 0)
    close (ear->fd);
  ear->fd = -1;
}

/* For the first member. Where the system will not have it now, datagrams are refused by the kernel until it does. */
static void
open_group (CamMulticastGroup *self, CamUdpSender *sender)
{
  const CamMulticastSetup *setup = &self->setup;
  const struct sockaddr_in group = {.sin_family = AF_INET, .sin_addr = setup->place.group};
  const struct sockaddr any = {.sa_family = AF_UNSPEC}; /* the interface says which */
  CamUdpPorts *ports = cam_udp_sender_get_ports (sender);
  for (int which = 0; which < CAM_N_UDP_SOCKETS; which++)
    cam_multicast_aim (cam_udp_ports_get_socket (ports, AF_INET, which), setup->server, NULL);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    open_ear (self, kind);
  self->sender = sender;
  CamUdpLane *lane = cam_udp_lane_new (sender, (const struct sockaddr *) &group, &any, ROOM_BYTES);
  self->outlet = cam_udp_outlet_new (sender, lane, setup->registry);
  char address[INET_ADDRSTRLEN] = "";
  inet_ntop (AF_INET, &setup->place.group, address, sizeof address);
  self->record = cam_client_registry_enrol (
      setup->registry, &(CamReaderIdentity){.id = address, .camera = setup->camera, .stream = setup->stream, .address = address, .mount = setup->counters});
  cam_reader_record_set_transport (self->record, "multicast");
  self->reader = cam_reader_new (
      &(CamReaderSetup){.outlet = cam_udp_outlet_get (self->outlet), .lag_us = setup->server->reader_lag, .shed = setup->shed, .record = self->record});
}

static void
close_group (CamMulticastGroup *self)
{
  cam_stream_task_remove (self->setup.task, self->reader);
  cam_reader_pause (self->reader);
  g_clear_pointer (&self->reader, cam_reader_free);
  cam_client_registry_strike (self->setup.registry, g_steal_pointer (&self->record));
  g_clear_pointer (&self->outlet, cam_udp_outlet_free);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    close_ear (&self->ears[kind]);
  self->sender = NULL;
}

/* ---- its members ---- */

CamMulticastMember *
cam_multicast_member_new (CamMulticastGroup *group, CamUdpSender *sender, const struct sockaddr_storage *client, CamReaderRecord *record)
{
  CAM_ASSERT_ON (group->setup.loop);
  if (group->members++ == 0)
    open_group (group, sender);
  CamMulticastMember *self = g_new0 (CamMulticastMember, 1);
  self->group = group;
  self->peer = cam_udp_peer_new (cam_udp_sender_get_ports (sender), client);
  self->record = record;
  return self;
}

void
cam_multicast_member_free (CamMulticastMember *self)
{
  if (self == NULL)
    return;
  CamMulticastGroup *group = self->group;
  CAM_ASSERT_ON (group->setup.loop);
  cam_multicast_member_pause (self);
  cam_udp_peer_free (self->peer);
  if (--group->members == 0)
    close_group (group);
  g_free (self);
}

void
cam_multicast_member_select (CamMulticastMember *self, CamTrackKind kind, uint32_t ssrc)
{
  CamMulticastGroup *group = self->group;
  const uint16_t rtcp_port = port_of (group, kind, CAM_UDP_RTCP);
  cam_reader_select (group->reader, kind, 0, 0);
  cam_udp_lane_set_track (cam_udp_outlet_get_lane (group->outlet), kind, port_of (group, kind, CAM_UDP_RTP), rtcp_port, ssrc);
  cam_udp_peer_set_track (self->peer, kind, rtcp_port, ssrc);
}

CamJoin *
cam_multicast_member_prepare (CamMulticastMember *self, CamJoinInfo ret_info[CAM_N_TRACKS])
{
  CamMulticastGroup *group = self->group;
  CamJoin *join = cam_stream_task_prepare_join (group->setup.task, group->reader, ret_info);
  if (group->listeners == 0)
    return join;
  g_clear_pointer (&join->head, g_ptr_array_unref);
  g_clear_pointer (&join->audio, cam_burst_unref);
  cam_reader_foresee (group->reader, join, ret_info);
  return join;
}

void
cam_multicast_member_play (CamMulticastMember *self, CamJoin *join)
{
  CamMulticastGroup *group = self->group;
  g_autoptr (CamJoin) owned = join;
  g_autoptr (CamReaderView) sent = cam_reader_record_view (group->record);
  self->is_playing = true;
  self->units_before = sent->units;
  self->bytes_before = sent->bytes;
  cam_reader_record_set_state (self->record, CAM_READER_STATE_PLAYING);
  if (group->listeners++ == 0) {
    cam_stream_task_begin (group->setup.task, group->reader, g_steal_pointer (&owned));
    return;
  }
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    if (owned->reports[kind] != NULL)
      cam_reader_say (group->reader, owned->reports[kind]);
  cam_reader_flush (group->reader);
}

/* One less who listens; true: it was the last one. */
static bool
stop_listening (CamMulticastMember *self)
{
  if (!self->is_playing)
    return false;
  g_autoptr (CamReaderView) sent = cam_reader_record_view (self->group->record);
  self->is_playing = false;
  cam_reader_record_credit (self->record, (unsigned) (sent->units - self->units_before), (size_t) (sent->bytes - self->bytes_before));
  cam_reader_record_set_state (self->record, CAM_READER_STATE_PAUSED);
  return --self->group->listeners == 0;
}

void
cam_multicast_member_pause (CamMulticastMember *self)
{
  CamMulticastGroup *group = self->group;
  if (!stop_listening (self))
    return;
  cam_stream_task_remove (group->setup.task, group->reader);
  cam_reader_pause (group->reader);
}

bool
cam_multicast_member_is_playing (const CamMulticastMember *self)
{
  return self->is_playing;
}

void
cam_multicast_member_say_bye (CamMulticastMember *self)
{
  CamMulticastGroup *group = self->group;
  if (!stop_listening (self))
    return;
  cam_stream_task_remove (group->setup.task, group->reader);
  cam_reader_hush (group->reader);
  cam_stream_task_say_bye (group->setup.task, group->reader);
}

int64_t
cam_multicast_member_get_alive_us (const CamMulticastMember *self, int64_t now_us)
{
  const int64_t reported_us = cam_udp_peer_get_alive_us (self->peer);
  if (!self->is_playing)
    return reported_us;
  return MAX (reported_us, cam_udp_outlet_get_alive_us (self->group->outlet, now_us));
}
