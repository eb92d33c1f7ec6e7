/* RTP and RTCP headers: whatever comes, what is read lies inside the packet.
 * Thread: one. Owner: none. */
#include <glib.h>

#include "wire/rtcp.h"
#include "wire/rtp.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CamRtpPacket packet;
  if (cam_rtp_read (data, size, &packet)) {
    g_assert_true (packet.payload >= data + CAM_RTP_HEADER_BYTES);
    g_assert_true (packet.payload + packet.size <= data + size);
    CamRtpSequence sequence = {.started = true, .highest = 7};
    cam_rtp_sequence_add (&sequence, &packet, 90000, (int64_t) packet.time << 31);
    uint8_t out[CAM_RTCP_MAX_BYTES];
    g_assert_cmpuint (cam_rtcp_write_receiver_report (out, 1, &sequence, packet.time, 0, packet.time, "fuzz"), <=, sizeof out);
  }
  CamRtcpReport report;
  if (cam_rtcp_read (data, size, &report))
    g_assert_cmpuint (report.n_blocks, <=, G_N_ELEMENTS (report.blocks));
  return 0;
}
