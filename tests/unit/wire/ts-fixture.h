/* A multiplexer in front of a demultiplexer, for tests: PES packets in hexadecimal, units as text.
 * Thread: one. Owner: a test. */
#pragma once

#include "codec-fixture.h"
#include "wire/nal-units.h"
#include "wire/ts-demux.h"
#include "wire/ts-pes.h"
#include "wire/ts-tables.h"

#define MAP 0x20
#define VIDEO 0x21
#define SOUND 0x22

#define SPS "67640028ac"
#define PPS "68ee"
#define SETS "00000001" SPS "00000001" PPS
#define AUD "0000000109f0"

/* A multiplexer in front of a demultiplexer, and what comes of it as text: "V 900 65aa; A 1800 bb": kind with K for key and D for damaged,
 * the presentation time with a decoding time that is another one, the NAL units or bytes. */
typedef struct {
  CamTsDemux *demux;
  GString *units;        /* owned */
  GString *descriptions; /* owned */
  uint8_t counters[0x2000];
  bool is_bounded; /* PES packets say their length */
  size_t piece;    /* bytes a call; 0: all at once */
} Fixture;

static inline void
on_described (CamStreamDescription *description, gpointer data)
{
  Fixture *self = data;
  g_autofree char *text = cam_stream_description_to_string (description);
  const CamTrack *video = description->tracks[CAM_TRACK_VIDEO];
  g_string_append_printf (self->descriptions, "%s%s", self->descriptions->len > 0 ? "; " : "", text);
  if (video != NULL)
    g_string_append_printf (self->descriptions, " %u sets", video->parameter_sets->len);
}

static inline void
append_nals (GString *text, const uint8_t *unit, size_t size)
{
  CamNalWalk walk = {unit, size};
  const uint8_t *nal;
  size_t bytes;
  for (const char *before = ""; cam_nal_walk_next (&walk, &nal, &bytes); before = ",") {
    g_autofree char *hex = codec_to_hex (nal, MIN (bytes, 8));
    g_string_append_printf (text, "%s%s", before, hex);
  }
}

static inline void
on_unit (CamTrackKind track, const uint8_t *unit, size_t size, bool is_key, bool is_damaged, uint64_t pts, uint64_t dts, gpointer data)
{
  Fixture *self = data;
  bool is_video = track == CAM_TRACK_VIDEO;
  g_string_append_printf (self->units, "%s%s%s%s %" G_GUINT64_FORMAT, self->units->len > 0 ? "; " : "", is_video ? "V" : "A",
                          is_video && is_key ? "K" : "", is_damaged ? "D" : "", pts);
  if (dts != pts)
    g_string_append_printf (self->units, "/%" G_GUINT64_FORMAT, dts);
  g_string_append_c (self->units, ' ');
  if (is_video) {
    append_nals (self->units, unit, size);
    return;
  }
  g_autofree char *hex = codec_to_hex (unit, MIN (size, 8));
  g_string_append (self->units, hex);
}

static const CamTsDemuxSink sink = {.described = on_described, .unit = on_unit};

static inline void
fixture_open (Fixture *self)
{
  *self = (Fixture){.units = g_string_new (NULL), .descriptions = g_string_new (NULL)};
  self->demux = cam_ts_demux_new (&sink, self);
}

static inline void
fixture_close (Fixture *self)
{
  cam_ts_demux_free (self->demux);
  g_string_free (self->units, TRUE);
  g_string_free (self->descriptions, TRUE);
}

#define assert_units(self, expected)                                                                                                       \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    g_assert_cmpstr ((self)->units->str, ==, expected);                                                                                    \
    g_string_truncate ((self)->units, 0);                                                                                                  \
  }                                                                                                                                        \
  G_STMT_END

static inline void
take (Fixture *self, const uint8_t *data, size_t size)
{
  size_t piece = self->piece > 0 ? self->piece : size;
  for (size_t offset = 0; offset < size; offset += piece) {
    g_autofree uint8_t *exact = g_memdup2 (data + offset, MIN (piece, size - offset));
    cam_ts_demux_take (self->demux, exact, MIN (piece, size - offset));
  }
}

/* The packets of a payload. (transfer full) */
static inline GByteArray *
make_packets (Fixture *self, uint16_t pid, const uint8_t *payload, size_t size)
{
  GByteArray *packets = g_byte_array_new ();
  g_byte_array_set_size (packets, (guint) (size / CAM_TS_PAYLOAD_BYTES + 1) * CAM_TS_PACKET_BYTES);
  CamTsWriter writer = cam_ts_writer_new (packets->data, pid, self->counters[pid], NULL, size);
  cam_ts_writer_append (&writer, payload, size);
  self->counters[pid] = writer.counter;
  g_byte_array_set_size (packets, (guint) (writer.out - packets->data));
  return packets;
}

static inline void
send_section (Fixture *self, uint16_t pid, const uint8_t *section, size_t size)
{
  uint8_t payload[CAM_TS_PAYLOAD_BYTES];
  memset (payload, 0xff, sizeof payload);
  payload[0] = 0;
  memcpy (payload + 1, section, size);
  g_autoptr (GByteArray) packets = make_packets (self, pid, payload, sizeof payload);
  take (self, packets->data, packets->len);
}

static inline void
send_pat (Fixture *self, const CamTsPat *pat)
{
  uint8_t section[CAM_TS_SECTION_BYTES];
  send_section (self, CAM_TS_PAT_PID, section, cam_ts_pat_write (pat, section));
}

static inline void
send_program (Fixture *self, uint16_t pid, const CamTsProgram *program)
{
  uint8_t section[CAM_TS_SECTION_BYTES];
  send_section (self, pid, section, cam_ts_program_write (program, section));
}

static inline void
send_tables (Fixture *self, uint8_t version, CamTsStream video, CamTsStream sound)
{
  CamTsPat pat = {.n_programs = 1, .programs = {{1, MAP}}};
  CamTsProgram program = {.version = version, .number = 1, .clock_pid = VIDEO};
  video.pid = VIDEO;
  sound.pid = SOUND;
  if (video.codec != CAM_CODEC_NONE)
    program.streams[program.n_streams++] = video;
  if (sound.codec != CAM_CODEC_NONE)
    program.streams[program.n_streams++] = sound;
  send_pat (self, &pat);
  send_program (self, MAP, &program);
}

G_GNUC_UNUSED static const CamTsStream nothing = {.codec = CAM_CODEC_NONE};
G_GNUC_UNUSED static const CamTsStream h264 = {.type = 0x1b, .codec = CAM_CODEC_H264};
G_GNUC_UNUSED static const CamTsStream h265 = {.type = 0x24, .codec = CAM_CODEC_H265};
G_GNUC_UNUSED static const CamTsStream aac = {.type = 0x0f, .codec = CAM_CODEC_AAC};
G_GNUC_UNUSED static const CamTsStream mpeg = {.type = 0x03, .codec = CAM_CODEC_MPEG_AUDIO};
G_GNUC_UNUSED static const CamTsStream ac3 = {.type = 0x81, .codec = CAM_CODEC_AC3};
G_GNUC_UNUSED static const CamTsStream opus = {.type = 0x06, .codec = CAM_CODEC_OPUS, .channels = 1};

/* A PES packet whose payload is @hex. @pts below 0: it has no times. (transfer full) */
static inline GByteArray *
make_pes (Fixture *self, uint16_t pid, int64_t pts, int64_t dts, const char *hex)
{
  g_autoptr (GBytes) bytes = codec_from_hex (hex);
  size_t size = g_bytes_get_size (bytes);
  CamTsPes pes = {
      .stream_id = pid == VIDEO ? CAM_TS_STREAM_ID_VIDEO : CAM_TS_STREAM_ID_AUDIO,
      .payload = size,
      .pts = (uint64_t) MAX (pts, 0),
      .dts = (uint64_t) MAX (dts, 0),
  };
  uint8_t header[CAM_TS_PES_MOST_BYTES_WRITTEN];
  size_t header_bytes = cam_ts_pes_write (&pes, header);
  if (!self->is_bounded)
    header[4] = header[5] = 0;
  if (pts < 0)
    header[7] = 0; /* what was a time is stuffing */
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_byte_array_append (payload, header, (guint) header_bytes);
  g_byte_array_append (payload, g_bytes_get_data (bytes, NULL), (guint) size);
  return make_packets (self, pid, payload->data, payload->len);
}

static inline void
send_pes (Fixture *self, uint16_t pid, int64_t pts, int64_t dts, const char *hex)
{
  g_autoptr (GByteArray) packets = make_pes (self, pid, pts, dts, hex);
  take (self, packets->data, packets->len);
}

/* A key picture, and what shows that it is whole. */
static inline void
begin_pictures (Fixture *self)
{
  send_tables (self, 0, h264, nothing);
  send_pes (self, VIDEO, 1000, 1000, AUD SETS "0000000165b8aa");
}
