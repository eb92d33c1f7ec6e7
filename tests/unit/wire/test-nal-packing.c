#include "wire/nal-packing.h"

#include "video-fixture.h"

/* Both codecs through packetizer, interleaved framing, RTP reading and depacketizer, and back. */

typedef struct {
  CamCodec codec;
  uint8_t headers[8][2]; /* of NAL units that may stand anywhere behind the first slice; the first is a slice */
  unsigned n_headers;
  size_t header_bytes;
  const char *sets[4];
} Codec;

static const Codec h264 = {
    .codec = CAM_CODEC_H264,
    .headers = {{0x41}, {0x06}, {0x01}, {0x61}, {0x0c}, {0x21}},
    .n_headers = 6,
    .header_bytes = 1,
    .sets = {"67640028acd940780227e5c0440000030004000003", "68ebe3c44844"},
};

static const Codec h265 = {
    .codec = CAM_CODEC_H265,
    .headers = {{0x02, 0x01}, {0x4e, 0x01}, {0x00, 0x02}, {0x50, 0x01}, {0x4c, 0x01}, {0x03, 0x09}},
    .n_headers = 6,
    .header_bytes = 2,
    .sets = {"40010c01ffff0408000003009e0800000300005d959809",
             "4201010408000003009e0800000300005d9000501005a2cb2b349265780b7020200040000003004000000642", "4401c172860c4424"},
};

static CamTrack *
new_track (const Codec *codec)
{
  CamTrack *track = cam_track_new (codec->codec);
  for (unsigned i = 0; codec->sets[i] != NULL; i++)
    g_ptr_array_add (track->parameter_sets, from_hex (codec->sets[i]));
  return track;
}

/* Without three bytes that look like a start code; SEI messages are of type 4, so that none is a recovery point. */
static void
add_nal (GByteArray *unit, GRand *random, const uint8_t *header, size_t header_bytes, size_t size, bool is_first)
{
  uint8_t length[CAM_NAL_LENGTH_BYTES];
  size = MAX (size, header_bytes);
  cam_nal_write_length (length, size);
  g_byte_array_append (unit, length, sizeof length);
  guint start = unit->len;
  g_byte_array_set_size (unit, (guint) (start + size));
  uint8_t *nal = unit->data + start;
  for (size_t i = header_bytes; i < size; i++)
    nal[i] = header[0] == 0x06 || header[0] == 0x4e ? 4 : (uint8_t) (2 + g_rand_int (random) % 254);
  memcpy (nal, header, header_bytes);
  if (size > header_bytes && is_first)
    nal[header_bytes] |= 0x80;
  else if (size > header_bytes)
    nal[header_bytes] &= 0x7f;
}

static size_t
random_size (GRand *random)
{
  static const size_t edges[] = {1, 2, 3, 255, 256, 257, 1435, 1436, 1437, 1438, 1439, 1440, 1441, 1442, 2876, 2877, 2878, 4312, 60000};
  if (g_rand_boolean (random))
    return edges[g_rand_int_range (random, 0, G_N_ELEMENTS (edges))];
  return (size_t) g_rand_int_range (random, 1, g_rand_boolean (random) ? 300 : 20000);
}

static GByteArray *
new_unit (const Codec *codec, GRand *random)
{
  GByteArray *unit = g_byte_array_new ();
  size_t first_size = random_size (random);
  add_nal (unit, random, codec->headers[0], codec->header_bytes, MAX (first_size, codec->header_bytes + 1), true);
  for (int i = g_rand_int_range (random, 0, 12); i > 0; i--) {
    const uint8_t *header = codec->headers[g_rand_int_range (random, 0, (int) codec->n_headers)];
    add_nal (unit, random, header, codec->header_bytes, random_size (random), false);
  }
  return unit;
}

/* What each packet of a run must be; pushes them. Returns how many. */
static unsigned
push_run (CamDepacketizer *depacketizer, const uint8_t *out, const CamPacketRun *run, uint32_t time, uint16_t sequence)
{
  unsigned packets = 0;
  size_t octets = 0;
  for (size_t at = 0; at < run->bytes; packets++) {
    g_assert_cmpint (out[at], ==, '$');
    g_assert_cmpint (out[at + 1], ==, 6);
    size_t size = (size_t) (out[at + 2] << 8 | out[at + 3]);
    g_assert_cmpuint (size, <=, CAM_LIMIT_RTP_PACKET_BYTES);
    g_assert_cmpuint (at + 4 + size, <=, run->bytes);
    CamRtpPacket packet;
    g_assert_true (cam_rtp_read (out + at + 4, size, &packet));
    g_assert_cmpuint (packet.sequence, ==, (uint16_t) (sequence + packets));
    g_assert_cmpuint (packet.time, ==, time);
    g_assert_cmpuint (packet.ssrc, ==, 0xabcdef);
    g_assert_cmpint (packet.marker, ==, at + 4 + size == run->bytes);
    octets += packet.size;
    cam_depacketizer_push (depacketizer, &packet, false, 1);
    at += 4 + size;
  }
  g_assert_cmpuint (octets, ==, run->octets);
  return packets;
}

static void
assert_round_trip (const Codec *codec, const GByteArray *unit, bool is_key, const GByteArray *expected)
{
  g_autoptr (CamTrack) track = new_track (codec);
  CamPacketizer *packetizer = cam_packetizer_new (track, 0xabcdef);
  CamSdpMedia media = {.track = track, .payload_type = cam_packetizer_get_payload_type (packetizer)};
  CamDepacketizer *depacketizer = cam_depacketizer_new (&media);
  size_t bound = cam_packetizer_bound (packetizer, unit->len);
  g_autofree uint8_t *out = g_malloc (bound);
  CamPacketRun run = cam_packetizer_write (packetizer, unit->data, unit->len, is_key, 90000, 65530, 6, out);
  g_assert_cmpuint (run.bytes, <=, bound);
  g_assert_cmpuint (run.packets, <=, 60000);
  g_assert_cmpuint (push_run (depacketizer, out, &run, 90000, 65530), ==, run.packets);

  CamPacketRun again = cam_packetizer_write (packetizer, unit->data, unit->len, is_key, 93600, 7, 6, out);
  g_assert_cmpuint (again.bytes, ==, run.bytes);
  CamRtpPacket next;
  g_assert_true (cam_rtp_read (out + 4, (size_t) (out[2] << 8 | out[3]), &next));
  cam_depacketizer_push (depacketizer, &next, false, 2);
  CamDepacketizedUnit result;
  g_assert_true (cam_depacketizer_next (depacketizer, &result));
  g_assert_cmpmem (result.data, result.size, expected->data, expected->len);
  g_assert_cmpint (result.is_key, ==, is_key);
  g_assert_false (result.is_damaged);
  g_assert_cmpuint (cam_depacketizer_get_counters (depacketizer).malformed, ==, 0);
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

static void
test_round_trips (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (264);
  for (int i = 0; i < 300; i++) {
    g_autoptr (GByteArray) unit = new_unit (codec, random);
    assert_round_trip (codec, unit, false, unit);
  }
}

static void
test_big (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GByteArray) unit = g_byte_array_new ();
  add_nal (unit, random, codec->headers[0], codec->header_bytes, 3 * 1024 * 1024, true);
  add_nal (unit, random, codec->headers[0], codec->header_bytes, 1024 * 1024 - 100, false);
  assert_round_trip (codec, unit, false, unit);
}

/* What costs most: as many packets as there can be, in the biggest unit. */
static void
test_many (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  const size_t sizes[][2] = {{1, 1}, {1, 256}, {1, 1441}, {255, 256}, {700, 1439}};
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GByteArray) unit = g_byte_array_new ();
    add_nal (unit, random, codec->headers[0], codec->header_bytes, 10, true);
    while (unit->len + sizes[i][0] + sizes[i][1] + 20 < CAM_LIMIT_UNIT_BYTES) {
      add_nal (unit, random, codec->headers[0], codec->header_bytes, sizes[i][0], false);
      add_nal (unit, random, codec->headers[0], codec->header_bytes, sizes[i][1], false);
    }
    assert_round_trip (codec, unit, false, unit);
  }
}

static void
append_set (GByteArray *unit, const char *hex)
{
  g_autoptr (GBytes) bytes = from_hex (hex);
  uint8_t length[CAM_NAL_LENGTH_BYTES];
  cam_nal_write_length (length, g_bytes_get_size (bytes));
  g_byte_array_append (unit, length, sizeof length);
  g_byte_array_append (unit, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
}

/* A key unit that lacks a kind gets the track's sets, behind its delimiter; one that has them is left alone. */
static void
test_key_units (gconstpointer data)
{
  const Codec *codec = data;
  bool is_h264 = codec->codec == CAM_CODEC_H264;
  const char *delimiter = is_h264 ? "09f0" : "460150";
  const char *key = is_h264 ? "658804" : "2801af";
  g_autoptr (GByteArray) bare = g_byte_array_new ();
  append_set (bare, delimiter);
  append_set (bare, key);
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  append_set (whole, delimiter);
  for (unsigned i = 0; codec->sets[i] != NULL; i++)
    append_set (whole, codec->sets[i]);
  append_set (whole, key);
  assert_round_trip (codec, bare, true, whole);
  assert_round_trip (codec, whole, true, whole);
}

/* Sets that a camera repeats before each slice go out once; more of them than are remembered are no harm. */
static void
test_repeated_sets (gconstpointer data)
{
  const Codec *codec = data;
  bool is_h264 = codec->codec == CAM_CODEC_H264;
  const char *slices[] = {is_h264 ? "658804" : "2801af", is_h264 ? "654222" : "28014f"};
  g_autoptr (GByteArray) repeating = g_byte_array_new ();
  g_autoptr (GByteArray) once = g_byte_array_new ();
  for (unsigned slice = 0; slice < 2; slice++) {
    for (unsigned i = 0; codec->sets[i] != NULL; i++) {
      append_set (repeating, codec->sets[i]);
      append_set (repeating, codec->sets[i]);
      if (slice == 0)
        append_set (once, codec->sets[i]);
    }
    append_set (repeating, slices[slice]);
    append_set (once, slices[slice]);
  }
  assert_round_trip (codec, repeating, true, once);

  g_autoptr (GByteArray) many = g_byte_array_new ();
  for (unsigned i = 0; codec->sets[i] != NULL; i++)
    append_set (many, codec->sets[i]);
  for (unsigned id = 0; id < 12; id++) {
    g_autofree char *set = g_strdup_printf ("%s%02x", is_h264 ? "68eb" : "4401c172", 0x10 + id);
    append_set (many, set);
  }
  append_set (many, slices[0]);
  assert_round_trip (codec, many, true, many);
}

/* All pieces but the last are of one size, the biggest. */
static void
test_equal_fragments (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (CamTrack) track = new_track (codec);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autoptr (GByteArray) unit = g_byte_array_new ();
  add_nal (unit, random, codec->headers[0], codec->header_bytes, 10000, true);
  g_autofree uint8_t *out = g_malloc (cam_packetizer_bound (packetizer, unit->len));
  CamPacketRun run = cam_packetizer_write (packetizer, unit->data, unit->len, false, 0, 0, 0, out);
  g_assert_cmpuint (run.packets, ==, 7);
  for (unsigned i = 0; i < 6; i++) {
    const uint8_t *frame = out + i * (size_t) (4 + CAM_LIMIT_RTP_PACKET_BYTES);
    g_assert_cmpuint ((unsigned) (frame[2] << 8 | frame[3]), ==, CAM_LIMIT_RTP_PACKET_BYTES);
  }
  cam_packetizer_free (packetizer);
}

static void
test_nothing_to_send (gconstpointer data)
{
  const Codec *codec = data;
  g_autoptr (CamTrack) track = new_track (codec);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  const uint8_t units[][8] = {{0}, {0, 0, 0, 2, 0xff, 0xff}, {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}};
  uint8_t out[512];
  for (size_t i = 0; i < G_N_ELEMENTS (units); i++) {
    CamPacketRun run = cam_packetizer_write (packetizer, units[i], i == 1 ? 6 : 8, true, 0, 0, 0, out);
    g_assert_cmpuint (run.bytes, ==, 0);
    g_assert_cmpuint (run.packets, ==, 0);
  }
  cam_packetizer_free (packetizer);
}

static void
test_description (void)
{
  const struct {
    const Codec *codec;
    const char *rtpmap, *bare, *full;
  } rows[] = {
      {&h264, "H264/90000", "packetization-mode=1",
       "packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKKzZQHgCJ+XARAAAAwAEAAAD,aOvjxEhE"},
      {&h265, "H265/90000", NULL,
       "sprop-vps=QAEMAf//"
       "BAgAAAMAnggAAAMAAF2VmAk=;sprop-sps=QgEBBAgAAAMAnggAAAMAAF2QAFAQBaLLKzSSZXgLcCAgAEAAAAMAQAAABkI=;sprop-pps=RAHBcoYMRCQ="},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) bare_track = cam_track_new (rows[i].codec->codec);
    CamPacketizer *packetizer = cam_packetizer_new (bare_track, 1);
    g_autofree char *rtpmap = cam_packetizer_get_rtpmap (packetizer);
    g_autofree char *bare = cam_packetizer_get_fmtp (packetizer);
    g_assert_cmpstr (rtpmap, ==, rows[i].rtpmap);
    g_assert_cmpstr (bare, ==, rows[i].bare);
    g_autoptr (CamTrack) track = new_track (rows[i].codec);
    cam_packetizer_set_track (packetizer, track);
    g_autofree char *full = cam_packetizer_get_fmtp (packetizer);
    g_assert_cmpstr (full, ==, rows[i].full);
    g_assert_cmpuint (cam_packetizer_get_payload_type (packetizer), ==, 96);
    cam_packetizer_free (packetizer);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  const Codec *codecs[] = {&h264, &h265};
  const struct {
    const char *name;
    GTestDataFunc run;
  } tests[] = {
      {"round-trips", test_round_trips},
      {"big", test_big},
      {"many", test_many},
      {"key-units", test_key_units},
      {"repeated-sets", test_repeated_sets},
      {"equal-fragments", test_equal_fragments},
      {"nothing-to-send", test_nothing_to_send},
  };
  for (size_t c = 0; c < G_N_ELEMENTS (codecs); c++)
    for (size_t t = 0; t < G_N_ELEMENTS (tests); t++) {
      g_autofree char *path = g_strdup_printf ("/nal-packing/%s/%s", c == 0 ? "h264" : "h265", tests[t].name);
      g_test_add_data_func (path, codecs[c], tests[t].run);
    }
  g_test_add_func ("/nal-packing/description", test_description);
  return g_test_run ();
}
