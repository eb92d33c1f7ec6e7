#include "codec-fixture.h"
#include "wire/mjpeg.h"

static CamDepacketizer *
open_mjpeg (unsigned width, unsigned height)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MJPEG);
  track->width = (uint16_t) width;
  track->height = (uint16_t) height;
  return codec_depacketizer (track, 97);
}

/* The pictures that are ready: "3000 64x48 420 q16 r0 aabb", time stamp, size, sampling, first quantizers, restart interval, scan. */
static char *
take_pictures (CamDepacketizer *depacketizer)
{
  GString *text = g_string_new (NULL);
  CamDepacketizedUnit unit;
  while (cam_depacketizer_next (depacketizer, &unit)) {
    CamMjpegHeader header;
    const uint8_t *scan = NULL;
    size_t scan_size = 0;
    g_assert_true (cam_mjpeg_read (unit.data, unit.size, &header, &scan, &scan_size));
    g_assert_cmpmem (scan + scan_size, 2, "\xff\xd9", 2);
    g_assert_true (scan + scan_size + 2 == unit.data + unit.size);
    g_assert_true (unit.is_key);
    g_assert_false (unit.is_damaged);
    g_autofree char *hex = codec_to_hex (scan, scan_size);
    g_string_append_printf (text, "%s%u %ux%u %s q%u,%u r%u %s", text->len > 0 ? "; " : "", unit.rtp_time, header.width, header.height,
                            header.has_half_lines ? "420" : "422", header.tables[0], header.tables[64], header.restart_interval, hex);
  }
  return g_string_free (text, FALSE);
}

static void
push (CamDepacketizer *self, uint32_t time, bool marker, bool gap, const char *hex, const char *tables, const char *scan)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  const char *const parts[] = {hex, tables, scan};
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autoptr (GBytes) bytes = codec_from_hex (parts[i]);
    g_byte_array_append (payload, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  }
  g_autofree uint8_t *exact = g_memdup2 (payload->data, payload->len);
  CamRtpPacket packet = {.payload_type = 97, .marker = marker, .time = time, .payload = exact, .size = payload->len};
  cam_depacketizer_push (self, &packet, gap, 0);
}

static void
check (CamDepacketizer *self, uint32_t time, bool marker, bool gap, const char *hex, const char *expected)
{
  push (self, time, marker, gap, hex, "", "");
  g_autofree char *pictures = take_pictures (self);
  g_assert_cmpstr (pictures, ==, expected);
}

static void
test_packets (void)
{
  CamDepacketizer *self = open_mjpeg (0, 0);
  check (self, 10, true, false, "00000000 01320806 aabb", "10 64x48 420 q16,17 r0 aabb");
  check (self, 20, false, false, "00000000 00320806 aabb", "");
  check (self, 20, false, false, "00000002 00320806 cc", "");
  check (self, 20, true, false, "00000003 00320806 ddffd9", "20 64x48 422 q16,17 r0 aabbccdd");
  check (self, 30, true, false, "00000000 41190806 0123c000 aabb", "30 64x48 420 q32,34 r291 aabb"); /* restarts */
  check (self, 40, true, false, "01000000 01320806 ee", "40 64x48 420 q16,17 r0 ee");                /* a field, told as such */
  g_autoptr (CamTrack) track = cam_depacketizer_ref_track (self);
  g_assert_cmpuint (track->width, ==, 64);
  g_assert_cmpuint (track->height, ==, 48);
  CamDepacketizerCounters counters = cam_depacketizer_get_counters (self);
  g_assert_cmpuint (counters.malformed + counters.damaged + counters.oversize, ==, 0);
  cam_depacketizer_free (self);
}

static void
test_tables (void)
{
  g_autofree char *two = g_strconcat ("00000080", NULL);
  GString *values = g_string_new (two);
  for (unsigned i = 0; i < 128; i++)
    g_string_append_printf (values, "%02x", i + 1);
  g_autofree char *tables = g_string_free (values, FALSE);
  g_autofree char *one = g_strdup_printf ("00000040%.128s", tables + 8);
  g_autofree char *wide = g_strdup_printf ("00010080%s", tables + 8);
  g_autofree char *cut = g_strndup (tables, 100);
  const struct {
    const char *head; /* of the picture */
    const char *tables;
    const char *expected;
  } rows[] = {
      {"00000000 01ff0806", tables, "9 64x48 420 q1,65 r0 aa"},
      {"00000000 01ff0806", one, "9 64x48 420 q1,1 r0 aa"},
      {"00000000 01ff0806", "00000000", ""}, /* Q 255 must bring them */
      {"00000000 01800806", "00000000", ""}, /* not seen yet */
      {"00000000 01800806", tables, "9 64x48 420 q1,65 r0 aa"},
      {"00000000 01800806", "00000000", "9 64x48 420 q1,65 r0 aa"}, /* as before */
      {"00000000 01810806", "00000000", ""},                        /* another Q */
      {"00000000 01fe0806", one, "9 64x48 420 q1,1 r0 aa"},
      {"00000000 01fe0806", "00000000", "9 64x48 420 q1,1 r0 aa"},
      {"00000000 01800806", "00000000", "9 64x48 420 q1,65 r0 aa"},
      {"00000000 01ff0806", wide, ""},
      {"00000000 01ff0806", cut, ""},
      {"00000000 01ff0806", "00000001aa", ""},
      {"00000000 01ff0806", "0000", ""},
      {"00000000 01000806", "", ""}, /* reserved */
      {"00000000 01640806", "", ""},
      {"00000000 017f0806", "", ""},
      {"00000000 01010806", "", "9 64x48 420 q255,255 r0 aa"},
      {"00000000 01630806", "", "9 64x48 420 q1,1 r0 aa"},
  };
  CamDepacketizer *self = open_mjpeg (0, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %u", i);
    uint64_t malformed = cam_depacketizer_get_counters (self).malformed;
    bool torn = rows[i].tables == cut || strcmp (rows[i].tables, "0000") == 0;
    push (self, 9, true, false, rows[i].head, rows[i].tables, torn ? "" : "aa");
    g_autofree char *pictures = take_pictures (self);
    g_assert_cmpstr (pictures, ==, rows[i].expected);
    g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, malformed + (*rows[i].expected == '\0'));
  }
  cam_depacketizer_free (self);
}

static void
test_losses (void)
{
  CamDepacketizer *self = open_mjpeg (0, 0);
  check (self, 10, false, false, "00000000 01320806 aabb", "");
  check (self, 10, true, true, "00000004 01320806 ee", ""); /* its middle is lost */
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 1);
  check (self, 20, true, false, "00000000 01320806 11", "20 64x48 420 q16,17 r0 11");
  check (self, 30, true, true, "00000002 01320806 22", ""); /* its beginning is lost */
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 2);
  check (self, 40, false, false, "00000000 01320806 aabb", "");
  check (self, 40, true, false, "00000003 01320806 ee", ""); /* a hole that nobody told of */
  check (self, 50, false, false, "00000000 01320806 aabb", "");
  check (self, 60, true, false, "00000002 01320806 ee", ""); /* another picture's end */
  g_assert_cmpuint (cam_depacketizer_get_counters (self).damaged, ==, 4);
  check (self, 70, false, false, "00000000 01320806 aa", ""); /* a camera without markers */
  check (self, 80, false, false, "00000000 01320806 bb", "70 64x48 420 q16,17 r0 aa");
  cam_depacketizer_reset (self);
  check (self, 90, true, false, "00000001 01320806 cc", "");
  check (self, 95, true, false, "00000000 01320806 dd", "95 64x48 420 q16,17 r0 dd");
  cam_depacketizer_free (self);
}

static void
test_malformed (void)
{
  static const char *const payloads[] = {
      "",
      "00000000 013208",            /* a header cut off */
      "00000000 41320806 0123c0",   /* a restart header cut off */
      "00000000 02320806 aa",       /* a type that nobody knows */
      "00000000 43320806 0123c000", /* the same with restarts */
      "00000000 80320806 aa",       /* a dynamic type */
      "00000000 01320006 aa",       /* a width that RTP cannot say, and the SDP did not */
      "00000000 01320800 aa",
      "00000000 01320806", /* no scan */
      "00000000 01320806", /* and once more */
  };
  CamDepacketizer *self = open_mjpeg (0, 0);
  for (unsigned i = 0; i < G_N_ELEMENTS (payloads); i++) {
    check (self, i, true, false, payloads[i], "");
    g_assert_cmpuint (cam_depacketizer_get_counters (self).malformed, ==, i + 1);
  }
  cam_depacketizer_free (self);
}

static void
test_size_from_sdp (void)
{
  CamDepacketizer *self = open_mjpeg (2592, 1944);
  check (self, 10, true, false, "00000000 01320000 aa", "10 2592x1944 420 q16,17 r0 aa");
  cam_depacketizer_free (self);
}

/* A picture of more than 4 MiB is dropped, the next one is not. */
static void
test_oversize (void)
{
  CamDepacketizer *self = open_mjpeg (0, 0);
  g_autofree uint8_t *payload = g_malloc0 (60008);
  memcpy (payload + 4, "\x01\x32\x08\x06", 4);
  for (unsigned i = 0; i < 100; i++) {
    size_t offset = i * 60000;
    payload[1] = (uint8_t) (offset >> 16);
    payload[2] = (uint8_t) (offset >> 8);
    payload[3] = (uint8_t) offset;
    CamRtpPacket packet = {.payload_type = 97, .time = 5, .payload = payload, .size = 60008};
    cam_depacketizer_push (self, &packet, false, 0);
  }
  g_assert_cmpuint (cam_depacketizer_get_counters (self).oversize, ==, 1);
  check (self, 10, true, false, "00000000 01320806 aa", "10 64x48 420 q16,17 r0 aa");
  cam_depacketizer_free (self);
}

/* A picture of any size through our packets and back: scan and tables are the same, headers are ours. */
static void
test_round_trip (void)
{
  static const size_t sizes[] = {1, 1299, 1300, 1301, 2732, 2733, 100000};
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MJPEG);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  CamDepacketizer *depacketizer = codec_depacketizer (track, 26);
  for (unsigned i = 0; i < 2 * G_N_ELEMENTS (sizes); i++) {
    size_t scan_size = sizes[i / 2];
    CamMjpegHeader header = {.has_half_lines = i % 2 == 0, .width = 1920, .height = 1080, .restart_interval = i % 2 == 0 ? 0 : 120};
    cam_mjpeg_make_tables (i + 10, header.tables);
    g_autofree uint8_t *picture = g_malloc0 (CAM_MJPEG_HEADER_MAX + scan_size + 2);
    size_t size = cam_mjpeg_write_header (&header, picture);
    for (size_t j = 0; j < scan_size; j++)
      picture[size++] = (uint8_t) (j * 11 % 255);
    picture[size++] = 0xff;
    picture[size++] = 0xd9;
    g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, picture, size, 3000);
    g_assert_cmpuint (trip.markers, ==, 1);
    g_assert_true (trip.marked_last);
    g_assert_cmpuint (trip.units->len, ==, 1);
    g_assert_cmpmem (g_bytes_get_data (trip.units->pdata[0], NULL), g_bytes_get_size (trip.units->pdata[0]), picture, size);
  }
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

static void
test_not_sent (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MJPEG);
  CamPacketizer *packetizer = cam_packetizer_new (track, 1);
  CamDepacketizer *depacketizer = codec_depacketizer (track, 26);
  static const struct {
    uint16_t width;
    uint16_t height;
    bool sent;
  } rows[] = {{2040, 2040, true}, {2041, 100, false}, {100, 2041, false}, {7, 1, true}};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamMjpegHeader header = {.width = rows[i].width, .height = rows[i].height};
    cam_mjpeg_make_tables (50, header.tables);
    uint8_t picture[CAM_MJPEG_HEADER_MAX + 1];
    size_t size = cam_mjpeg_write_header (&header, picture);
    picture[size++] = 1;
    g_auto (CodecTrip) trip = codec_trip (packetizer, depacketizer, picture, size, 3000);
    g_assert_cmpint (trip.run.bytes > 0, ==, rows[i].sent);
  }
  g_auto (CodecTrip) none = codec_trip (packetizer, depacketizer, (const uint8_t *) "no picture", 10, 3000);
  g_assert_cmpuint (none.run.packets, ==, 0);
  g_autofree char *rtpmap = cam_packetizer_get_rtpmap (packetizer);
  g_assert_cmpstr (rtpmap, ==, "JPEG/90000");
  g_assert_null (cam_packetizer_get_fmtp (packetizer));
  cam_depacketizer_free (depacketizer);
  cam_packetizer_free (packetizer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/depacketize-mjpeg/packets", test_packets);
  g_test_add_func ("/wire/depacketize-mjpeg/tables", test_tables);
  g_test_add_func ("/wire/depacketize-mjpeg/losses", test_losses);
  g_test_add_func ("/wire/depacketize-mjpeg/malformed", test_malformed);
  g_test_add_func ("/wire/depacketize-mjpeg/size-from-sdp", test_size_from_sdp);
  g_test_add_func ("/wire/depacketize-mjpeg/oversize", test_oversize);
  g_test_add_func ("/wire/depacketize-mjpeg/round-trip", test_round_trip);
  g_test_add_func ("/wire/depacketize-mjpeg/not-sent", test_not_sent);
  return g_test_run ();
}
