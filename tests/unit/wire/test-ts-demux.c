#include "wire/ts-demux.h"

#include "camrelay/limits.h"
#include "codec-fixture.h"
#include "wire/nal-units.h"
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

static void
on_described (CamStreamDescription *description, gpointer data)
{
  Fixture *self = data;
  g_autofree char *text = cam_stream_description_to_string (description);
  const CamTrack *video = description->tracks[CAM_TRACK_VIDEO];
  g_string_append_printf (self->descriptions, "%s%s", self->descriptions->len > 0 ? "; " : "", text);
  if (video != NULL)
    g_string_append_printf (self->descriptions, " %u sets", video->parameter_sets->len);
}

static void
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

static void
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

static void
fixture_open (Fixture *self)
{
  *self = (Fixture){.units = g_string_new (NULL), .descriptions = g_string_new (NULL)};
  self->demux = cam_ts_demux_new (&sink, self);
}

static void
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

static void
take (Fixture *self, const uint8_t *data, size_t size)
{
  size_t piece = self->piece > 0 ? self->piece : size;
  for (size_t offset = 0; offset < size; offset += piece) {
    g_autofree uint8_t *exact = g_memdup2 (data + offset, MIN (piece, size - offset));
    cam_ts_demux_take (self->demux, exact, MIN (piece, size - offset));
  }
}

/* The packets of a payload. (transfer full) */
static GByteArray *
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

static void
send_section (Fixture *self, uint16_t pid, const uint8_t *section, size_t size)
{
  uint8_t payload[CAM_TS_PAYLOAD_BYTES];
  memset (payload, 0xff, sizeof payload);
  payload[0] = 0;
  memcpy (payload + 1, section, size);
  g_autoptr (GByteArray) packets = make_packets (self, pid, payload, sizeof payload);
  take (self, packets->data, packets->len);
}

static void
send_pat (Fixture *self, const CamTsPat *pat)
{
  uint8_t section[CAM_TS_SECTION_BYTES];
  send_section (self, CAM_TS_PAT_PID, section, cam_ts_pat_write (pat, section));
}

static void
send_program (Fixture *self, uint16_t pid, const CamTsProgram *program)
{
  uint8_t section[CAM_TS_SECTION_BYTES];
  send_section (self, pid, section, cam_ts_program_write (program, section));
}

static void
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

static const CamTsStream nothing = {.codec = CAM_CODEC_NONE};
static const CamTsStream h264 = {.type = 0x1b, .codec = CAM_CODEC_H264};
static const CamTsStream h265 = {.type = 0x24, .codec = CAM_CODEC_H265};
static const CamTsStream aac = {.type = 0x0f, .codec = CAM_CODEC_AAC};
static const CamTsStream mpeg = {.type = 0x03, .codec = CAM_CODEC_MPEG_AUDIO};
static const CamTsStream ac3 = {.type = 0x81, .codec = CAM_CODEC_AC3};
static const CamTsStream opus = {.type = 0x06, .codec = CAM_CODEC_OPUS, .channels = 1};

/* A PES packet whose payload is @hex. @pts below 0: it has no times. (transfer full) */
static GByteArray *
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

static void
send_pes (Fixture *self, uint16_t pid, int64_t pts, int64_t dts, const char *hex)
{
  g_autoptr (GByteArray) packets = make_pes (self, pid, pts, dts, hex);
  take (self, packets->data, packets->len);
}

/* A key picture, and what shows that it is whole. */
static void
begin_pictures (Fixture *self)
{
  send_tables (self, 0, h264, nothing);
  send_pes (self, VIDEO, 1000, 1000, AUD SETS "0000000165b8aa");
}

static void
test_pictures (void)
{
  static const size_t pieces[] = {0, 1, 7, 188, 189, 500};
  for (unsigned i = 0; i < 2 * G_N_ELEMENTS (pieces); i++) {
    Fixture self;
    fixture_open (&self);
    self.piece = pieces[i / 2];
    self.is_bounded = i % 2 > 0;
    g_test_message ("%zu", self.piece);
    begin_pictures (&self);
    assert_units (&self, "");
    send_pes (&self, VIDEO, 8000, 4000, AUD "0000000141b8aa 0000000141 00bb");
    assert_units (&self, "VK 1000 09f0," SPS "," PPS ",65b8aa");
    send_pes (&self, VIDEO, 6000, 6000, AUD "00000141b8aa0000000000");
    assert_units (&self, "V 8000/4000 09f0,41b8aa,4100bb");
    cam_ts_demux_flush (self.demux);
    assert_units (&self, "V 6000 09f0,41b8aa");
    g_assert_cmpstr (self.descriptions->str, ==, "H.264 0 sets; H.264 2 sets");
    CamTsDemuxCounters counters = cam_ts_demux_get_counters (self.demux);
    g_assert_cmpuint (counters.packets, ==, 5);
    g_assert_cmpuint (counters.out_of_sync + counters.discontinuities + counters.malformed + counters.scrambled, ==, 0);
    fixture_close (&self);
  }
}

static void
test_h265 (void)
{
  Fixture self;
  fixture_open (&self);
  send_tables (&self, 0, h265, nothing);
  send_pes (&self, VIDEO, 1000, 1000,
            "00000001460150 0000000140010c01ffff01600000030090000003000003001e95980901"
            "0000000142010101600000030090000003000003001ea0140816796566924caf016808000003000800000300c840"
            "000000014401c172b46240 000000012601afaa");
  send_pes (&self, VIDEO, 4600, 4600, "00000001460150 000000010201d0aa");
  assert_units (&self, "VK 1000 460150,40010c01ffff0160,4201010160000003,4401c172b46240,2601afaa");
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "V 4600 460150,0201d0aa");
  g_assert_cmpstr (self.descriptions->str, ==, "H.265 0 sets; H.265 3 sets");
  fixture_close (&self);
}

/* A picture is said with its last packet once that proved right eight times, and again only later when it did not. */
static void
test_ends_are_learned (void)
{
  for (unsigned round = 0; round < 2; round++) {
    Fixture self;
    fixture_open (&self);
    self.is_bounded = round > 0;
    begin_pictures (&self);
    for (int i = 1; i <= 8; i++) {
      send_pes (&self, VIDEO, 1000 + i, 1000 + i, AUD "0000000141b8aa");
      g_assert_cmpuint (self.units->len, >, 0);
      g_string_truncate (self.units, 0);
    }
    send_pes (&self, VIDEO, 1009, 1009, AUD "0000000141b8aa");
    assert_units (&self, "V 1009 09f0,41b8aa");
    send_pes (&self, VIDEO, 1010, 1010, AUD "0000000141b8bb");
    assert_units (&self, "V 1010 09f0,41b8bb");

    /* A picture over two PES packets. */
    send_pes (&self, VIDEO, 1011, 1011, AUD "0000000141b8cc");
    send_pes (&self, VIDEO, -1, -1, "000000014138dd");
    send_pes (&self, VIDEO, 1012, 1012, AUD "0000000141b8ee");
    assert_units (&self, "V 1011 09f0,41b8cc; V 1011 4138dd");
    send_pes (&self, VIDEO, 1013, 1013, AUD "0000000141b8ff");
    assert_units (&self, "V 1012 09f0,41b8ee");
    fixture_close (&self);
  }
}

/* Access units and PES packets need not have to do with each other. */
static void
test_pictures_and_pes (void)
{
  Fixture self;
  fixture_open (&self);
  begin_pictures (&self);
  /* Two in one; the third has the time of the second, begins in its packet and ends in the next, in the middle of a start code. */
  send_pes (&self, VIDEO, 2000, 2000, AUD "0000000141b8aa" AUD "0000000141b8bb" AUD "0000000141");
  assert_units (&self, "VK 1000 09f0," SPS "," PPS ",65b8aa; V 2000 09f0,41b8aa; V 2000 09f0,41b8bb");
  send_pes (&self, VIDEO, 3000, 3000, "b8cc 0000");
  assert_units (&self, "");
  send_pes (&self, VIDEO, 4000, 4000, "000109f0 0000000141b8dd");
  assert_units (&self, "V 2000 09f0,41b8cc");
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "V 4000 09f0,41b8dd");

  /* Without delimiters: the first slice tells, or a PES packet with another time that begins with a NAL unit. */
  send_pes (&self, VIDEO, 5000, 5000, "00000141b8aa 0000014138bb");
  send_pes (&self, VIDEO, 5000, 5000, "0000014138cc");
  send_pes (&self, VIDEO, 6000, 6000, "00000141b8dd");
  assert_units (&self, "V 5000 41b8aa,4138bb,4138cc");
  send_pes (&self, VIDEO, 7000, 7000, "0000014138ee");
  assert_units (&self, "V 6000 41b8dd");
  send_pes (&self, VIDEO, 8000, 8000, "0000014138ff");
  assert_units (&self, "V 7000 4138ee");
  fixture_close (&self);
}

/* The second field of a frame has no time of its own, and no unit. SPS of 640x480 with frame_mbs_only_flag 0. */
static void
test_fields (void)
{
  Fixture self;
  fixture_open (&self);
  send_tables (&self, 0, h264, nothing);
  send_pes (&self, VIDEO, 1000, 1000,
            AUD "00000001 6742c01ed901407a10"
                "00000001" PPS "0000000165b8aa" AUD "0000000141b8bb");
  send_pes (&self, VIDEO, 4600, 4600, AUD "0000000141b8cc");
  g_assert_true (g_str_has_prefix (self.units->str, "VK 1000 09f0,6742c01ed901407a"));
  g_assert_true (g_str_has_suffix (self.units->str, ",65b8aa,09f0,41b8bb"));
  fixture_close (&self);
}

static void
test_losses (void)
{
  Fixture self;
  fixture_open (&self);
  begin_pictures (&self);
  GString *large = g_string_new (AUD "0000000141b8aa 00000001 4138");
  for (unsigned i = 0; i < 600; i++)
    g_string_append (large, "ab");
  g_autoptr (GByteArray) first = make_pes (&self, VIDEO, 2000, 2000, large->str);
  take (&self, first->data, CAM_TS_PACKET_BYTES);
  take (&self, first->data, CAM_TS_PACKET_BYTES); /* sent twice: no loss */
  take (&self, first->data + 2 * CAM_TS_PACKET_BYTES, first->len - 2 * CAM_TS_PACKET_BYTES);
  send_pes (&self, VIDEO, 3000, 3000, AUD "0000000141b8bb");
  assert_units (&self, "VK 1000 09f0," SPS "," PPS ",65b8aa; VD 2000 09f0,41b8aa");
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).discontinuities, ==, 1);

  /* A hole between two pictures: what is known to be whole is, and the next one may lack what it refers to. */
  self.counters[VIDEO]++;
  send_pes (&self, VIDEO, 4000, 4000, AUD "0000000141b8cc");
  assert_units (&self, "V 3000 09f0,41b8bb");
  send_pes (&self, VIDEO, 5000, 5000, AUD "0000000141b8dd");
  assert_units (&self, "VD 4000 09f0,41b8cc");
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).discontinuities, ==, 2);

  /* One that is announced is not counted. */
  self.counters[VIDEO] += 5;
  CamTsMark mark = {.is_discontinuity = true};
  uint8_t packet[CAM_TS_PACKET_BYTES];
  cam_ts_packet_write_mark (packet, VIDEO, 0, &mark);
  take (&self, packet, sizeof packet);
  send_pes (&self, VIDEO, 6000, 6000, AUD SETS "0000000165b8ee");
  assert_units (&self, "V 5000 09f0,41b8dd");
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "VK 6000 09f0," SPS "," PPS ",65b8ee");
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).discontinuities, ==, 2);
  g_string_free (large, TRUE);
  fixture_close (&self);
}

/* What was flushed goes on after all: the rest of it is no picture. */
static void
test_flush_too_early (void)
{
  Fixture self;
  fixture_open (&self);
  begin_pictures (&self);
  cam_ts_demux_flush (self.demux);
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "VK 1000 09f0," SPS "," PPS ",65b8aa");
  send_pes (&self, VIDEO, -1, -1, "0000014138bb");
  send_pes (&self, VIDEO, 2000, 2000, AUD "0000000141b8cc");
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "V 2000 09f0,41b8cc");

  /* A PES packet that says that it is not whole. */
  self.is_bounded = true;
  g_autoptr (GByteArray) packets = make_pes (&self, VIDEO, 3000, 3000, AUD "0000000141b8dd");
  packets->data[CAM_TS_PACKET_BYTES - 1] = 0;
  packets->data[4 + 1 + packets->data[4] + 5] += 10; /* its length */
  take (&self, packets->data, packets->len);
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "");
  fixture_close (&self);
}

static void
test_too_large (void)
{
  Fixture self;
  fixture_open (&self);
  begin_pictures (&self);
  uint8_t filler[CAM_TS_PAYLOAD_BYTES];
  memset (filler, 0xab, sizeof filler);
  send_pes (&self, VIDEO, 2000, 2000, AUD "0000000141b8aa");
  g_string_truncate (self.units, 0);
  for (size_t bytes = 0; bytes < CAM_LIMIT_UNIT_BYTES + sizeof filler; bytes += sizeof filler) {
    g_autoptr (GByteArray) packets = make_packets (&self, VIDEO, filler, sizeof filler);
    packets->data[1] &= (uint8_t) ~0x40; /* nothing begins */
    take (&self, packets->data, packets->len);
  }
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).malformed, ==, 1);
  send_pes (&self, VIDEO, 3000, 3000, AUD SETS "0000000165b8bb");
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "VK 3000 09f0," SPS "," PPS ",65b8bb");
  fixture_close (&self);
}

/* Frames of sound in PES packets of any cut. */
static void
test_sound (void)
{
#define ONE "fff16040011ffcaa"
#define TWO "fff16040011ffcbb"
#define THREE "fff16040011ffccc"
  Fixture self;
  fixture_open (&self);
  send_tables (&self, 0, nothing, aac);
  send_pes (&self, SOUND, 1000, 1000, ONE TWO THREE);
  assert_units (&self, "A 1000 aa; A 6760 bb; A 12520 cc");
  g_assert_cmpstr (self.descriptions->str, ==, "AAC mono; AAC 16 kHz mono");
  send_pes (&self, SOUND, 20000, 20000, ONE "fff160");
  assert_units (&self, "A 20000 aa");
  send_pes (&self, SOUND, 30000, 30000, "40011ffcbb" THREE); /* the second began before this time was told */
  assert_units (&self, "A 25760 bb; A 30000 cc");
  send_pes (&self, SOUND, -1, -1, ONE);
  assert_units (&self, "A 35760 aa");

  /* What is no frame is passed over; the next is believed when another follows. */
  send_pes (&self, SOUND, 40000, 40000, "010203" ONE TWO "fff1");
  assert_units (&self, "A 40000 aa; A 45760 bb");
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).malformed, ==, 1);
  send_pes (&self, SOUND, 50000, 50000, "6040011ffccc");
  assert_units (&self, "A 51520 cc");

  /* After a loss nothing has a time until one is told, and what comes first says that something is missing. */
  self.counters[SOUND]++;
  send_pes (&self, SOUND, -1, -1, ONE);
  assert_units (&self, "");
  send_pes (&self, SOUND, 60000, 60000, ONE TWO);
  assert_units (&self, "AD 60000 aa; A 65760 bb");
  fixture_close (&self);
#undef ONE
#undef TWO
#undef THREE
}

/* MPEG-1 layer I of 32 kbit/s, AC-3 and Opus: their first bytes, how long they are, and when the next begins. */
static void
test_sound_codecs (void)
{
  const struct {
    CamTsStream stream;
    const char *head, *described;
    size_t size;
    const char *units;
  } rows[] = {
      {mpeg, "ffff1004", "MPEG audio mono; MPEG audio 44.1 kHz stereo", 32, "A 1000 ffff100400000000; A 1783 ffff100400000000"},
      {ac3, "0b77000000404000", "AC-3 stereo; AC-3 48 kHz stereo", 128, "A 1000 0b77000000404000; A 3880 0b77000000404000"},
      {opus, "7fe004fc0102", "Opus 48 kHz mono", 7, "A 1000 fc010200; A 2800 fc010200"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture self;
    fixture_open (&self);
    GString *frames = g_string_new (NULL);
    for (unsigned frame = 0; frame < 2; frame++) {
      g_string_append (frames, rows[i].head);
      for (size_t byte = strlen (rows[i].head) / 2; byte < rows[i].size; byte++)
        g_string_append (frames, "00");
    }
    send_tables (&self, 0, nothing, rows[i].stream);
    send_pes (&self, SOUND, 1000, 1000, frames->str);
    assert_units (&self, rows[i].units);
    g_assert_cmpstr (self.descriptions->str, ==, rows[i].described);
    g_string_free (frames, TRUE);
    fixture_close (&self);
  }
}

/* What never becomes a frame is not kept for ever. */
static void
test_endless_frame (void)
{
  Fixture self;
  fixture_open (&self);
  send_tables (&self, 0, nothing, opus);
  send_pes (&self, SOUND, 1000, 1000, "7fe0");
  uint8_t filler[CAM_TS_PAYLOAD_BYTES];
  memset (filler, 0xff, sizeof filler);
  for (unsigned i = 0; i < 1000; i++) {
    g_autoptr (GByteArray) packets = make_packets (&self, SOUND, filler, sizeof filler);
    packets->data[1] &= (uint8_t) ~0x40;
    take (&self, packets->data, packets->len);
  }
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).malformed, ==, 1);
  send_pes (&self, SOUND, 2000, 2000, "7fe003fc0102");
  assert_units (&self, "A 2000 fc0102");
  fixture_close (&self);
}

static void
test_out_of_step (void)
{
  Fixture self;
  fixture_open (&self);
  static const uint8_t noise[300] = {0x47, 0x00, 0x47};
  take (&self, noise, sizeof noise);
  begin_pictures (&self);
  take (&self, noise + 1, 5);
  send_pes (&self, VIDEO, 2000, 2000, AUD "0000000141b8bb");
  send_pes (&self, VIDEO, 3000, 3000, AUD "0000000141b8cc");
  send_pes (&self, VIDEO, 4000, 4000, AUD "0000000141b8dd");
  assert_units (&self, "VK 1000 09f0," SPS "," PPS ",65b8aa; V 2000 09f0,41b8bb; V 3000 09f0,41b8cc");
  CamTsDemuxCounters counters = cam_ts_demux_get_counters (self.demux);
  g_assert_cmpuint (counters.out_of_sync, >=, 300);
  g_assert_cmpuint (counters.out_of_sync, <=, 305);
  fixture_close (&self);

  /* A first packet that nothing follows. */
  fixture_open (&self);
  CamTsPat pat = {.n_programs = 1, .programs = {{1, MAP}}};
  send_pat (&self, &pat);
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).packets, ==, 0);
  cam_ts_demux_flush (self.demux);
  g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).packets, ==, 1);
  fixture_close (&self);
}

/* Faulty and scrambled packets are not looked into, and neither are PES packets that make no sense. */
static void
test_bad_packets (void)
{
  Fixture self;
  fixture_open (&self);
  begin_pictures (&self);
  static const struct {
    size_t at; /* from the start of the packet; behind 4: from that of the PES packet, plus 4 */
    uint8_t bits;
    unsigned malformed, scrambled;
  } rows[] = {{1, 0x80, 1, 0}, {3, 0x80, 1, 1}, {4 + 2, 0x02, 2, 1}, {4 + 6, 0x10, 2, 2}};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) packets = make_pes (&self, VIDEO, 2000, 2000, AUD "0000000141b8bb");
    size_t at = rows[i].at < 4 ? rows[i].at : rows[i].at + 1 + packets->data[4];
    packets->data[at] |= rows[i].bits;
    take (&self, packets->data, packets->len);
    g_test_message ("%u", i);
    g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).malformed, ==, rows[i].malformed);
    g_assert_cmpuint (cam_ts_demux_get_counters (self.demux).scrambled, ==, rows[i].scrambled);
  }
  g_string_truncate (self.units, 0);
  send_pes (&self, VIDEO, 3000, 3000, AUD SETS "0000000165b8cc");
  cam_ts_demux_flush (self.demux);
  g_assert_true (g_str_has_suffix (self.units->str, "VK 3000 09f0," SPS "," PPS ",65b8cc"));
  fixture_close (&self);
}

static void
test_programs (void)
{
  Fixture self;
  fixture_open (&self);
  CamTsPat pat = {.n_programs = 3, .programs = {{1, MAP}, {2, MAP + 0x10}, {3, MAP + 0x20}}};
  CamTsProgram data_only = {.number = 1, .n_streams = 1, .streams = {{0x50, 0x0b, CAM_CODEC_NONE, 0}}};
  CamTsProgram second = {.number = 2, .n_streams = 2, .streams = {{0x52, 0x02, CAM_CODEC_NONE, 0}, {SOUND, 0x0f, CAM_CODEC_AAC, 0}}};
  CamTsProgram third = {.number = 3, .n_streams = 1, .streams = {{VIDEO, 0x1b, CAM_CODEC_H264, 0}}};
  send_program (&self, MAP, &data_only); /* nobody has told of it */
  send_pat (&self, &pat);
  send_program (&self, MAP, &data_only);
  send_program (&self, MAP + 0x10, &second);
  send_program (&self, MAP + 0x20, &third);
  send_pes (&self, SOUND, 1000, 1000, "fff16040011ffcaa");
  send_pes (&self, VIDEO, 1000, 1000, AUD SETS "0000000165b8aa");
  assert_units (&self, "A 1000 aa");
  g_assert_cmpstr (self.descriptions->str, ==, "AAC mono; AAC 16 kHz mono");

  /* The same map again, and a new version with a picture besides: the sound goes on. */
  send_program (&self, MAP + 0x10, &second);
  second.version = 1;
  second.streams[0] = (CamTsStream){VIDEO, 0x1b, CAM_CODEC_H264, 0};
  send_program (&self, MAP + 0x10, &second);
  g_assert_cmpstr (self.descriptions->str, ==, "AAC mono; AAC 16 kHz mono; H.264, AAC 16 kHz mono 0 sets");
  send_pes (&self, SOUND, -1, -1, "fff16040011ffcbb");
  assert_units (&self, "A 6760 bb");

  /* It is gone: the next that has something is taken with its next map. */
  pat = (CamTsPat){.version = 1, .n_programs = 1, .programs = {{3, MAP + 0x20}}};
  send_pat (&self, &pat);
  send_pes (&self, SOUND, 2000, 2000, "fff16040011ffcaa");
  assert_units (&self, "");
  g_string_truncate (self.descriptions, 0);
  send_program (&self, MAP + 0x20, &third);
  g_assert_cmpstr (self.descriptions->str, ==, "H.264 0 sets");

  /* It has nothing any more. */
  third = (CamTsProgram){.version = 1, .number = 3};
  send_program (&self, MAP + 0x20, &third);
  send_pes (&self, VIDEO, 3000, 3000, AUD SETS "0000000165b8aa");
  cam_ts_demux_flush (self.demux);
  assert_units (&self, "");
  fixture_close (&self);
}

/* A sender that was replaced by another one: everything may be different, under the same names. */
static void
test_stream_changes (void)
{
  Fixture self;
  fixture_open (&self);
  send_tables (&self, 0, h264, aac);
  send_tables (&self, 1, h265, aac);
  send_tables (&self, 2, nothing, opus);
  g_assert_cmpstr (self.descriptions->str, ==, "H.264, AAC mono 0 sets; H.265, AAC mono 0 sets; Opus 48 kHz mono");
  send_pes (&self, SOUND, 1000, 1000, "7fe003fc0102");
  assert_units (&self, "A 1000 fc0102");
  fixture_close (&self);
}

static void
test_looks_like (void)
{
  uint8_t data[7 * CAM_TS_PACKET_BYTES] = {0};
  for (size_t offset = 0; offset < sizeof data; offset += CAM_TS_PACKET_BYTES)
    data[offset] = CAM_TS_SYNC;
  g_assert_true (cam_ts_looks_like (data, sizeof data));
  g_assert_true (cam_ts_looks_like (data, CAM_TS_PACKET_BYTES));
  g_assert_false (cam_ts_looks_like (data, 0));
  g_assert_false (cam_ts_looks_like (data, CAM_TS_PACKET_BYTES - 1));
  data[3 * CAM_TS_PACKET_BYTES] = 0;
  g_assert_false (cam_ts_looks_like (data, sizeof data));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-demux/pictures", test_pictures);
  g_test_add_func ("/wire/ts-demux/h265", test_h265);
  g_test_add_func ("/wire/ts-demux/ends-are-learned", test_ends_are_learned);
  g_test_add_func ("/wire/ts-demux/pictures-and-pes", test_pictures_and_pes);
  g_test_add_func ("/wire/ts-demux/fields", test_fields);
  g_test_add_func ("/wire/ts-demux/losses", test_losses);
  g_test_add_func ("/wire/ts-demux/flush-too-early", test_flush_too_early);
  g_test_add_func ("/wire/ts-demux/too-large", test_too_large);
  g_test_add_func ("/wire/ts-demux/sound", test_sound);
  g_test_add_func ("/wire/ts-demux/sound-codecs", test_sound_codecs);
  g_test_add_func ("/wire/ts-demux/endless-frame", test_endless_frame);
  g_test_add_func ("/wire/ts-demux/out-of-step", test_out_of_step);
  g_test_add_func ("/wire/ts-demux/bad-packets", test_bad_packets);
  g_test_add_func ("/wire/ts-demux/programs", test_programs);
  g_test_add_func ("/wire/ts-demux/stream-changes", test_stream_changes);
  g_test_add_func ("/wire/ts-demux/looks-like", test_looks_like);
  return g_test_run ();
}
