/* One stream's multicast group: one reader and one lane for all who listen there, sent while somebody does.
 * Members come and go without disturbing each other: the first to play begins the stream with a head, later ones find it running and wait for
 * its next key picture; when the last one has paused or gone, nothing is sent.
 * Thread: the mount's media loop. Owner: the mount's factory; a member its session. */
#pragma once

#include "core/log.h"
#include "serve/client-registry.h"
#include "serve/multicast-plan.h"
#include "serve/stream-task.h"
#include "serve/udp-sender.h"
#include "wire/rtsp-transport.h"

typedef struct CamMulticastGroup CamMulticastGroup;
typedef struct CamMulticastMember CamMulticastMember; /* one session */

/* All borrowed, outlive it. */
typedef struct {
  CamStreamTask *task;
  CamLoopThread *loop;
  CamClientRegistry *registry;
  const CamServerConfig *server;
  const char *camera;
  const char *stream;
  const atomic_bool *shed; /* as cam_reader_new () takes it */
  CamMountCounters *counters; /* borrowed; as a reader's record takes it */
  CamMulticastPlace place;
} CamMulticastSetup;

CamMulticastGroup *cam_multicast_group_new (const CamMulticastSetup *setup);
void cam_multicast_group_free (CamMulticastGroup *self); /* NULL is fine; without members by now */

/* Another @server (borrowed, as the setup's): its TTL and interface hold from the next first member on. */
void cam_multicast_group_set_server (CamMulticastGroup *self, const CamServerConfig *server);

/* Fills in where @kind goes. False while the machine has no way to the group; the log says so, with @fields, once until there is one. */
bool cam_multicast_group_grant (CamMulticastGroup *self, CamTrackKind kind, const CamLogFields *fields, CamRtspTransport *ret_transport);

/* @sender: borrowed, the loop's. @client: the session's, IPv4, whose reports are its life. @record: borrowed, the session's: what the group was
 * sent while the member played is noted there when it stops. */
CamMulticastMember *cam_multicast_member_new (CamMulticastGroup *group,
                                              CamUdpSender *sender,
                                              const struct sockaddr_storage *client,
                                              CamReaderRecord *record);
void cam_multicast_member_free (CamMulticastMember *self); /* NULL is fine */

/* The track is sent from now on, for all; @ssrc: ours. */
void cam_multicast_member_select (CamMulticastMember *self, CamTrackKind kind, uint32_t ssrc);

/* As cam_stream_task_prepare_join and cam_stream_task_begin. Who joins others has no head, and a report of each track at once. */
CamJoin *cam_multicast_member_prepare (CamMulticastMember *self, CamJoinInfo ret_info[CAM_N_TRACKS]);
void cam_multicast_member_play (CamMulticastMember *self, CamJoin *join);
void cam_multicast_member_pause (CamMulticastMember *self);
bool cam_multicast_member_is_playing (const CamMulticastMember *self);

/* No more data for this one; when that ends it for all, BYE on all tracks. */
void cam_multicast_member_say_bye (CamMulticastMember *self);

/* As cam_udp_outlet_get_alive_us. */
int64_t cam_multicast_member_get_alive_us (const CamMulticastMember *self, int64_t now_us);
