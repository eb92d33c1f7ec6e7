#include "wire/mpeg-audio.h"

#include "codec-fixture.h"

static void
test_header (void)
{
  static const struct {
    const char *hex;
    CamMpegAudioFrame frame; /* no bytes: refused */
  } rows[] = {
      {"fffd8004", {2, 44100, 2, 1152, 417}}, /* MPEG-1 layer II, 128 kbit/s */
      {"fffd8204", {2, 44100, 2, 1152, 418}}, /* padded */
      {"fffb50c4", {3, 44100, 1, 1152, 208}}, /* MPEG-1 layer III, 64 kbit/s, mono, of LAME */
      {"fff588c4", {2, 16000, 1, 1152, 576}}, /* MPEG-2 layer II, 64 kbit/s, mono, of libavcodec */
      {"fff384c4", {3, 24000, 1, 576, 192}},  /* MPEG-2 layer III, 64 kbit/s */
      {"ffe388c4", {3, 8000, 1, 576, 576}},   /* MPEG-2.5 */
      {"ffff1004", {1, 44100, 2, 384, 32}},   /* layer I, 32 kbit/s: 8.7 slots of 4 bytes */
      {"ffff1204", {1, 44100, 2, 384, 36}},   /* padded by a slot */
      {"fff71404", {1, 24000, 2, 384, 64}},   /* MPEG-2 layer I, 32 kbit/s */
      {"fffb00c4", {0}},                      /* free format */
      {"fffbf0c4", {0}},                      /* forbidden bit rate */
      {"fffb5cc4", {0}},                      /* reserved sample rate */
      {"fff950c4", {0}},                      /* reserved layer */
      {"ffeb50c4", {0}},                      /* reserved version */
      {"ffdb50c4", {0}},                      /* no synchronisation */
      {"00fb50c4", {0}},
      {"fffb50", {0}},
      {"", {0}},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    CamMpegAudioFrame frame = {0};
    g_test_message ("%s", rows[i].hex);
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data (bytes, &size);
    g_assert_cmpint (cam_mpeg_audio_read (data, size, &frame), ==, rows[i].frame.bytes > 0);
    g_assert_cmpuint (frame.layer, ==, rows[i].frame.layer);
    g_assert_cmpuint (frame.sample_rate, ==, rows[i].frame.sample_rate);
    g_assert_cmpuint (frame.channels, ==, rows[i].frame.channels);
    g_assert_cmpuint (frame.samples, ==, rows[i].frame.samples);
    g_assert_cmpuint (frame.bytes, ==, rows[i].frame.bytes);
  }
}

#define FRAME_HEADER 0xff, 0xff, 0x10, 0x04 /* 32 bytes, 384 samples of 44.1 kHz: 783 ticks of 90 kHz */
#define FRAME_BYTES 32

static CamDepacketizer *
open_mpeg_audio (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MPEG_AUDIO);
  return codec_depacketizer (track, 97);
}

/* A packet with the bytes of frames in a row from @first to @end, behind the prefix with @offset. */
static void
push (CamDepacketizer *self, uint32_t time, bool gap, unsigned offset, size_t first, size_t end)
{
  static const uint8_t header[] = {FRAME_HEADER};
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  const uint8_t prefix[] = {0, 0, (uint8_t) (offset >> 8), (uint8_t) offset};
  g_byte_array_append (payload, prefix, sizeof prefix);
  for (size_t i = first; i < end; i++) {
    size_t at = i % FRAME_BYTES;
    uint8_t byte = at < sizeof header ? header[at] : (uint8_t) i;
    g_byte_array_append (payload, &byte, 1);
  }
  g_autofree uint8_t *exact = g_memdup2 (payload->data, payload->len);
  CamRtpPacket packet = {.payload_type = 97, .time = time, .payload = exact, .size = payload->len};
  cam_depacketizer_push (self, &packet, gap, 0);
}

static char *
take_times (CamDepacketizer *self)
{
  GString *text = g_string_new (NULL);
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (self, &unit)) {
    g_assert_cmpuint (unit.size, ==, FRAME_BYTES);
    for (size_t i = 5; i < FRAME_BYTES; i++)
      g_assert_cmpuint (unit.data[i], ==, (uint8_t) (unit.data[i - 1] + 1));
    g_string_append_printf (text, "%s%u", text->len > 0 ? " " : "", unit.rtp_time);
  }
  return g_string_free (text, FALSE);
}

#define assert_times(self, expected)                                                                                                       \
  G_STMT_START                                                                                                                             \
  {                                                                                                                                        \
    g_autofree char *times = take_times (self);                                                                                            \
    g_assert_cmpstr (times, ==, expected);                                                                                                 \
  }                                                                                                                                        \
  G_STMT_END

static void
test_frames (void)
{
  CamDepacketizer *self = open_mpeg_audio ();
  g_assert_null (cam_depacketizer_ref_track (self));
  push (self, 100, false, 0, 0, FRAME_BYTES);
  assert_times (self, "100");
  push (self, 1000, false, 0, 0, 3 * FRAME_BYTES);
  assert_times (self, "1000 1783 2566");
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (self);
  g_assert_cmpuint (track->sample_rate, ==, 44100);
  g_assert_cmpuint (track->channels, ==, 2);
  g_assert_cmpuint (track->clock_rate, ==, 90000);
  push (self, 2000, false, 0, 0, 100 * FRAME_BYTES); /* more than anybody sends: the first 64 */
  unsigned units = 0;
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (self, &unit))
    units++;
  g_assert_cmpuint (units, ==, 64);
  g_autoptr (CamTrack) same = cam_depacketizer_ref_track (self);
  g_assert_true (same == track);
  cam_depacketizer_free (self);
}

static void
test_fragments (void)
{
  CamDepacketizer *self = open_mpeg_audio ();
  push (self, 100, false, 0, 0, 20);
  assert_times (self, "");
  push (self, 100, false, 20, 20, 30);
  push (self, 100, false, 30, 30, FRAME_BYTES);
  assert_times (self, "100");
  push (self, 200, false, 0, 0, FRAME_BYTES + 10); /* a whole one, and the beginning of the next */
  assert_times (self, "200");
  push (self, 983, false, 10, FRAME_BYTES + 10, 2 * FRAME_BYTES);
  assert_times (self, "983");
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 0);

  push (self, 300, false, 0, 0, 20); /* its end is lost */
  push (self, 400, true, 0, 0, FRAME_BYTES);
  assert_times (self, "400");
  push (self, 500, true, 20, 20, FRAME_BYTES); /* its beginning is lost */
  push (self, 600, false, 0, 0, 20);
  push (self, 600, false, 21, 21, FRAME_BYTES); /* a hole */
  push (self, 700, false, 0, 0, 20);
  push (self, 700, false, 20, 20, FRAME_BYTES + 1); /* more than there is */
  push (self, 800, false, 0, 0, 20);
  push (self, 900, false, 20, 20, FRAME_BYTES); /* of another time */
  assert_times (self, "");
  CamDepacketizerCounters counters = cam_depacketizer_get_counters (self);
  g_assert_cmpuint (counters.damaged, ==, 5);
  g_assert_cmpuint (counters.malformed, ==, 4);
  push (self, 1000, false, 0, 0, 20);
  cam_depacketizer_reset (self);
  push (self, 1000, false, 20, 20, FRAME_BYTES);
  assert_times (self, "");
  cam_depacketizer_free (self);
}

static void
test_malformed (void)
{
  static const char *const payloads[] = {"", "00000000", "00000000 00", "00000000 fffb00c4 aabb"};
  CamDepacketizer *self = open_mpeg_audio ();
  for (unsigned i = 0; i < G_N_ELEMENTS (payloads); i++) {
    codec_assert (self, 1, true, false, payloads[i], "");
    g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, i + 1);
  }
  g_assert_null (cam_depacketizer_ref_track (self));
  cam_depacketizer_free (self);
}

/* Frames of 192, 1,728 and 1,440 bytes: the larger ones are cut in two. */
static void
test_round_trip (void)
{
  static const char *const headers[] = {"fff384c4", "fffde804", "fff5e8c4"};
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MPEG_AUDIO);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  CamDepacketizer *depacketizer = codec_depacketizer (track, 14);
  for (unsigned i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (GBytes) header = codec_from_hex (headers[i]);
    CamMpegAudioFrame frame;
    const uint8_t *bytes = g_bytes_get_data (header, NULL);
    g_assert_true (cam_mpeg_audio_read (bytes, 4, &frame));
    g_autofree uint8_t *unit = codec_pattern (frame.bytes);
    memcpy (unit, bytes, 4);
    g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, unit, frame.bytes, 90);
    g_assert_cmpuint (trip.run.packets, ==, (frame.bytes + 1435) / 1436);
    g_assert_cmpuint (trip.markers, ==, 0);
    g_assert_cmpuint (trip.units->len, ==, 1);
    g_assert_cmpmem (g_bytes_get_data (trip.units->pdata[0], NULL), g_bytes_get_size (trip.units->pdata[0]), unit, frame.bytes);
  }
  g_autofree uint8_t *large = codec_pattern (65537);
  g_auto (CodecTrip) none = codec_trip (packetizer, depacketizer, large, 65537, 90);
  g_assert_cmpuint (none.run.packets, ==, 0);
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/mpeg-audio/header", test_header);
  g_test_add_func ("/wire/mpeg-audio/frames", test_frames);
  g_test_add_func ("/wire/mpeg-audio/fragments", test_fragments);
  g_test_add_func ("/wire/mpeg-audio/malformed", test_malformed);
  g_test_add_func ("/wire/mpeg-audio/round-trip", test_round_trip);
  return g_test_run ();
}
