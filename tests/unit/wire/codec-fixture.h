/* A depacketizer with packets in hexadecimal and units as text, and a packetizer in front of it, for the tests of MJPEG and sound.
 * Thread: one. Owner: a test. */
#pragma once

#include <glib.h>
#include <string.h>

#include "camrelay/limits.h"
#include "wire/depacketizer.h"
#include "wire/packetizer.h"

static inline GBytes *
codec_from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();
  for (; *hex != '\0'; hex++) {
    if (*hex == ' ')
      continue;
    uint8_t byte = (uint8_t) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
    g_byte_array_append (bytes, &byte, 1);
    hex++;
  }
  return g_byte_array_free_to_bytes (bytes);
}

static inline char *
codec_to_hex (const uint8_t *data, size_t size)
{
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

/* The units that are ready: "3000 aabb; 4024 cc", time stamp and bytes. All are whole and can be begun with. */
static inline char *
codec_take (CamDepacketizer *depacketizer)
{
  GString *text = g_string_new (NULL);
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (depacketizer, &unit)) {
    g_assert_true (unit.is_key);
    g_assert_false (unit.is_damaged);
    g_autofree char *hex = codec_to_hex (unit.data, unit.size);
    g_string_append_printf (text, "%s%u %s", text->len > 0 ? "; " : "", unit.rtp_time, hex);
  }
  return g_string_free (text, FALSE);
}

/* One packet: @hex is its payload. */
static inline char *
codec_push (CamDepacketizer *depacketizer, uint32_t time, bool marker, bool gap, const char *hex)
{
  g_autoptr (GBytes) payload = codec_from_hex (hex);
  size_t size = 0;
  const uint8_t *data = g_bytes_get_data (payload, &size);
  g_autofree uint8_t *exact = g_memdup2 (data, size);
  CamRtpPacket packet = {.payload_type = 97, .marker = marker, .time = time, .payload = exact, .size = size};
  cam_depacketizer_push (depacketizer, &packet, gap, 0);
  return codec_take (depacketizer);
}

#define codec_assert(depacketizer, time, marker, gap, hex, expected)                                                                       \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    g_autofree char *codec_units = codec_push (depacketizer, time, marker, gap, hex);                                                      \
    g_assert_cmpstr (codec_units, ==, expected);                                                                                           \
  }                                                                                                                                        \
  G_STMT_END

typedef struct {
  CamPacketRun run;
  uint8_t *bytes;   /* owned; the run */
  size_t bound;     /* of bytes */
  GPtrArray *units; /* of GBytes, owned: what came out of the depacketizer */
  GArray *times;    /* of uint32_t: when */
  GArray *stamps;   /* of uint32_t: of each packet */
  unsigned markers;
  bool marked_last;
} CodecTrip;

static inline void
codec_trip_clear (CodecTrip *self)
{
  g_clear_pointer (&self->bytes, g_free);
  g_clear_pointer (&self->units, g_ptr_array_unref);
  g_clear_pointer (&self->times, g_array_unref);
  g_clear_pointer (&self->stamps, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CodecTrip, codec_trip_clear)

static inline void
codec_trip_collect (CodecTrip *self, CamDepacketizer *depacketizer)
{
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (depacketizer, &unit)) {
    g_ptr_array_add (self->units, g_bytes_new (unit.data, unit.size));
    g_array_append_val (self->times, unit.rtp_time);
  }
}

/* Writes @unit as packets, checks their form, and reads them with a depacketizer of @media. */
static inline CodecTrip
codec_trip (CamPacketizer *packetizer, CamDepacketizer *depacketizer, const uint8_t *unit, size_t size, uint32_t time)
{
  size_t bound = cam_packetizer_bound (packetizer, size);
  CodecTrip trip = {
      .bytes = g_malloc (bound),
      .bound = bound,
      .units = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
      .times = g_array_new (FALSE, FALSE, sizeof (uint32_t)),
      .stamps = g_array_new (FALSE, FALSE, sizeof (uint32_t)),
  };
  trip.run = cam_packetizer_write (packetizer, unit, size, true, time, 65534, 2, trip.bytes);
  g_assert_cmpuint (trip.run.bytes, <=, bound);
  size_t octets = 0;
  size_t offset = 0;
  for (unsigned i = 0; i < trip.run.packets; i++) {
    const uint8_t *frame = trip.bytes + offset;
    size_t length = (size_t) frame[2] << 8 | frame[3];
    CamRtpPacket packet;
    g_assert_cmpuint (frame[0], ==, '$');
    g_assert_cmpuint (frame[1], ==, 2);
    g_assert_cmpuint (length, <=, CAM_LIMIT_RTP_PACKET_BYTES);
    g_assert_true (cam_rtp_read (frame + CAM_INTERLEAVED_HEADER_BYTES, length, &packet));
    g_assert_cmpuint (packet.sequence, ==, (uint16_t) (65534 + i));
    g_assert_cmpuint (packet.payload_type, ==, cam_packetizer_get_payload_type (packetizer));
    g_array_append_val (trip.stamps, packet.time);
    trip.markers += packet.marker;
    trip.marked_last = packet.marker;
    octets += packet.size;
    offset += CAM_INTERLEAVED_HEADER_BYTES + length;
    cam_depacketizer_push (depacketizer, &packet, false, 0);
    codec_trip_collect (&trip, depacketizer);
  }
  g_assert_cmpuint (offset, ==, trip.run.bytes);
  g_assert_cmpuint (octets, ==, trip.run.octets);
  return trip;
}

/* A depacketizer of @track as an SDP without parameters would give it. */
static inline CamDepacketizer *
codec_depacketizer (CamTrack *track, uint8_t payload_type)
{
  CamSdpMedia media = {.track = track, .payload_type = payload_type, .size_length = 13, .index_length = 3, .index_delta_length = 3};
  CamDepacketizer *depacketizer = cam_depacketizer_new (&media);
  g_assert_nonnull (depacketizer);
  return depacketizer;
}

/* The unit of @size bytes with every value. */
static inline uint8_t *
codec_pattern (size_t size)
{
  uint8_t *unit = g_malloc (size);
  for (size_t i = 0; i < size; i++)
    unit[i] = (uint8_t) (i * 7 + i / 251);
  return unit;
}
