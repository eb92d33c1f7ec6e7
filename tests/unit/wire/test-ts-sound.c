#include "ts-fixture.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-sound/sound", test_sound);
  g_test_add_func ("/wire/ts-sound/sound-codecs", test_sound_codecs);
  g_test_add_func ("/wire/ts-sound/endless-frame", test_endless_frame);
  return g_test_run ();
}
