/* AAC into RTP as mpeg4-generic, mode AAC-hbr (RFC 3640, 3.3.6): a frame a packet, or cut over several that all say its whole size. */
#include "wire/packetizer-kind.h"

#define HEADER_BYTES 4 /* the AU headers' length and one header */
#define SIZE_BITS 13
#define INDEX_BITS 3
#define FRAGMENT_BYTES (CAM_RUN_PAYLOAD_BYTES - HEADER_BYTES)

static bool
open_aac (CamPacketizer *self)
{
  return self->track->config != NULL;
}

static size_t
bound_aac (const CamPacketizer *self, size_t size)
{
  return size + (size / FRAGMENT_BYTES + 1) * (CAM_RUN_OVERHEAD_BYTES + HEADER_BYTES);
}

static void
write_aac (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  if (size >= 1 << SIZE_BITS)
    return;
  size_t header = size << INDEX_BITS;
  for (size_t offset = 0; offset < size; offset += FRAGMENT_BYTES) {
    size_t fragment = MIN (size - offset, FRAGMENT_BYTES);
    uint8_t *payload = cam_run_payload (writer);
    payload[0] = 0;
    payload[1] = SIZE_BITS + INDEX_BITS;
    payload[2] = (uint8_t) (header >> 8);
    payload[3] = (uint8_t) header;
    memcpy (payload + HEADER_BYTES, unit + offset, fragment);
    cam_run_close_packet (writer, HEADER_BYTES + fragment, offset + fragment == size);
  }
}

/* RFC 3640, 4.1: the channels are always said. */
static char *
format_aac_rtpmap (const CamPacketizer *self)
{
  return g_strdup_printf ("MPEG4-GENERIC/%u/%u", self->track->clock_rate, self->track->channels);
}

static char *
format_aac_fmtp (const CamPacketizer *self)
{
  size_t size = 0;
  const uint8_t *config = g_bytes_get_data (self->track->config, &size);
  GString *text = g_string_new ("streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=");
  for (size_t i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", config[i]);
  return g_string_free (text, FALSE);
}

const CamPacketizerKind cam_packetize_aac = {
    .encoding = "MPEG4-GENERIC",
    .payload_type = CAM_PAYLOAD_TYPE_AUDIO,
    .open = open_aac,
    .bound = bound_aac,
    .write = write_aac,
    .format_rtpmap = format_aac_rtpmap,
    .format_fmtp = format_aac_fmtp,
};
