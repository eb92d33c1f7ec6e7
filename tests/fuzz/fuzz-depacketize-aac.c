/* AAC out of RTP as mpeg4-generic. The first four bytes are the SDP's: lengths of AU headers, and how much of what follows is its config.
 * Thread: one. Owner: none. */
#include "packet-feed.h"
#include "wire/aac.h"

#define SDP_BYTES 4

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < SDP_BYTES)
    return 0;
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AAC);
  size_t config = MIN (data[3] % 16, size - SDP_BYTES);
  if (config > 0)
    track->config = g_bytes_new (data + SDP_BYTES, config);
  CamSdpMedia media = {
      .track = track,
      .payload_type = 97,
      .size_length = data[0],
      .index_length = data[1],
      .index_delta_length = data[2],
  };
  feed_packets (&media, data + SDP_BYTES + config, size - SDP_BYTES - config);
  return 0;
}
