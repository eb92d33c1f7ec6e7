/* MPEG audio out of RTP: frames of any length, in a row and in fragments.
 * Thread: one. Owner: none. */
#include "packet-feed.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MPEG_AUDIO);
  CamSdpMedia media = {.track = track, .payload_type = 14};
  feed_packets (&media, data, size);
  return 0;
}
