#include "serve/udp-outlet.h"

/* A stream that has sent nothing for this long is silent: the slate sends once a second. */
#define SILENCE_US (5 * G_USEC_PER_SEC)

struct CamUdpOutlet {
  CamOutlet outlet;
  CamUdpSender *sender;        /* borrowed: its loop's, outlives all lanes */
  CamUdpLane *lane;            /* owned */
  CamClientRegistry *registry; /* borrowed: the server's */
  uint64_t counted; /* of the lane's bytes */
  int64_t last_data_us;  /* 0: never */
  int64_t data_since_us; /* without a silence in between */
};

static void
note_data (CamUdpOutlet *self, int64_t now_us)
{
  if (self->last_data_us == 0 || now_us - self->last_data_us > SILENCE_US)
    self->data_since_us = now_us;
  self->last_data_us = MAX (self->last_data_us, now_us);
}

static bool
send_burst (CamOutlet *outlet, CamBurst *burst)
{
  CamUdpOutlet *self = (CamUdpOutlet *) outlet;
  if (!burst->is_control)
    note_data (self, burst->created_us);
  return cam_udp_lane_send (self->lane, burst);
}

static void
flush (CamOutlet *outlet)
{
  CamUdpOutlet *self = (CamUdpOutlet *) outlet;
  cam_udp_sender_flush (self->sender);
  uint64_t bytes = cam_udp_lane_get_bytes (self->lane);
  cam_client_registry_add (self->registry, CAM_CLIENT_COUNT_BYTES_OUT, bytes - self->counted);
  self->counted = bytes;
}

/* Packets of one burst may be out and others not: the client sees a loss and, after it, a key unit. */
static void
clear (CamOutlet *outlet, CamDropped ret_dropped[CAM_N_TRACKS])
{
  cam_udp_lane_clear (((CamUdpOutlet *) outlet)->lane);
}

static bool
is_idle (const CamOutlet *outlet)
{
  return cam_udp_lane_is_idle (((const CamUdpOutlet *) outlet)->lane);
}

static int64_t
get_oldest_us (const CamOutlet *outlet)
{
  return cam_udp_lane_get_oldest_us (((const CamUdpOutlet *) outlet)->lane);
}

/* The lane bounds itself. */
static size_t
get_bytes (const CamOutlet *outlet)
{
  return 0;
}

CamUdpOutlet *
cam_udp_outlet_new (CamUdpSender *sender, CamUdpLane *lane, CamClientRegistry *registry)
{
  CamUdpOutlet *self = g_new0 (CamUdpOutlet, 1);
  self->outlet = (CamOutlet){
      .send = send_burst,
      .flush = flush,
      .clear = clear,
      .is_idle = is_idle,
      .get_oldest_us = get_oldest_us,
      .get_bytes = get_bytes,
  };
  self->sender = sender;
  self->lane = lane;
  self->registry = registry;
  return self;
}

void
cam_udp_outlet_free (CamUdpOutlet *self)
{
  if (self == NULL)
    return;
  cam_udp_lane_free (self->lane);
  g_free (self);
}

CamOutlet *
cam_udp_outlet_get (CamUdpOutlet *self)
{
  return &self->outlet;
}

CamUdpLane *
cam_udp_outlet_get_lane (CamUdpOutlet *self)
{
  return self->lane;
}

int64_t
cam_udp_outlet_get_alive_us (const CamUdpOutlet *self, int64_t now_us)
{
  if (self->last_data_us == 0 || now_us - self->last_data_us > SILENCE_US)
    return now_us;
  return MAX (self->data_since_us, cam_udp_lane_get_alive_us (self->lane));
}
