/* A fuzzer's bytes as RTP packets of one track, for the targets of depacketizers: each packet is flags (1 marker, 2 gap, 4 the next time
 * stamp, 8 the source restarts), its payload's length in two bytes, its payload. Units that come out go through a packetizer as well.
 * Thread: one. Owner: none. */
#pragma once

#include <glib.h>
#include <string.h>

#include "camrelay/limits.h"
#include "wire/depacketizer.h"
#include "wire/packetizer.h"

#define FEED_HEADER_BYTES 3
#define FEED_PACKETS 256

static inline void
feed_packetizer (CamPacketizer *packetizer, const CamDepacketizedUnit *unit)
{
  size_t bound = cam_packetizer_bound (packetizer, unit->size);
  g_autofree uint8_t *out = g_malloc (bound);
  CamPacketRun run = cam_packetizer_write (packetizer, unit->data, unit->size, unit->is_key, unit->rtp_time, 0, 0, out);
  g_assert_cmpuint (run.bytes, <=, bound);
}

/* Takes the units that are ready. */
static inline void
feed_units (CamDepacketizer *depacketizer)
{
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (depacketizer);
  CamPacketizer *packetizer = track != NULL ? cam_packetizer_new (track, 1) : NULL;
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (depacketizer, &unit)) {
    g_assert_cmpuint (unit.size, >, 0);
    g_assert_cmpuint (unit.size, <=, CAM_LIMIT_UNIT_BYTES);
    if (packetizer != NULL)
      feed_packetizer (packetizer, &unit);
  }
  cam_packetizer_free (packetizer);
}

/* Each payload is copied to exactly its size, so that a sanitizer sees the first read beyond. */
static inline void
feed_packets (const CamSdpMedia *media, const uint8_t *data, size_t size)
{
  CamDepacketizer *depacketizer = cam_depacketizer_new (media);
  uint32_t time = 0;
  for (unsigned i = 0; i < FEED_PACKETS && size >= FEED_HEADER_BYTES; i++) {
    unsigned flags = data[0];
    size_t length = MIN ((size_t) data[1] << 8 | data[2], size - FEED_HEADER_BYTES);
    g_autofree uint8_t *payload = g_memdup2 (data + FEED_HEADER_BYTES, length);
    time += (flags & 4) != 0 ? 3000 : 0;
    CamRtpPacket packet = {
        .payload_type = media->payload_type,
        .marker = (flags & 1) != 0,
        .time = time,
        .payload = payload,
        .size = length,
    };
    if ((flags & 8) != 0)
      cam_depacketizer_reset (depacketizer);
    cam_depacketizer_push (depacketizer, &packet, (flags & 2) != 0, i * G_USEC_PER_SEC);
    feed_units (depacketizer);
    data += FEED_HEADER_BYTES + length;
    size -= FEED_HEADER_BYTES + length;
  }
  cam_depacketizer_free (depacketizer);
}
