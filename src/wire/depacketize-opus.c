/* Opus out of RTP (RFC 7587): a packet is a unit. */
#include "wire/depacketizer-kind.h"

static CamDepacketizer *
open_opus (const CamSdpMedia *media)
{
  return g_new0 (CamDepacketizer, 1);
}

static void
close_opus (CamDepacketizer *self)
{
  g_free (self);
}

static void
push_opus (CamDepacketizer *self, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  self->counters.malformed += packet->size == 0;
  self->counters.damaged += gap;
  if (cam_unit_queue_append (&self->units, packet->payload, packet->size))
    cam_unit_queue_finish (&self->units, packet->time, true, false);
}

const CamDepacketizerKind cam_depacketize_opus = {
    .open = open_opus,
    .close = close_opus,
    .push = push_opus,
};
