/* AAC out of RTP as LATM. The first byte is the SDP's: whether the configuration comes in band, and how much of what follows is the SDP's.
 * Thread: one. Owner: none. */
#include "packet-feed.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 1)
    return 0;
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AAC);
  size_t config = MIN (data[0] % 64, size - 1);
  if (config > 0)
    track->config = g_bytes_new (data + 1, config);
  CamSdpMedia media = {.track = track, .payload_type = 97, .is_latm = true, .latm_config_in_band = (data[0] & 0x80) != 0};
  feed_packets (&media, data + 1 + config, size - 1 - config);
  return 0;
}
