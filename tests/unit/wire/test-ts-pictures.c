#include "ts-fixture.h"

#include "camrelay/limits.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-pictures/pictures", test_pictures);
  g_test_add_func ("/wire/ts-pictures/h265", test_h265);
  g_test_add_func ("/wire/ts-pictures/ends-are-learned", test_ends_are_learned);
  g_test_add_func ("/wire/ts-pictures/pictures-and-pes", test_pictures_and_pes);
  g_test_add_func ("/wire/ts-pictures/fields", test_fields);
  g_test_add_func ("/wire/ts-pictures/losses", test_losses);
  g_test_add_func ("/wire/ts-pictures/flush-too-early", test_flush_too_early);
  g_test_add_func ("/wire/ts-pictures/too-large", test_too_large);
  return g_test_run ();
}
