/* RTCP compound packets (RFC 3550, 6): reading sender and receiver reports and BYE, writing ours.
 * Thread: pure. Owner: values. */
#pragma once

#include "wire/rtp.h"

typedef struct {
  bool has_sender_report;
  uint32_t ssrc; /* of whoever sent it */
  uint64_t ntp;
  uint32_t rtp_time;
  unsigned n_blocks; /* report blocks, at most 8 kept */
  struct {
    uint32_t ssrc; /* about whom */
    uint8_t fraction_lost;
    int32_t lost;
    uint32_t highest;
    uint32_t jitter;
  } blocks[8];
  bool has_bye;
} CamRtcpReport;

/* False: not RTCP (nothing in @ret_report then). Unknown packets inside are passed over. */
bool cam_rtcp_read (const uint8_t *data, size_t size, CamRtcpReport *ret_report);

#define CAM_RTCP_MAX_BYTES 128

/* Sender report + SDES CNAME. @ntp: 32.32. Returns the bytes written, at most CAM_RTCP_MAX_BYTES. */
size_t cam_rtcp_write_sender_report (uint8_t *out, uint32_t ssrc, uint64_t ntp, uint32_t rtp_time, uint32_t packets, uint32_t octets, const char *cname);

/* Receiver report about @sequence's source + SDES CNAME. @last_ntp, @last_arrival_us: of its newest sender report, 0 for none. */
size_t cam_rtcp_write_receiver_report (uint8_t *out, uint32_t ssrc, CamRtpSequence *sequence, uint64_t last_ntp, int64_t last_arrival_us, int64_t now_us, const char *cname);

/* BYE behind an empty receiver report (RFC 3550, 6.6). */
size_t cam_rtcp_write_bye (uint8_t *out, uint32_t ssrc, const char *cname);

/* Wall-clock µs since 1970 to NTP 32.32. */
uint64_t cam_ntp_from_unix_us (int64_t unix_us);
