/* G.711, G.722, G.726 and L16 out of RTP (RFC 3551, 4.5): the payload of a packet is a unit. */
#include "wire/depacketizer-kind.h"
#include "wire/sample-format.h"

typedef struct {
  CamDepacketizer base;
  size_t piece; /* bytes that must not be torn */
} Samples;

static CamDepacketizer *
open_samples (const CamSdpMedia *media)
{
  Samples *self = g_new0 (Samples, 1);
  self->piece = media->track->codec == CAM_CODEC_L16 ? cam_sample_format_of (media->track).bytes : 1;
  return &self->base;
}

static void
close_samples (CamDepacketizer *base)
{
  g_free (base);
}

/* G.726 of 3 and 5 bits may end within a byte (RFC 3551, 4.5.4); half a sample of L16 is no sample. */
static void
push_samples (CamDepacketizer *base, const CamRtpPacket *packet, bool gap, int64_t arrival_us)
{
  Samples *self = (Samples *) base;
  size_t whole = packet->size - packet->size % self->piece;
  base->counters.malformed += whole != packet->size || whole == 0;
  base->counters.damaged += gap;
  if (cam_unit_queue_append (&base->units, packet->payload, whole))
    cam_unit_queue_finish (&base->units, packet->time, true, false);
}

const CamDepacketizerKind cam_depacketize_samples = {
    .open = open_samples,
    .close = close_samples,
    .push = push_samples,
};
