/* MPEG-TS taken apart, and what comes of it put together again. The first byte says what stands in front: its low four bits a program of
 * ours (0: none), bit 7 how the rest is laid out: as it is, in pieces of the second byte; or as records, so that a fuzzer need not find
 * sync bytes and counters: flags (1 starts, 2 sound, 4 a hole before it, 8 flush behind it), a length, that many bytes of payload. Thread:
 * one. Owner: none. */
#include <glib.h>
#include <string.h>

#include "camrelay/limits.h"
#include "wire/ts-demux.h"
#include "wire/ts-mux.h"
#include "wire/ts-tables.h"

#define MAP_PID 0x20
#define VIDEO_PID 0x21
#define SOUND_PID 0x22

typedef struct {
  CamTsDemux *demux;
  CamStreamDescription *description; /* ref */
  CamTsMux *mux;                     /* NULL before the first unit that can be carried */
  uint8_t counters[2];
} Feed;

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
on_described (CamStreamDescription *description, gpointer data)
{
  Feed *self = data;
  cam_stream_description_unref (self->description);
  self->description = cam_stream_description_ref (description);
  if (self->mux != NULL)
    cam_ts_mux_set_description (self->mux, description);
}

static void
on_unit (CamTrackKind track, const uint8_t *data, size_t size, bool is_key, bool is_damaged, uint64_t pts, uint64_t dts, gpointer user_data)
{
  Feed *self = user_data;
  g_assert_cmpuint (size, >, 0);
  g_assert_cmpuint (size, <=, CAM_LIMIT_UNIT_BYTES);
  g_assert_cmpuint (pts | dts, <, UINT64_C (1) << 33);
  g_assert_nonnull (self->description->tracks[track]);
  if (self->mux == NULL)
    self->mux = cam_ts_mux_new (self->description);
  if (self->mux == NULL)
    return;
  CamPayload payload = {.data = (uint8_t *) data, .size = size};
  CamAccessUnit unit = {.track = track, .is_key = is_key, .payload = &payload};
  size_t bound = cam_ts_mux_bound (self->mux, size);
  g_autofree uint8_t *out = g_malloc (bound);
  size_t bytes = cam_ts_mux_write (self->mux, &unit, (int64_t) pts * 11111, (int64_t) dts * 11111, out);
  g_assert_cmpuint (bytes, <=, bound);
  g_assert_cmpuint (bytes % CAM_TS_PACKET_BYTES, ==, 0);
}

static void
take (Feed *self, uint16_t pid, uint8_t counter, const uint8_t *payload, size_t size)
{
  uint8_t packet[CAM_TS_PACKET_BYTES];
  CamTsWriter writer = cam_ts_writer_new (packet, pid, counter, NULL, size);
  cam_ts_writer_append (&writer, payload, size);
  cam_ts_demux_take (self->demux, packet, sizeof packet);
}

/* A program of two streams, chosen by @choice. */
static void
take_tables (Feed *self, unsigned choice)
{
  static const CamTsStream videos[] = {{VIDEO_PID, 0x1b, CAM_CODEC_H264, 0}, {VIDEO_PID, 0x24, CAM_CODEC_H265, 0}};
  static const CamTsStream sounds[] = {
      {SOUND_PID, 0x0f, CAM_CODEC_AAC, 0},        {SOUND_PID, CAM_TS_TYPE_AAC_LATM, CAM_CODEC_AAC, 0},
      {SOUND_PID, 0x03, CAM_CODEC_MPEG_AUDIO, 0}, {SOUND_PID, 0x06, CAM_CODEC_OPUS, 2},
      {SOUND_PID, 0x81, CAM_CODEC_AC3, 0},
  };
  CamTsPat pat = {.n_programs = 1, .programs = {{1, MAP_PID}}};
  CamTsProgram program = {.number = 1, .clock_pid = VIDEO_PID, .n_streams = 2};
  program.streams[0] = videos[choice % G_N_ELEMENTS (videos)];
  program.streams[1] = sounds[choice % G_N_ELEMENTS (sounds)];
  uint8_t section[1 + CAM_TS_SECTION_BYTES] = {0};
  take (self, CAM_TS_PAT_PID, 0, section, 1 + cam_ts_pat_write (&pat, section + 1));
  take (self, MAP_PID, 0, section, 1 + cam_ts_program_write (&program, section + 1));
}

static void
take_records (Feed *self, const uint8_t *data, size_t size)
{
  while (size >= 2) {
    unsigned flags = data[0];
    size_t length = MIN (MIN ((size_t) data[1], (size_t) CAM_TS_PAYLOAD_BYTES), size - 2);
    uint8_t *counter = &self->counters[flags >> 1 & 1];
    *counter += (flags & 4) != 0 ? 2 : 1;
    uint8_t packet[CAM_TS_PACKET_BYTES];
    CamTsWriter writer = cam_ts_writer_new (packet, (flags & 2) != 0 ? SOUND_PID : VIDEO_PID, *counter, NULL, MAX (length, 1));
    cam_ts_writer_append (&writer, length > 0 ? data + 2 : (const uint8_t *) "", MAX (length, 1));
    packet[1] = (uint8_t) ((packet[1] & ~0x40) | (flags & 1) << 6);
    cam_ts_demux_take (self->demux, packet, sizeof packet);
    if ((flags & 8) != 0)
      cam_ts_demux_flush (self->demux);
    data += 2 + length;
    size -= 2 + length;
  }
}

/* Each piece is copied to exactly its size, so that a sanitizer sees the first read beyond. */
static void
take_pieces (Feed *self, size_t most, const uint8_t *data, size_t size)
{
  while (size > 0) {
    size_t piece = MIN (most, size);
    g_autofree uint8_t *exact = g_memdup2 (data, piece);
    cam_ts_looks_like (exact, piece);
    cam_ts_demux_take (self->demux, exact, piece);
    data += piece;
    size -= piece;
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const CamTsDemuxSink sink = {.described = on_described, .unit = on_unit};
  if (size < 2)
    return 0;
  Feed self = {.demux = NULL};
  self.demux = cam_ts_demux_new (&sink, &self);
  if ((data[0] & 0x0f) > 0)
    take_tables (&self, (data[0] & 0x0f) - 1u);
  if ((data[0] & 0x80) != 0)
    take_records (&self, data + 2, size - 2);
  else
    take_pieces (&self, 1 + (size_t) data[1] * 8, data + 2, size - 2);
  cam_ts_demux_flush (self.demux);
  cam_ts_demux_free (self.demux);
  cam_ts_mux_free (self.mux);
  cam_stream_description_unref (self.description);
  return 0;
}
