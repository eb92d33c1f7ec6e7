/* Packets of pictures cut from a fuzz input, through a depacketizer of NAL units: each is a byte of flags (marker, gap, reset), a byte of
 * time, two bytes of length. What comes out are NAL units behind true lengths, and they can be packed again within the bound.
 * Thread: one. Owner: none. */
#pragma once

#include <glib.h>
#include <string.h>

#include "camrelay/limits.h"
#include "wire/depacketizer.h"
#include "wire/nal-units.h"
#include "wire/packetizer.h"

#define SEQUENCE_PAYLOAD_TYPE 96
#define SEQUENCE_MARKER 0x80
#define SEQUENCE_GAP 0x40
#define SEQUENCE_RESET 0x20
#define SEQUENCE_SECOND_US (1 << 20)

/* A copy of just the packet's size, so that a sanitizer sees the first read beyond. */
static inline void
sequence_push (CamDepacketizer *depacketizer, const uint8_t *data, size_t size, CamRtpPacket packet, uint8_t flags, int64_t now_us)
{
  g_autofree uint8_t *copy = g_memdup2 (data, size);
  packet.marker = (flags & SEQUENCE_MARKER) != 0;
  packet.payload = copy;
  packet.size = size;
  if ((flags & SEQUENCE_RESET) != 0)
    cam_depacketizer_reset (depacketizer);
  cam_depacketizer_push (depacketizer, &packet, (flags & SEQUENCE_GAP) != 0, now_us);
}

static inline void
sequence_check_unit (const CamDepacketizedUnit *unit, CamPacketizer *packetizer)
{
  CamNalWalk walk = {unit->data, unit->size};
  const uint8_t *nal;
  size_t nal_size;
  size_t total = 0;
  g_assert_cmpuint (unit->size, >, 0);
  g_assert_cmpuint (unit->size, <=, CAM_LIMIT_UNIT_BYTES);
  while (cam_nal_walk_next (&walk, &nal, &nal_size))
    total += CAM_NAL_LENGTH_BYTES + nal_size;
  g_assert_cmpuint (total, ==, unit->size);

  size_t bound = cam_packetizer_bound (packetizer, unit->size);
  g_autofree uint8_t *out = g_malloc (bound);
  CamPacketRun run = cam_packetizer_write (packetizer, unit->data, unit->size, unit->is_key, 0, 0, 0, out);
  g_assert_cmpuint (run.packets, >, 0);
  g_assert_cmpuint (run.bytes, <=, bound);
}

static inline void
sequence_run (CamDepacketizer *depacketizer, CamPacketizer *packetizer, const uint8_t *data, size_t size)
{
  CamRtpPacket packet = {.payload_type = SEQUENCE_PAYLOAD_TYPE};
  int64_t now_us = SEQUENCE_SECOND_US;
  while (size >= 4) {
    size_t length = MIN ((size_t) (data[2] << 8 | data[3]), size - 4);
    packet.time += data[1];
    now_us += data[1] * (int64_t) SEQUENCE_SECOND_US / 4;
    sequence_push (depacketizer, data + 4, length, packet, data[0], now_us);
    CamDepacketizedUnit unit;
    while (cam_depacketizer_next (depacketizer, &unit))
      sequence_check_unit (&unit, packetizer);
    data += 4 + length;
    size -= 4 + length;
  }
}

/* The whole of a target of @codec. */
static inline void
sequence_fuzz (CamCodec codec, const uint8_t *data, size_t size)
{
  g_autoptr (CamTrack) track = cam_track_new (codec);
  CamSdpMedia media = {.track = track, .payload_type = SEQUENCE_PAYLOAD_TYPE};
  CamDepacketizer *depacketizer = cam_depacketizer_new (&media);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  sequence_run (depacketizer, packetizer, data, size);
  g_autoptr (CamTrack) learned = cam_depacketizer_ref_track (depacketizer);
  if (learned != NULL)
    g_assert_cmpuint (learned->parameter_sets->len, <=, 3 * CAM_LIMIT_PARAMETER_SETS);
  cam_packetizer_free (packetizer);
  cam_depacketizer_free (depacketizer);
}
