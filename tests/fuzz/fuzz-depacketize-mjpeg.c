/* JPEG pictures out of RTP: headers that lie, tables in band, fragments in any order; and what comes out, into packets again.
 * Thread: one. Owner: none. */
#include "packet-feed.h"
#include "wire/mjpeg.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MJPEG);
  CamSdpMedia media = {.track = track, .payload_type = 26};
  feed_packets (&media, data, size);
  CamMjpegHeader header;
  const uint8_t *scan = NULL;
  size_t scan_size = 0;
  if (cam_mjpeg_read (data, size, &header, &scan, &scan_size))
    g_assert_true (scan >= data && scan + scan_size <= data + size);
  return 0;
}
