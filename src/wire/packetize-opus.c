/* Opus into RTP (RFC 7587): a unit is a packet. One that is too large cannot be cut: it is not sent. */
#include "wire/packetizer-kind.h"

static size_t
bound_opus (const CamPacketizer *self, size_t size)
{
  return size + CAM_RUN_OVERHEAD_BYTES;
}

static void
write_opus (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  if (size > 0 && size <= CAM_RUN_PAYLOAD_BYTES)
    cam_run_write_packet (writer, unit, size, false);
}

/* Always that, whatever the sound has (RFC 7587, 7). */
static char *
format_opus_rtpmap (const CamPacketizer *self)
{
  return g_strdup ("opus/48000/2");
}

const CamPacketizerKind cam_packetize_opus = {
    .encoding = "opus",
    .payload_type = CAM_PAYLOAD_TYPE_AUDIO,
    .bound = bound_opus,
    .write = write_opus,
    .format_rtpmap = format_opus_rtpmap,
};
