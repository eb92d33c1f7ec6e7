#include "wire/ts-mux.h"

#include "codec-fixture.h"
#include "wire/ts-pes.h"
#include "wire/ts-tables.h"

#define MS INT64_C (1000000)
#define START (5000 * MS)
#define LEAD_TICKS 11250 /* an eighth of a second */
#define OFFSET_TICKS 90000

#define PID_VIDEO 0x100
#define PID_AUDIO 0x101
#define PID_MAP 0x1000

#define SPS "67640028ac"
#define PPS "68ee3c80"

/* What the packets of a run turned out to be. */
typedef struct {
  int counters[0x2000]; /* of the newest packet with a payload; -1: none came */
  unsigned holes;       /* in counters, not announced */
  unsigned announced;
  unsigned tables;
  unsigned clocks;
  bool is_random_access;
  uint64_t clock;   /* the newest, 90 kHz */
  GByteArray *unit; /* owned; the payload of the newest PES packet, its header cut off */
  CamTsPesHeader pes;
  uint16_t unit_pid;
  GString *map; /* owned; the newest, in hexadecimal */
} Receiver;

static void
receiver_open (Receiver *self)
{
  memset (self, 0, sizeof *self);
  memset (self->counters, -1, sizeof self->counters);
  self->unit = g_byte_array_new ();
  self->map = g_string_new (NULL);
}

static void
receiver_close (Receiver *self)
{
  g_byte_array_unref (self->unit);
  g_string_free (self->map, TRUE);
}

static void
note_counter (Receiver *self, const CamTsPacket *packet)
{
  int last = self->counters[packet->pid];
  int expected = packet->size > 0 ? (last + 1) % 16 : last;
  self->announced += packet->is_discontinuity;
  if (last >= 0 && !packet->is_discontinuity && expected != packet->counter)
    self->holes++;
  if (packet->size > 0)
    self->counters[packet->pid] = packet->counter;
}

static void
note_clock (Receiver *self, const uint8_t *data)
{
  bool has_clock = (data[3] & 0x20) != 0 && data[4] > 0 && (data[5] & 0x10) != 0;
  if (!has_clock)
    return;
  uint64_t clock = (uint64_t) data[6] << 25 | (uint64_t) data[7] << 17 | (uint64_t) data[8] << 9 | (uint64_t) data[9] << 1 | data[10] >> 7;
  self->clock = clock;
  self->clocks++;
}

static void
note_table (Receiver *self, const CamTsPacket *packet)
{
  const uint8_t *section = packet->payload + 1;
  size_t size = 3 + ((size_t) (section[1] & 0x0f) << 8 | section[2]);
  g_assert_cmpuint (cam_ts_checksum (section, size), ==, 0);
  self->tables++;
  if (packet->pid != PID_MAP)
    return;
  g_autofree char *hex = codec_to_hex (section, size);
  g_string_assign (self->map, hex);
}

static void
note_media (Receiver *self, const CamTsPacket *packet)
{
  if (packet->size == 0)
    return;
  size_t offset = 0;
  if (packet->starts) {
    g_assert_cmpint (cam_ts_pes_read (packet->payload, packet->size, &self->pes), ==, CAM_TS_PES_READ);
    offset = self->pes.bytes;
    g_byte_array_set_size (self->unit, 0);
    self->unit_pid = packet->pid;
    self->is_random_access = packet->is_random_access;
  }
  g_byte_array_append (self->unit, packet->payload + offset, (guint) (packet->size - offset));
}

static void
receive (Receiver *self, const uint8_t *data, size_t size)
{
  g_assert_cmpuint (size % CAM_TS_PACKET_BYTES, ==, 0);
  for (size_t offset = 0; offset < size; offset += CAM_TS_PACKET_BYTES) {
    CamTsPacket packet;
    g_assert_true (cam_ts_packet_read (data + offset, &packet));
    note_counter (self, &packet);
    note_clock (self, data + offset);
    if (packet.pid == CAM_TS_PAT_PID || packet.pid == PID_MAP)
      note_table (self, &packet);
    else
      note_media (self, &packet);
  }
}

/* Writes a unit and returns its packets. @size: at least 1. */
static GByteArray *
write_bytes (CamTsMux *mux, CamTrackKind track, bool is_key, int64_t pts_ns, int64_t dts_ns, const uint8_t *data, size_t size)
{
  g_autofree uint8_t *copy = g_memdup2 (data, size);
  CamPayload payload = {.data = copy, .size = size};
  CamAccessUnit unit = {.track = track, .is_key = is_key, .payload = &payload};
  size_t bound = cam_ts_mux_bound (mux, size);
  uint8_t *out = g_malloc (bound);
  size_t bytes = cam_ts_mux_write (mux, &unit, pts_ns, dts_ns, out);
  g_assert_cmpuint (bytes, <=, bound);
  return g_byte_array_new_take (out, bytes);
}

static void
send_hex (CamTsMux *mux, Receiver *receiver, CamTrackKind track, bool is_key, int64_t pts_ns, int64_t dts_ns, const char *hex)
{
  g_autoptr (GBytes) bytes = codec_from_hex (hex);
  g_autoptr (GByteArray) run = write_bytes (mux, track, is_key, pts_ns, dts_ns, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpuint (run->len, >, 0);
  receive (receiver, run->data, run->len);
}

static CamTrack *
new_track (CamCodec codec, const char *config)
{
  CamTrack *track = cam_track_new (codec);
  if (config != NULL)
    track->config = codec_from_hex (config);
  if (codec == CAM_CODEC_H264) {
    g_ptr_array_add (track->parameter_sets, codec_from_hex (SPS));
    g_ptr_array_add (track->parameter_sets, codec_from_hex (PPS));
  }
  return track;
}

static CamTsMux *
new_mux (CamCodec video, CamCodec audio)
{
  g_autoptr (CamTrack) video_track = video != CAM_CODEC_NONE ? new_track (video, NULL) : NULL;
  g_autoptr (CamTrack) audio_track = audio != CAM_CODEC_NONE ? new_track (audio, audio == CAM_CODEC_AAC ? "1190" : NULL) : NULL;
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video_track, audio_track);
  return cam_ts_mux_new (description);
}

static void
test_payloads (void)
{
  static const struct {
    CamCodec codec;
    bool is_key;
    const char *unit, *payload;
  } rows[] = {
      {CAM_CODEC_H264, false, "00000003 41aabb", "0000000109f0 0000000141aabb"},
      {CAM_CODEC_H264, false, "00000002 0930 00000003 41aabb", "000000010930 0000000141aabb"},
      {CAM_CODEC_H264, true, "00000003 65aabb", "0000000109f0 00000001" SPS "00000001" PPS "0000000165aabb"},
      {CAM_CODEC_H264, true, "00000002 0910 00000003 65aabb", "000000010910 00000001" SPS "00000001" PPS "0000000165aabb"},
      {CAM_CODEC_H264, true, "00000005 67640029ac 00000002 68ee 00000002 65aa",
       "0000000109f0 0000000167640029ac 0000000168ee 0000000165aa"},
      {CAM_CODEC_H264, true, "00000002 68ee 00000002 65aa", "0000000109f0 00000001" SPS "00000001" PPS "0000000168ee 0000000165aa"},
      {CAM_CODEC_H264, false, "00000002 41aa 00000009 4100", "0000000109f0 0000000141aa"}, /* a length that lies */
      {CAM_CODEC_H265, false, "00000004 0201d0aa", "00000001460150 000000010201d0aa"},
      {CAM_CODEC_H265, false, "00000003 460110 00000004 0201d0aa", "00000001460110 000000010201d0aa"},
      {CAM_CODEC_AAC, true, "aabbcc", "fff14c80015ffc aabbcc"},
      {CAM_CODEC_MPEG_AUDIO, true, "fffd8004aa", "fffd8004aa"},
      {CAM_CODEC_AC3, true, "0b77aabb", "0b77aabb"},
      {CAM_CODEC_OPUS, true, "fcaabb", "7fe003fcaabb"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamTrackKind kind = cam_codec_kind (rows[i].codec);
    bool is_video = kind == CAM_TRACK_VIDEO;
    CamTsMux *mux = new_mux (is_video ? rows[i].codec : CAM_CODEC_NONE, is_video ? CAM_CODEC_NONE : rows[i].codec);
    Receiver receiver;
    receiver_open (&receiver);
    g_test_message ("%s", rows[i].unit);
    send_hex (mux, &receiver, kind, rows[i].is_key, START, START, rows[i].unit);
    g_autoptr (GBytes) expected = codec_from_hex (rows[i].payload);
    g_assert_cmpmem (receiver.unit->data, receiver.unit->len, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
    g_assert_cmpuint (receiver.pes.payload, ==, receiver.unit->len);
    g_assert_cmpint (receiver.is_random_access, ==, rows[i].is_key);
    g_assert_cmpuint (receiver.tables, ==, 2);
    receiver_close (&receiver);
    cam_ts_mux_free (mux);
  }
}

/* Each size around what fits into one, two and three packets, and a picture that has no length any more. */
static void
test_sizes (void)
{
  CamTsMux *mux = new_mux (CAM_CODEC_H264, CAM_CODEC_NONE);
  Receiver receiver;
  receiver_open (&receiver);
  int64_t time = START;
  for (size_t size = 2; size < 70000; size += size < 600 ? 1 : 6571) {
    g_autofree uint8_t *unit = codec_pattern (size + 4);
    unit[0] = 0;
    unit[1] = (uint8_t) (size >> 16);
    unit[2] = (uint8_t) (size >> 8);
    unit[3] = (uint8_t) size;
    unit[4] = 0x41;
    time += 40 * MS;
    g_autoptr (GByteArray) run = write_bytes (mux, CAM_TRACK_VIDEO, false, time, time, unit, size + 4);
    receive (&receiver, run->data, run->len);
    g_assert_cmpmem (receiver.unit->data + 10, receiver.unit->len - 10, unit + 4, size);
    g_assert_cmpint (receiver.pes.is_bounded, ==, size < 65000);
  }
  g_assert_cmpuint (receiver.holes, ==, 0);
  receiver_close (&receiver);
  cam_ts_mux_free (mux);
}

static void
test_times (void)
{
  static const struct {
    int64_t pts_ns, dts_ns;
    uint64_t pts, dts;
  } rows[] = {
      {START, START, 540000, 540000},
      {START + 80 * MS, START + 40 * MS, 547200, 543600},
      {START + 120 * MS + 11111, START + 80 * MS + 11111, 550800, 547200},
      /* 33 bits are over after 26.5 hours. */
      {INT64_C (95442717688888), INT64_C (95442717688888), CAM_TS_TIME_MASK, CAM_TS_TIME_MASK},
      {INT64_C (95442717688889), INT64_C (95442717688889), 0, 0},
      {INT64_C (95442757688889), INT64_C (95442757688889), 3600, 3600},
  };
  CamTsMux *mux = new_mux (CAM_CODEC_H264, CAM_CODEC_NONE);
  Receiver receiver;
  receiver_open (&receiver);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%u", i);
    send_hex (mux, &receiver, CAM_TRACK_VIDEO, false, rows[i].pts_ns, rows[i].dts_ns, "00000002 41aa");
    g_assert_cmpuint (receiver.pes.pts, ==, rows[i].pts);
    g_assert_cmpuint (receiver.pes.dts, ==, rows[i].dts);
    g_assert_cmpint (receiver.pes.has_dts, ==, rows[i].pts != rows[i].dts);
    g_assert_cmpuint (receiver.clock, ==, (rows[i].dts - LEAD_TICKS) & CAM_TS_TIME_MASK);
  }
  g_assert_cmpuint (receiver.announced, ==, 0);
  receiver_close (&receiver);
  cam_ts_mux_free (mux);
}

/* Two seconds of pictures and sound: tables before key pictures and four times a second, a clock with each picture and none with sound. */
static void
test_tables_and_clock (void)
{
  CamTsMux *mux = new_mux (CAM_CODEC_H264, CAM_CODEC_AAC);
  Receiver receiver;
  receiver_open (&receiver);
  for (unsigned i = 0; i < 50; i++) {
    int64_t time = START + i * 40 * MS;
    send_hex (mux, &receiver, CAM_TRACK_AUDIO, true, time, time, "aabbcc");
    send_hex (mux, &receiver, CAM_TRACK_VIDEO, i % 25 == 0, time, time, "00000002 41aa");
  }
  g_assert_cmpuint (receiver.holes, ==, 0);
  g_assert_cmpuint (receiver.clocks, ==, 50);
  g_assert_cmpuint (receiver.tables, ==, 2 * 9);
  g_assert_cmpstr (receiver.map->str, ==, "02b0170001c10000e100f0001be100f0000fe101f0002f44b99b");

  /* Pictures stop: the clock goes on alone, each 80 ms. */
  receiver.clocks = 0;
  for (unsigned i = 50; i < 100; i++) {
    int64_t time = START + i * 40 * MS;
    send_hex (mux, &receiver, CAM_TRACK_AUDIO, true, time, time, "aabbcc");
    g_assert_cmpuint (receiver.clock, >=, receiver.pes.dts - LEAD_TICKS - 7200);
    g_assert_cmpuint (receiver.clock, <=, receiver.pes.dts - LEAD_TICKS);
  }
  g_assert_cmpuint (receiver.clocks, ==, 25);

  /* A picture that comes late does not turn it back. */
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, false, START + 98 * 40 * MS, START + 98 * 40 * MS, "00000002 41aa");
  g_assert_cmpuint (receiver.clocks, ==, 25);
  g_assert_cmpuint (receiver.holes + receiver.announced, ==, 0);
  receiver_close (&receiver);
  cam_ts_mux_free (mux);
}

static void
test_sound_alone (void)
{
  CamTsMux *mux = new_mux (CAM_CODEC_NONE, CAM_CODEC_OPUS);
  Receiver receiver;
  receiver_open (&receiver);
  for (unsigned i = 0; i < 50; i++)
    send_hex (mux, &receiver, CAM_TRACK_AUDIO, true, START + i * 20 * MS, START, "fcaabb");
  g_assert_cmpuint (receiver.tables, ==, 2 * 4);
  g_assert_cmpuint (receiver.clocks, ==, 50);
  g_assert_cmpuint (receiver.clock, ==, OFFSET_TICKS + 450000 + 49 * 1800 - LEAD_TICKS);
  g_assert_false (receiver.pes.has_dts);
  g_assert_cmpuint (receiver.holes, ==, 0);
  receiver_close (&receiver);
  cam_ts_mux_free (mux);
}

static void
test_time_goes_back (void)
{
  CamTsMux *mux = new_mux (CAM_CODEC_H264, CAM_CODEC_NONE);
  Receiver receiver;
  receiver_open (&receiver);
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, true, START, START, "00000002 65aa");
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, false, START + 40 * MS, START + 40 * MS, "00000002 41aa");
  g_assert_cmpuint (receiver.announced, ==, 0);
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, false, START - 1000 * MS, START - 1000 * MS, "00000002 41aa");
  g_assert_cmpuint (receiver.announced, ==, 1);
  g_assert_cmpuint (receiver.tables, ==, 4);
  g_assert_cmpuint (receiver.clock, ==, 450000 - LEAD_TICKS);
  receiver_close (&receiver);
  cam_ts_mux_free (mux);
}

/* A head by a copy, then the live stream: for who gets both there is no hole but the announced one in front. */
static void
test_join (void)
{
  CamTsMux *live = new_mux (CAM_CODEC_H264, CAM_CODEC_AAC);
  Receiver early;
  Receiver late;
  receiver_open (&early);
  receiver_open (&late);
  for (unsigned i = 0; i < 7; i++) {
    send_hex (live, &early, CAM_TRACK_VIDEO, i == 0, START + i * 40 * MS, START + i * 40 * MS, "00000002 41aa");
    send_hex (live, &early, CAM_TRACK_AUDIO, true, START + i * 40 * MS, 0, "aabbcc");
  }
  CamTsMux *head = cam_ts_mux_copy (live);
  g_autoptr (GByteArray) run = g_byte_array_new ();
  for (unsigned i = 0; i < 5; i++) {
    int64_t time = START + 235 * MS + i * MS;
    g_autoptr (GBytes) unit = codec_from_hex ("00000002 65aa");
    g_autoptr (GByteArray) packets =
        write_bytes (head, CAM_TRACK_VIDEO, i == 0, time, time, g_bytes_get_data (unit, NULL), g_bytes_get_size (unit));
    g_byte_array_append (run, packets->data, packets->len);
  }
  send_hex (live, &early, CAM_TRACK_AUDIO, true, START + 7 * 40 * MS, 0, "aabbcc"); /* the live stream goes on meanwhile */
  cam_ts_mux_join (head, live, run->data, run->len);
  receive (&late, run->data, run->len);
  g_assert_cmpuint (late.clocks, ==, 5);
  g_assert_cmpuint (late.tables, ==, 2);
  g_assert_cmpuint (late.announced, ==, 3);
  g_autoptr (GBytes) unit = codec_from_hex ("00000002 65aa");
  g_autoptr (GByteArray) next =
      write_bytes (live, CAM_TRACK_VIDEO, true, START + 280 * MS, START + 280 * MS, g_bytes_get_data (unit, NULL), g_bytes_get_size (unit));
  receive (&late, next->data, next->len);
  receive (&early, next->data, next->len);
  g_assert_cmpuint (late.holes + early.holes, ==, 0);
  g_assert_cmpuint (early.announced, ==, 0);
  g_assert_cmpuint (late.announced, ==, 3);
  cam_ts_mux_free (head);
  cam_ts_mux_free (live);
  receiver_close (&early);
  receiver_close (&late);
}

static void
test_description (void)
{
  g_autoptr (CamTrack) video = new_track (CAM_CODEC_H264, NULL);
  g_autoptr (CamTrack) stereo = new_track (CAM_CODEC_OPUS, NULL);
  g_autoptr (CamStreamDescription) description = cam_stream_description_new (video, stereo);
  CamTsMux *mux = cam_ts_mux_new (description);
  Receiver receiver;
  receiver_open (&receiver);
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, true, START, START, "00000002 65aa");

  /* Other parameter sets: no other tables. */
  g_autoptr (CamTrack) changed = cam_track_copy (video);
  g_ptr_array_set_size (changed->parameter_sets, 1);
  g_autoptr (CamStreamDescription) with_sets = cam_stream_description_new (changed, stereo);
  cam_ts_mux_set_description (mux, with_sets);
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, false, START + 40 * MS, START + 40 * MS, "00000002 41aa");
  g_assert_cmpuint (receiver.tables, ==, 2);
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, true, START + 80 * MS, START + 80 * MS, "00000002 65aa");
  g_assert_cmpuint (receiver.unit->len, ==, 6 + 9 + 6);

  /* Other channels: a new version, at once. */
  g_autoptr (CamTrack) mono = cam_track_copy (stereo);
  mono->channels = 1;
  g_autoptr (CamStreamDescription) with_mono = cam_stream_description_new (changed, mono);
  cam_ts_mux_set_description (mux, with_mono);
  send_hex (mux, &receiver, CAM_TRACK_VIDEO, false, START + 120 * MS, START + 120 * MS, "00000002 41aa");
  g_assert_cmpuint (receiver.tables, ==, 6);
  g_assert_true (g_str_has_prefix (receiver.map->str, "02b0210001c3"));
  g_assert_nonnull (strstr (receiver.map->str, "7f028001"));
  g_assert_cmpuint (receiver.holes, ==, 0);
  receiver_close (&receiver);
  cam_ts_mux_free (mux);
}

static void
test_what_cannot_be_carried (void)
{
  g_autoptr (CamTrack) mjpeg = new_track (CAM_CODEC_MJPEG, NULL);
  g_autoptr (CamTrack) pcma = new_track (CAM_CODEC_PCMA, NULL);
  g_autoptr (CamTrack) low_delay = new_track (CAM_CODEC_AAC, "b98c00");
  g_autoptr (CamTrack) aac = new_track (CAM_CODEC_AAC, "1190");
  g_assert_false (cam_ts_mux_can_carry (mjpeg));
  g_assert_false (cam_ts_mux_can_carry (pcma));
  g_assert_false (cam_ts_mux_can_carry (low_delay));
  g_assert_true (cam_ts_mux_can_carry (aac));
  g_autoptr (CamStreamDescription) none = cam_stream_description_new (mjpeg, pcma);
  g_assert_null (cam_ts_mux_new (none));
  g_autoptr (CamStreamDescription) half = cam_stream_description_new (mjpeg, aac);
  CamTsMux *mux = cam_ts_mux_new (half);
  g_autofree uint8_t *large = codec_pattern (70000);
  const struct {
    CamTrackKind track;
    size_t size;
    bool is_written;
  } rows[] = {{CAM_TRACK_VIDEO, 10, false}, {CAM_TRACK_AUDIO, 0, false}, {CAM_TRACK_AUDIO, 8185, false}, {CAM_TRACK_AUDIO, 8184, true}};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) run = write_bytes (mux, rows[i].track, true, START, START, large, rows[i].size);
    g_assert_cmpint (run->len > 0, ==, rows[i].is_written);
  }
  cam_ts_mux_free (mux);
  CamTsMux *opus = new_mux (CAM_CODEC_H264, CAM_CODEC_OPUS);
  g_autoptr (GByteArray) too_large = write_bytes (opus, CAM_TRACK_AUDIO, true, START, START, large, 65001);
  g_autoptr (GByteArray) no_nals = write_bytes (opus, CAM_TRACK_VIDEO, true, START, START, large, 3);
  g_assert_cmpuint (too_large->len + no_nals->len, ==, 0);
  cam_ts_mux_free (opus);
  cam_ts_mux_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-mux/payloads", test_payloads);
  g_test_add_func ("/wire/ts-mux/sizes", test_sizes);
  g_test_add_func ("/wire/ts-mux/times", test_times);
  g_test_add_func ("/wire/ts-mux/tables-and-clock", test_tables_and_clock);
  g_test_add_func ("/wire/ts-mux/sound-alone", test_sound_alone);
  g_test_add_func ("/wire/ts-mux/time-goes-back", test_time_goes_back);
  g_test_add_func ("/wire/ts-mux/join", test_join);
  g_test_add_func ("/wire/ts-mux/description", test_description);
  g_test_add_func ("/wire/ts-mux/what-cannot-be-carried", test_what_cannot_be_carried);
  return g_test_run ();
}
