/* AC-3 into RTP (RFC 4184, 4): a frame a packet, or cut over several. */
#include "wire/packetizer-kind.h"

#define HEADER_BYTES 2
#define FRAGMENT_BYTES (CAM_RUN_PAYLOAD_BYTES - HEADER_BYTES)
#define MOST_FRAGMENTS 255 /* the header has eight bits for their number */

/* RFC 4184, 4.1.1: what a packet holds. */
enum { WHOLE_FRAMES, FIRST_FRAGMENT, SHORT_FIRST_FRAGMENT, OTHER_FRAGMENT };

static size_t
count_fragments (size_t size)
{
  return (size + FRAGMENT_BYTES - 1) / FRAGMENT_BYTES;
}

static size_t
bound_ac3 (const CamPacketizer *self, size_t size)
{
  return size + count_fragments (size) * (CAM_RUN_OVERHEAD_BYTES + HEADER_BYTES);
}

/* A first fragment with 5/8 of the frame can be decoded to half of the sound. */
static uint8_t
type_of (size_t offset, size_t fragment, size_t size)
{
  if (fragment == size)
    return WHOLE_FRAMES;
  if (offset > 0)
    return OTHER_FRAGMENT;
  return fragment * 8 >= size * 5 ? FIRST_FRAGMENT : SHORT_FIRST_FRAGMENT;
}

static void
write_ac3 (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  size_t fragments = count_fragments (size);
  if (fragments > MOST_FRAGMENTS)
    return;
  for (size_t offset = 0; offset < size; offset += FRAGMENT_BYTES) {
    size_t fragment = MIN (size - offset, FRAGMENT_BYTES);
    uint8_t *payload = cam_run_payload (writer);
    payload[0] = type_of (offset, fragment, size);
    payload[1] = (uint8_t) fragments; /* or whole frames, which is as many: one */
    memcpy (payload + HEADER_BYTES, unit + offset, fragment);
    cam_run_close_packet (writer, HEADER_BYTES + fragment, offset + fragment == size);
  }
}

const CamPacketizerKind cam_packetize_ac3 = {
    .encoding = "AC3",
    .payload_type = CAM_PAYLOAD_TYPE_AUDIO,
    .bound = bound_ac3,
    .write = write_ac3,
};
