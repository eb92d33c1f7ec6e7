/* A sender of MPEG-TS: pictures of 40 ms and sound of 20 ms as whole packets, cut into messages.
 * Thread: one. Owner: a test. */
#pragma once

#include <glib.h>
#include <string.h>

#include "wire/ts-mux.h"

#define TS_MESSAGE_BYTES ((size_t) 7 * CAM_TS_PACKET_BYTES)
#define TS_PICTURE_NS (40 * INT64_C (1000000))
#define TS_GROUP 25 /* pictures */

typedef struct {
  CamStreamDescription *description; /* ref */
  CamTsMux *mux;                     /* owned */
  CamPayloadPool *pool;              /* ref */
  GByteArray *bytes;                 /* owned; written, not taken yet */
  unsigned n_pictures;
  unsigned n_sounds;
} TsSender;

static inline void
ts_add_set (CamTrack *track, const char *bytes, size_t size)
{
  g_ptr_array_add (track->parameter_sets, g_bytes_new (bytes, size));
}

/* The smallest that decoders know: H.264 of 320 x 240, and MPEG audio or none. */
static inline CamStreamDescription *
ts_describe (bool has_video, CamCodec audio)
{
  g_autoptr (CamTrack) video = has_video ? cam_track_new (CAM_CODEC_H264) : NULL;
  g_autoptr (CamTrack) sound = audio != CAM_CODEC_NONE ? cam_track_new (audio) : NULL;
  if (video != NULL) {
    ts_add_set (video, "\x67\x42\xc0\x0d\xda\x05\x07\xc4", 8);
    ts_add_set (video, "\x68\xce\x0f\xc8", 4);
  }
  if (audio == CAM_CODEC_AAC)
    sound->config = g_bytes_new ("\x11\x88", 2);
  return cam_stream_description_new (video, sound);
}

static inline void
ts_sender_open (TsSender *self, bool has_video, CamCodec audio)
{
  *self = (TsSender){.description = ts_describe (has_video, audio)};
  self->mux = cam_ts_mux_new (self->description);
  g_assert_nonnull (self->mux);
  self->pool = cam_payload_pool_new (1024 * 1024, NULL);
  self->bytes = g_byte_array_new ();
}

static inline void
ts_sender_close (TsSender *self)
{
  cam_ts_mux_free (self->mux);
  cam_payload_pool_unref (self->pool);
  g_byte_array_unref (self->bytes);
  cam_stream_description_unref (self->description);
}

static inline void
ts_write (TsSender *self, CamTrackKind track, bool is_key, const uint8_t *data, size_t size, int64_t pts_ns)
{
  g_auto (CamAccessUnit) unit = {.track = track, .is_key = is_key, .payload = cam_payload_pool_take (self->pool, size)};
  memcpy (unit.payload->data, data, size);
  g_autofree uint8_t *out = g_malloc (cam_ts_mux_bound (self->mux, size));
  size_t written = cam_ts_mux_write (self->mux, &unit, pts_ns, pts_ns, out);
  g_assert_cmpuint (written, >, 0);
  g_byte_array_append (self->bytes, out, (guint) written);
}

/* @extra: bytes beside the slice header. */
static inline void
ts_send_picture (TsSender *self, bool is_key, size_t extra)
{
  g_autofree uint8_t *unit = g_malloc0 (4 + 8 + extra);
  const uint8_t slice[] = {is_key ? 0x65 : 0x41, is_key ? 0x88 : 0x9a, 0x84, 0x21, 0xa0, (uint8_t) (1 + self->n_pictures % 250), 0x55, 0x55};
  const uint32_t length = GUINT32_TO_BE ((uint32_t) (sizeof slice + extra));
  memcpy (unit, &length, 4);
  memcpy (unit + 4, slice, sizeof slice);
  memset (unit + 12, 0x55, extra);
  ts_write (self, CAM_TRACK_VIDEO, is_key, unit, 4 + sizeof slice + extra, (1000 + self->n_pictures++) * TS_PICTURE_NS);
}

static inline void
ts_send_sound (TsSender *self)
{
  const uint8_t frame[] = {0xf8, 0xff, 0xfe, 0x55, 0x55}; /* of Opus, 20 ms of silence and some; any bytes else */
  ts_write (self, CAM_TRACK_AUDIO, true, frame, sizeof frame, 1000 * TS_PICTURE_NS + self->n_sounds++ * TS_PICTURE_NS / 2);
}

/* The next picture, two frames of sound; in groups of TS_GROUP. */
static inline void
ts_send_next (TsSender *self)
{
  if (self->description->tracks[CAM_TRACK_VIDEO] != NULL)
    ts_send_picture (self, self->n_pictures % TS_GROUP == 0, 3000);
  for (unsigned i = 0; i < 2 && self->description->tracks[CAM_TRACK_AUDIO] != NULL; i++)
    ts_send_sound (self);
}

/* The next message of what was written, to be freed; NULL when there is none. */
static inline GBytes *
ts_take_message (TsSender *self)
{
  const size_t size = MIN (TS_MESSAGE_BYTES, self->bytes->len);
  if (size == 0)
    return NULL;
  GBytes *message = g_bytes_new (self->bytes->data, size);
  g_byte_array_remove_range (self->bytes, 0, (guint) size);
  return message;
}
