#include "serve/rtp-track.h"

#include <string.h>

#include "serve/join-head.h"
#include "serve/random-bytes.h"
#include "wire/rtcp.h"

void
cam_rtp_track_init (CamRtpTrack *self, CamTrackKind kind, uint32_t ssrc)
{
  uint32_t numbers[2] = {0};
  cam_random_fill (numbers, sizeof numbers);
  *self = (CamRtpTrack){.kind = kind, .ssrc = ssrc, .rtp_base = numbers[0], .next_sequence = (uint16_t) numbers[1]};
}

uint32_t
cam_rtp_track_get_time (const CamRtpTrack *self, int64_t time_ns)
{
  return cam_rtp_time_at (self->rtp_base, self->clock_rate, time_ns);
}

void
cam_rtp_track_note_sent (CamRtpTrack *self, const CamBurst *burst, size_t octets)
{
  self->next_sequence = (uint16_t) (self->next_sequence + burst->packets);
  self->packets += burst->packets;
  self->octets += (uint32_t) octets;
}

/* One RTCP compound behind its interleaved header. */
static CamBurst *
make_control (const CamRtpTrack *self, const uint8_t *packet, size_t size, int64_t now_us)
{
  CamBurst *burst = cam_burst_new (CAM_INTERLEAVED_HEADER_BYTES + size);
  burst->track = self->kind;
  burst->is_control = true;
  burst->channel = (uint8_t) (self->kind * 2 + 1);
  burst->packets = 1;
  burst->created_us = now_us;
  burst->size = CAM_INTERLEAVED_HEADER_BYTES + size;
  memcpy (burst->data, (uint8_t[]){'$', burst->channel, (uint8_t) (size >> 8), (uint8_t) size}, CAM_INTERLEAVED_HEADER_BYTES);
  memcpy (burst->data + CAM_INTERLEAVED_HEADER_BYTES, packet, size);
  return burst;
}

CamBurst *
cam_rtp_track_make_report (const CamRtpTrack *self, const CamWallClock *wall, const char *cname, int64_t now_us)
{
  uint64_t ntp = cam_ntp_from_unix_us (cam_wall_clock_at (wall, now_us));
  uint8_t packet[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_sender_report (packet, self->ssrc, ntp, cam_rtp_track_get_time (self, now_us * 1000), self->packets,
                                              self->octets, cname);
  return make_control (self, packet, size, now_us);
}

CamBurst *
cam_rtp_track_make_bye (const CamRtpTrack *self, const char *cname, int64_t now_us)
{
  uint8_t packet[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_bye (packet, self->ssrc, cname);
  return make_control (self, packet, size, now_us);
}
