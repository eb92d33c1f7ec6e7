/* MPEG audio into RTP (RFC 2250, 3.2 and 3.5): a frame a packet, or cut over several that say where they belong. No markers: there are no
 * talkspurts. */
#include "wire/packetizer-kind.h"

#define PREFIX_BYTES 4
#define FRAGMENT_BYTES (CAM_RUN_PAYLOAD_BYTES - PREFIX_BYTES)
#define MOST_BYTES 65536 /* the prefix has 16 bits for the place in the frame */

static size_t
bound_mpeg_audio (const CamPacketizer *self, size_t size)
{
  return size + (size / FRAGMENT_BYTES + 1) * (CAM_RUN_OVERHEAD_BYTES + PREFIX_BYTES);
}

static void
write_mpeg_audio (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  if (size > MOST_BYTES)
    return;
  for (size_t offset = 0; offset < size; offset += FRAGMENT_BYTES) {
    size_t fragment = MIN (size - offset, FRAGMENT_BYTES);
    uint8_t *payload = cam_run_payload (writer);
    payload[0] = 0;
    payload[1] = 0;
    payload[2] = (uint8_t) (offset >> 8);
    payload[3] = (uint8_t) offset;
    memcpy (payload + PREFIX_BYTES, unit + offset, fragment);
    cam_run_close_packet (writer, PREFIX_BYTES + fragment, false);
  }
}

/* RFC 3551, 4.5.13: 90 kHz, and the frames say the rest. */
static char *
format_mpeg_audio_rtpmap (const CamPacketizer *self)
{
  return g_strdup ("MPA/90000");
}

const CamPacketizerKind cam_packetize_mpeg_audio = {
    .encoding = "MPA",
    .payload_type = 14,
    .bound = bound_mpeg_audio,
    .write = write_mpeg_audio,
    .format_rtpmap = format_mpeg_audio_rtpmap,
};
