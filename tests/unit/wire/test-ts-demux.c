#include "wire/ts-demux.h"

#include "ts-fixture.h"

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
  g_test_add_func ("/wire/ts-demux/out-of-step", test_out_of_step);
  g_test_add_func ("/wire/ts-demux/bad-packets", test_bad_packets);
  g_test_add_func ("/wire/ts-demux/programs", test_programs);
  g_test_add_func ("/wire/ts-demux/stream-changes", test_stream_changes);
  g_test_add_func ("/wire/ts-demux/looks-like", test_looks_like);
  return g_test_run ();
}
