#include "serve/udp-sender.h"

#include <netinet/in.h>
#include <string.h>

#include "camrelay/limits.h"
#include "serve/udp-batch.h"
#include "serve/udp-pace.h"

#define TICK_US 1000

enum { IPV4, IPV6, N_FAMILIES };

struct CamUdpSender {
  CamUdpPorts *ports;  /* borrowed */
  CamLoopThread *loop; /* borrowed */
  CamLoopTimer *timer; /* owned */
  bool is_armed;
  CamUdpBatch *batches[N_FAMILIES][CAM_N_UDP_SOCKETS]; /* owned */
  GQueue waiting; /* of CamUdpLane, borrowed, by their links */
};

struct CamUdpLane {
  CamUdpSender *sender; /* borrowed: outlives its lanes */
  CamUdpPeer *peer;     /* owned */
  CamUdpRoute routes[CAM_N_TRACKS][CAM_N_UDP_SOCKETS];
  bool has_track[CAM_N_TRACKS];
  int family;
  size_t max_bytes;
  size_t queued_bytes;
  CamUdpPace pace;
  GQueue queue;         /* of CamBurst, ref */
  size_t offset;        /* in the first of them */
  GList link;           /* in the sender's waiting; data is set while in it */
  uint64_t bytes;
};

static void on_tick (gpointer data);

CamUdpSender *
cam_udp_sender_new (CamUdpPorts *ports, CamLoopThread *loop)
{
  CAM_ASSERT_ON (loop);
  CamUdpSender *self = g_new0 (CamUdpSender, 1);
  self->ports = ports;
  self->loop = loop;
  self->timer = cam_loop_timer_new (loop, on_tick, self);
  for (int which = 0; which < CAM_N_UDP_SOCKETS; which++) {
    self->batches[IPV4][which] = cam_udp_batch_new (ports, AF_INET, which);
    self->batches[IPV6][which] = cam_udp_batch_new (ports, AF_INET6, which);
  }
  g_queue_init (&self->waiting);
  return self;
}

void
cam_udp_sender_free (CamUdpSender *self)
{
  if (self == NULL)
    return;
  CAM_ASSERT_ON (self->loop);
  g_assert (g_queue_is_empty (&self->waiting));
  cam_udp_sender_flush (self);
  cam_loop_timer_free (self->timer);
  for (int family = 0; family < N_FAMILIES; family++)
    for (int which = 0; which < CAM_N_UDP_SOCKETS; which++)
      cam_udp_batch_free (self->batches[family][which]);
  g_free (self);
}

CamUdpPorts *
cam_udp_sender_get_ports (const CamUdpSender *self)
{
  return self->ports;
}

static void
arm (CamUdpSender *self)
{
  if (self->is_armed)
    return;
  self->is_armed = true;
  cam_loop_timer_arm (self->timer, cam_loop_thread_now_us (self->loop) + TICK_US);
}

void
cam_udp_sender_flush (CamUdpSender *self)
{
  CAM_ASSERT_ON (self->loop);
  bool room = true;
  for (int family = 0; family < N_FAMILIES; family++)
    for (int which = 0; which < CAM_N_UDP_SOCKETS; which++)
      room = cam_udp_batch_flush (self->batches[family][which]) && room;
  if (!room)
    arm (self);
}

/* ---- lanes ---- */

CamUdpLane *
cam_udp_lane_new (CamUdpSender *sender, const struct sockaddr *client, const struct sockaddr *local, size_t max_bytes)
{
  CAM_ASSERT_ON (sender->loop);
  CamUdpLane *self = g_new0 (CamUdpLane, 1);
  self->sender = sender;
  self->max_bytes = max_bytes;
  cam_udp_pace_init (&self->pace, cam_loop_thread_now_us (sender->loop));
  g_queue_init (&self->queue);
  CamUdpRoute route = { 0 };
  cam_udp_plain_address (client, &route.to);
  cam_udp_plain_address (local, &route.local);
  self->family = route.to.ss_family == AF_INET6 ? IPV6 : IPV4;
  for (int track = 0; track < CAM_N_TRACKS; track++)
    for (int which = 0; which < CAM_N_UDP_SOCKETS; which++)
      self->routes[track][which] = route;
  self->peer = cam_udp_peer_new (sender->ports, &route.to);
  return self;
}

void
cam_udp_lane_free (CamUdpLane *self)
{
  if (self == NULL)
    return;
  cam_udp_lane_clear (self);
  cam_udp_peer_free (self->peer);
  g_free (self);
}

static void
set_port (struct sockaddr_storage *address, uint16_t port)
{
  if (address->ss_family == AF_INET6)
    ((struct sockaddr_in6 *) address)->sin6_port = htons (port);
  else
    ((struct sockaddr_in *) address)->sin_port = htons (port);
}

void
cam_udp_lane_set_track (CamUdpLane *self, CamTrackKind track, uint16_t rtp_port, uint16_t rtcp_port, uint32_t ssrc)
{
  self->has_track[track] = true;
  set_port (&self->routes[track][CAM_UDP_RTP].to, rtp_port);
  set_port (&self->routes[track][CAM_UDP_RTCP].to, rtcp_port);
  cam_udp_peer_set_track (self->peer, track, rtcp_port, ssrc);
}

static void
pop_burst (CamUdpLane *self)
{
  CamBurst *burst = g_queue_pop_head (&self->queue);
  self->queued_bytes -= burst->size;
  self->offset = 0;
  cam_burst_unref (burst);
}

static bool
is_key_picture (const CamBurst *burst)
{
  return burst->track == CAM_TRACK_VIDEO && burst->is_key;
}

/* Puts runs of the first waiting burst into its batch until it is through, the pace says stop, or the socket does. True: it is through. */
static bool
send_first (CamUdpLane *self)
{
  CamBurst *burst = self->queue.head->data;
  int which = burst->is_control ? CAM_UDP_RTCP : CAM_UDP_RTP;
  CamUdpBatch *batch = self->sender->batches[self->family][which];
  int64_t now_us = cam_loop_thread_now_us (self->sender->loop);
  while (self->offset < burst->size) {
    size_t room = cam_udp_pace_get_room (&self->pace, is_key_picture (burst), now_us);
    if (room == 0)
      return false;
    if (cam_udp_batch_is_full (batch) && !cam_udp_batch_flush (batch) && cam_udp_batch_is_full (batch))
      return false;
    unsigned packets = (unsigned) (1 + room / CAM_LIMIT_RTP_PACKET_BYTES);
    size_t end = cam_udp_batch_add (batch, &self->routes[burst->track][which], burst, self->offset, packets);
    cam_udp_pace_take (&self->pace, end - self->offset);
    self->bytes += end - self->offset;
    self->offset = end;
  }
  if (is_key_picture (burst))
    cam_udp_pace_end_key (&self->pace, burst->size, now_us);
  return true;
}

static void
send_waiting (CamUdpLane *self)
{
  while (!g_queue_is_empty (&self->queue) && send_first (self))
    pop_burst (self);
  bool waits = !g_queue_is_empty (&self->queue);
  if (waits == (self->link.data != NULL))
    return;
  if (waits) {
    self->link.data = self;
    g_queue_push_tail_link (&self->sender->waiting, &self->link);
    arm (self->sender);
  } else {
    g_queue_unlink (&self->sender->waiting, &self->link);
    self->link.data = NULL;
  }
}

bool
cam_udp_lane_send (CamUdpLane *self, CamBurst *burst)
{
  CAM_ASSERT_ON (self->sender->loop);
  if (!self->has_track[burst->track] || burst->size == 0)
    return true;
  if (!burst->is_control && self->queued_bytes + burst->size > self->max_bytes)
    return false;
  if (!burst->is_control && !burst->is_head)
    cam_udp_pace_note_live (&self->pace, burst->size, is_key_picture (burst), cam_loop_thread_now_us (self->sender->loop));
  bool waits = !g_queue_is_empty (&self->queue);
  g_queue_push_tail (&self->queue, cam_burst_ref (burst));
  self->queued_bytes += burst->size;
  if (!waits)
    send_waiting (self);
  return true;
}

bool
cam_udp_lane_is_idle (const CamUdpLane *self)
{
  return self->queue.length == 0;
}

void
cam_udp_lane_clear (CamUdpLane *self)
{
  while (!g_queue_is_empty (&self->queue))
    pop_burst (self);
  if (self->link.data != NULL)
    g_queue_unlink (&self->sender->waiting, &self->link);
  self->link.data = NULL;
}

int64_t
cam_udp_lane_get_oldest_us (const CamUdpLane *self)
{
  const CamBurst *oldest = g_queue_peek_head ((GQueue *) &self->queue);
  return oldest != NULL ? oldest->created_us : INT64_MAX;
}

int64_t
cam_udp_lane_get_alive_us (const CamUdpLane *self)
{
  return cam_udp_peer_get_alive_us (self->peer);
}

uint64_t
cam_udp_lane_get_bytes (const CamUdpLane *self)
{
  return self->bytes;
}

static void
on_tick (gpointer data)
{
  CamUdpSender *self = data;
  self->is_armed = false;
  GList *next = NULL;
  for (GList *link = self->waiting.head; link != NULL; link = next) {
    next = link->next;
    send_waiting (link->data);
  }
  cam_udp_sender_flush (self);
  if (!g_queue_is_empty (&self->waiting))
    arm (self);
}
