#include "wire/ac3.h"

#include "codec-fixture.h"

#define STEREO "0b77fe95144043e1" /* 48 kHz, 192 kbit/s: 768 bytes */
#define STEREO_BYTES 768
#define SURROUND "0b771397a440ebf8" /* 32 kHz, 640 kbit/s: 3,840 bytes */
#define SURROUND_BYTES 3840

static void
test_header (void)
{
  static const struct {
    const char *hex;
    CamAc3Frame frame; /* no bytes: refused */
  } rows[] = {
      {STEREO, {48000, 2, STEREO_BYTES}},
      {"0b771ef84c402f84", {44100, 1, 416}}, /* 96 kbit/s, of libavcodec, whose next frame … */
      {"0b771ef84d402f84", {44100, 1, 418}}, /* … is padded */
      {"0b77b50b1e40ebf8", {48000, 6, 1792}},
      {SURROUND, {32000, 6, SURROUND_BYTES}},
      {"0b77000000404000", {48000, 2, 128}}, /* 32 kbit/s; dual mono's mode is 0: here stereo without low frequencies */
      {"0b77000000404400", {48000, 3, 128}}, /* stereo with them */
      {"0b77000000400800", {48000, 2, 128}},
      {"0b77000000401800", {48000, 3, 128}},
      {"0b77000000408000", {48000, 3, 128}},
      {"0b77000000408400", {48000, 4, 128}},
      {"0b7700bf3287c000", {0}}, /* E-AC-3 */
      {"0b770000c0404000", {0}}, /* reserved rate */
      {"0b77000026404000", {0}}, /* reserved size */
      {"0b77000000484000", {0}}, /* a later version */
      {"0b76000000404000", {0}},
      {"0b770000004040", {0}},
      {"", {0}},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (rows[i].hex);
    CamAc3Frame frame = {0};
    g_test_message ("%s", rows[i].hex);
    g_assert_cmpint (cam_ac3_read (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame), ==, rows[i].frame.bytes > 0);
    g_assert_cmpuint (frame.sample_rate, ==, rows[i].frame.sample_rate);
    g_assert_cmpuint (frame.channels, ==, rows[i].frame.channels);
    g_assert_cmpuint (frame.bytes, ==, rows[i].frame.bytes);
  }
}

static CamDepacketizer *
open_ac3 (uint8_t payload_type)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AC3);
  return codec_depacketizer (track, payload_type);
}

static uint8_t *
make_frame (const char *header, size_t size)
{
  g_autoptr (GBytes) bytes = codec_from_hex (header);
  uint8_t *frame = codec_pattern (size);
  memcpy (frame, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return frame;
}

/* A packet of @type with the bytes of frames in a row from @first to @end. Units that come of it. */
static unsigned
push (CamDepacketizer *self, uint32_t time, bool gap, unsigned type, size_t first, size_t end)
{
  g_autofree uint8_t *frame = make_frame (STEREO, STEREO_BYTES);
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  const uint8_t header[] = {(uint8_t) type, 1};
  g_byte_array_append (payload, header, sizeof header);
  for (size_t i = first; i < end; i++)
    g_byte_array_append (payload, frame + i % STEREO_BYTES, 1);
  g_autofree uint8_t *exact = g_memdup2 (payload->data, payload->len);
  CamRtpPacket packet = {.payload_type = 97, .time = time, .payload = exact, .size = payload->len};
  cam_depacketizer_push (self, &packet, gap, 0);
  unsigned units = 0;
  CamDepacketizedUnit unit;
  for (; cam_depacketizer_next (self, &unit); units++) {
    g_assert_cmpuint (unit.rtp_time, ==, time + units * 1536);
    g_assert_cmpmem (unit.data, unit.size, frame, STEREO_BYTES);
  }
  return units;
}

static void
test_frames (void)
{
  CamDepacketizer *self = open_ac3 (97);
  g_assert_null (cam_depacketizer_ref_track (self));
  g_assert_cmpuint (push (self, 100, false, 0, 0, STEREO_BYTES), ==, 1);
  g_assert_cmpuint (push (self, 9000, false, 0, 0, 3 * STEREO_BYTES), ==, 3);
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (self);
  g_assert_cmpuint (track->sample_rate, ==, 48000);
  g_assert_cmpuint (track->clock_rate, ==, 48000);
  g_assert_cmpuint (track->channels, ==, 2);
  g_autoptr (CamTrack) same = cam_depacketizer_ref_track (self);
  g_assert_true (same == track);
  cam_depacketizer_free (self);
}

static void
test_fragments (void)
{
  CamDepacketizer *self = open_ac3 (97);
  g_assert_cmpuint (push (self, 100, false, 1, 0, 500), ==, 0);
  g_assert_cmpuint (push (self, 100, false, 3, 500, STEREO_BYTES), ==, 1);
  g_assert_cmpuint (push (self, 200, false, 2, 0, 200), ==, 0);
  g_assert_cmpuint (push (self, 200, false, 3, 200, 400), ==, 0);
  g_assert_cmpuint (push (self, 200, false, 3, 400, STEREO_BYTES), ==, 1);
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 0);

  g_assert_cmpuint (push (self, 300, false, 1, 0, 500), ==, 0); /* its end is lost */
  g_assert_cmpuint (push (self, 400, true, 0, 0, STEREO_BYTES), ==, 1);
  g_assert_cmpuint (push (self, 500, true, 3, 500, STEREO_BYTES), ==, 0); /* its beginning is lost */
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 2);
  g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, 1);
  g_assert_cmpuint (push (self, 600, false, 1, 0, 500), ==, 0);
  g_assert_cmpuint (push (self, 700, false, 3, 500, STEREO_BYTES), ==, 0); /* of another time */
  g_assert_cmpuint (push (self, 800, false, 1, 0, 500), ==, 0);
  g_assert_cmpuint (push (self, 800, false, 3, 500, STEREO_BYTES + 1), ==, 0); /* more than there is */
  g_assert_cmpuint (push (self, 900, false, 1, 0, 500), ==, 0);
  g_assert_cmpuint (push (self, 1000, false, 0, 0, STEREO_BYTES), ==, 1); /* nothing goes on with it */
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 5);
  g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, 3);
  g_assert_cmpuint (push (self, 1100, false, 1, 0, 500), ==, 0);
  cam_depacketizer_reset (self);
  g_assert_cmpuint (push (self, 1100, false, 3, 500, STEREO_BYTES), ==, 0);
  cam_depacketizer_free (self);
}

static void
test_malformed (void)
{
  static const char *const payloads[] = {"", "0001", "0001 0b77", "00010b77fe95144043e1", "0101 0b7700bf3287c000", "0101 0b77"};
  CamDepacketizer *self = open_ac3 (97);
  for (unsigned i = 0; i < G_N_ELEMENTS (payloads); i++) {
    codec_assert (self, 1, true, false, payloads[i], "");
    g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, i + 1);
  }
  g_assert_cmpuint (push (self, 1, false, 1, 0, STEREO_BYTES), ==, 0); /* a fragment that is whole */
  g_assert_null (cam_depacketizer_ref_track (self));
  cam_depacketizer_free (self);
}

static void
test_round_trip (void)
{
  static const struct {
    const char *header;
    size_t size;
    unsigned packets, type;
  } rows[] = {{STEREO, STEREO_BYTES, 1, 0}, {"0b77b50b1e40ebf8", 1792, 2, 1}, {SURROUND, SURROUND_BYTES, 3, 2}};
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_AC3);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  CamDepacketizer *depacketizer = codec_depacketizer (track, cam_packetizer_get_payload_type (packetizer));
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree uint8_t *unit = make_frame (rows[i].header, rows[i].size);
    g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, unit, rows[i].size, 90);
    g_assert_cmpuint (trip.run.packets, ==, rows[i].packets);
    g_assert_cmpuint (trip.markers, ==, 1);
    g_assert_true (trip.marked_last);
    g_assert_cmpuint (trip.bytes[16], ==, rows[i].type);
    g_assert_cmpuint (trip.bytes[17], ==, rows[i].packets);
    g_assert_cmpuint (trip.units->len, ==, 1);
    g_assert_cmpmem (g_bytes_get_data (trip.units->pdata[0], NULL), g_bytes_get_size (trip.units->pdata[0]), unit, rows[i].size);
  }
  g_autofree uint8_t *large = codec_pattern (400000);
  g_auto (CodecTrip) none = codec_trip (packetizer, depacketizer, large, 400000, 90);
  g_assert_cmpuint (none.run.packets, ==, 0);
  g_autofree char *rtpmap = cam_packetizer_get_rtpmap (packetizer);
  g_assert_cmpstr (rtpmap, ==, "AC3/48000/2");
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ac3/header", test_header);
  g_test_add_func ("/wire/ac3/frames", test_frames);
  g_test_add_func ("/wire/ac3/fragments", test_fragments);
  g_test_add_func ("/wire/ac3/malformed", test_malformed);
  g_test_add_func ("/wire/ac3/round-trip", test_round_trip);
  return g_test_run ();
}
