/* Packets cut from a fuzz input, through a depacketizer: each is a byte of flags (marker, gap, reset), a byte of time, two bytes of length.
 * Thread: one. Owner: none. */
#pragma once

#include <glib.h>
#include <string.h>

#include "camrelay/limits.h"
#include "wire/depacketizer.h"

#define SEQUENCE_MARKER 0x80
#define SEQUENCE_GAP 0x40
#define SEQUENCE_RESET 0x20
#define SEQUENCE_SECOND_US (1 << 20)

typedef void (*CheckUnit) (const CamDepacketizedUnit *unit, gpointer data);

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

/* Each unit that comes out goes to @check. */
static inline void
sequence_run (CamDepacketizer *depacketizer, uint8_t payload_type, const uint8_t *data, size_t size, CheckUnit check, gpointer check_data)
{
  CamRtpPacket packet = {.payload_type = payload_type};
  int64_t now_us = SEQUENCE_SECOND_US;
  while (size >= 4) {
    size_t length = MIN ((size_t) (data[2] << 8 | data[3]), size - 4);
    packet.time += data[1];
    now_us += data[1] * (int64_t) SEQUENCE_SECOND_US / 4;
    sequence_push (depacketizer, data + 4, length, packet, data[0], now_us);
    CamDepacketizedUnit unit;
    while (cam_depacketizer_next (depacketizer, &unit)) {
      g_assert_cmpuint (unit.size, >, 0);
      g_assert_cmpuint (unit.size, <=, CAM_LIMIT_UNIT_BYTES);
      check (&unit, check_data);
    }
    data += 4 + length;
    size -= 4 + length;
  }
}
