/* A depacketizer and a camera in front of it, for tests: packets in hexadecimal, units as text.
 * Thread: one. Owner: a test. */
#pragma once

#include <glib.h>
#include <string.h>

#include "wire/depacketizer.h"
#include "wire/nal-units.h"

typedef struct {
  CamDepacketizer *depacketizer; /* owned */
  CamTrack *track;               /* ref; the SDP's */
  bool gap;                      /* before the next packet */
  int64_t now_us;
  uint64_t pushed;
} VideoFixture;

static inline GBytes *
from_hex (const char *hex)
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

/* @sets: NAL units in hexadecimal, NULL at the end. */
static inline void
video_fixture_open (VideoFixture *self, CamCodec codec, const char *const *sets)
{
  *self = (VideoFixture){.track = cam_track_new (codec), .now_us = G_USEC_PER_SEC};
  for (; sets != NULL && *sets != NULL; sets++)
    g_ptr_array_add (self->track->parameter_sets, from_hex (*sets));
  CamSdpMedia media = {.track = self->track, .payload_type = 96};
  self->depacketizer = cam_depacketizer_new (&media);
  g_assert_nonnull (self->depacketizer);
}

static inline void
video_fixture_close (VideoFixture *self)
{
  cam_depacketizer_free (self->depacketizer);
  cam_track_unref (self->track);
}

/* "3000KD 67aa,68bb; 6000 41cc": time stamp, K for key, D for damaged, NAL units. */
static inline char *
take_units (VideoFixture *self)
{
  GString *text = g_string_new (NULL);
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (self->depacketizer, &unit)) {
    g_string_append_printf (text, "%s%u%s%s", text->len > 0 ? "; " : "", unit.rtp_time, unit.is_key ? "K" : "", unit.is_damaged ? "D" : "");
    CamNalWalk walk = {unit.data, unit.size};
    const uint8_t *nal;
    size_t size;
    for (const char *before = " "; cam_nal_walk_next (&walk, &nal, &size); before = ",") {
      g_string_append (text, before);
      for (size_t i = 0; i < size; i++)
        g_string_append_printf (text, "%02x", nal[i]);
    }
  }
  return g_string_free (text, FALSE);
}

static inline void
push_bytes (VideoFixture *self, uint32_t time, bool marker, const uint8_t *data, size_t size)
{
  CamRtpPacket packet = {.payload_type = 96, .marker = marker, .time = time, .payload = data, .size = size};
  cam_depacketizer_push (self->depacketizer, &packet, self->gap, self->now_us);
  self->gap = false;
  self->pushed++;
}

/* One packet, and the units it finished. (transfer full) */
static inline char *
push_hex (VideoFixture *self, uint32_t time, bool marker, const char *hex)
{
  g_autoptr (GBytes) bytes = from_hex (hex);
  push_bytes (self, time, marker, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return take_units (self);
}

#define ASSERT_PUSH(fixture, time, marker, hex, expected)                                                                                  \
  do {                                                                                                                                     \
    g_autofree char *units_ = push_hex (fixture, time, marker, hex);                                                                       \
    g_assert_cmpstr (units_, ==, expected);                                                                                                \
  } while (0)

/* A lost packet before the next one. */
static inline void
lose_packet (VideoFixture *self)
{
  self->gap = true;
}

static inline CamDepacketizerCounters
counters_of (VideoFixture *self)
{
  return cam_depacketizer_get_counters (self->depacketizer);
}
