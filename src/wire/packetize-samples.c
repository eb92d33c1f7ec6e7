/* G.711, G.722, G.726 and L16 into RTP (RFC 3551, 4.5): a unit is cut between samples into packets that are full but the last.
 * There is no silence suppression, so no talkspurts and no markers (RFC 3551, 4.1). */
#include "wire/packetizer-kind.h"
#include "wire/sample-format.h"

typedef struct {
  CamPacketizer base;
  CamSampleFormat format;
  size_t most; /* bytes in a packet: whole pieces */
} Samples;

static bool
open_samples (CamPacketizer *base)
{
  Samples *self = (Samples *) base;
  self->format = cam_sample_format_of (base->track);
  self->most = CAM_RUN_PAYLOAD_BYTES / self->format.bytes * self->format.bytes;
  return true;
}

/* RFC 3551, 6: 10 and 11 are L16 of 44.1 kHz, 2 channels and 1. */
static bool
open_l16 (CamPacketizer *self)
{
  const CamTrack *track = self->track;
  if (track->clock_rate == 44100 && track->channels == 2)
    self->payload_type = 10;
  else if (track->clock_rate == 44100 && track->channels == 1)
    self->payload_type = 11;
  return open_samples (self);
}

/* The static types of G.711 and G.722 are of 8000 Hz and one channel. */
static bool
open_static (CamPacketizer *self)
{
  if (self->track->clock_rate != 8000 || self->track->channels != 1)
    self->payload_type = CAM_PAYLOAD_TYPE_AUDIO;
  return open_samples (self);
}

static size_t
bound_samples (const CamPacketizer *base, size_t size)
{
  const Samples *self = (const Samples *) base;
  return size + (size / self->most + 1) * CAM_RUN_OVERHEAD_BYTES;
}

static void
write_samples (CamPacketizer *base, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  const Samples *self = (const Samples *) base;
  for (size_t offset = 0; offset < size; offset += self->most) {
    cam_run_write_packet (writer, unit + offset, MIN (size - offset, self->most), false);
    writer->rtp_time += (uint32_t) (self->most / self->format.bytes) * self->format.ticks;
  }
}

/* RFC 3551, 4.5.4: AAL2- is the packing that begins at the most significant bit. */
static char *
format_g726_rtpmap (const CamPacketizer *base)
{
  const CamTrack *track = base->track;
  return g_strdup_printf ("%sG726-%u/%u", track->g726_big_endian ? "AAL2-" : "", track->bits * 8u, track->clock_rate);
}

#define SAMPLES(name, type, opener, rtpmap)                                                                                                \
  {                                                                                                                                        \
    .encoding = name, .payload_type = type, .own_bytes = sizeof (Samples), .open = opener, .bound = bound_samples,                         \
    .write = write_samples, .format_rtpmap = rtpmap                                                                                        \
  }

const CamPacketizerKind cam_packetize_pcmu = SAMPLES ("PCMU", 0, open_static, NULL);
const CamPacketizerKind cam_packetize_pcma = SAMPLES ("PCMA", 8, open_static, NULL);
const CamPacketizerKind cam_packetize_g722 = SAMPLES ("G722", 9, open_static, NULL);
const CamPacketizerKind cam_packetize_g726 = SAMPLES ("G726", CAM_PAYLOAD_TYPE_AUDIO, open_samples, format_g726_rtpmap);
const CamPacketizerKind cam_packetize_l16 = SAMPLES ("L16", CAM_PAYLOAD_TYPE_AUDIO, open_l16, NULL);
