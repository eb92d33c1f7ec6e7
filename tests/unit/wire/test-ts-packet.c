#include "wire/ts-packet.h"

#include "codec-fixture.h"

#define PACKETS 4

/* A packet's first bytes, the rest filled with 0x11. */
static void
fill_packet (uint8_t out[CAM_TS_PACKET_BYTES], const char *hex)
{
  g_autoptr (GBytes) head = codec_from_hex (hex);
  memset (out, 0x11, CAM_TS_PACKET_BYTES);
  memcpy (out, g_bytes_get_data (head, NULL), g_bytes_get_size (head));
}

static void
test_read (void)
{
  static const struct {
    const char *hex;
    size_t size; /* of the payload */
    uint16_t pid;
    uint8_t counter;
    bool is_read, starts, is_stuffed, is_discontinuity, is_random_access, is_scrambled, is_faulty;
  } rows[] = {
      {"47 01 00 15", 184, 0x100, 5, .is_read = true},
      {"47 5f ff 1f", 184, 0x1fff, 15, .is_read = true, .starts = true},
      {"47 81 00 10", 184, 0x100, 0, .is_read = true, .is_faulty = true},
      {"47 01 00 90", 184, 0x100, 0, .is_read = true, .is_scrambled = true},
      {"47 01 00 30 00", 183, 0x100, 0, .is_read = true, .is_stuffed = true},
      {"47 01 00 30 01 00", 182, 0x100, 0, .is_read = true, .is_stuffed = true},
      {"47 01 00 30 01 c0", 182, 0x100, 0, .is_read = true, .is_discontinuity = true, .is_random_access = true},
      {"47 01 00 30 07 10 000000000000", 176, 0x100, 0, .is_read = true}, /* a clock fills it */
      {"47 01 00 30 08 10 000000000000 ff", 175, 0x100, 0, .is_read = true, .is_stuffed = true},
      {"47 01 00 30 04 02 02 aabb", 179, 0x100, 0, .is_read = true},                      /* private data */
      {"47 01 00 30 0e 1c 000000000000 000000000000 05", 169, 0x100, 0, .is_read = true}, /* two clocks and a countdown */
      {"47 01 00 30 03 03 ff 00", 180, 0x100, 0, .is_read = true},                        /* lengths that lie do no harm */
      {"47 01 00 20 b7 00", 0, 0x100, 0, .is_read = true, .is_stuffed = true},
      {"47 01 00 30 b7 00", 0, 0x100, 0, .is_read = true, .is_stuffed = true},
      {"47 01 00 00", 0, 0x100, 0, .is_read = true},
      {"47 01 00 30 b8 00", 0, 0, 0, .is_read = false},
      {"48 01 00 10", 0, 0, 0, .is_read = false},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    uint8_t data[CAM_TS_PACKET_BYTES];
    fill_packet (data, rows[i].hex);
    g_autofree uint8_t *exact = g_memdup2 (data, sizeof data);
    CamTsPacket packet = {0};
    g_test_message ("%s", rows[i].hex);
    g_assert_cmpint (cam_ts_packet_read (exact, &packet), ==, rows[i].is_read);
    g_assert_cmpuint (packet.pid, ==, rows[i].pid);
    g_assert_cmpuint (packet.counter, ==, rows[i].counter);
    g_assert_cmpuint (packet.size, ==, rows[i].size);
    g_assert_true ((packet.payload != NULL) == (rows[i].size > 0));
    if (packet.size > 0)
      g_assert_true (packet.payload + packet.size == exact + CAM_TS_PACKET_BYTES);
    g_assert_cmpint (packet.starts, ==, rows[i].starts);
    g_assert_cmpint (packet.is_stuffed, ==, rows[i].is_stuffed);
    g_assert_cmpint (packet.is_discontinuity, ==, rows[i].is_discontinuity);
    g_assert_cmpint (packet.is_random_access, ==, rows[i].is_random_access);
    g_assert_cmpint (packet.is_scrambled, ==, rows[i].is_scrambled);
    g_assert_cmpint (packet.is_faulty, ==, rows[i].is_faulty);
  }
}

/* Writes @size bytes in pieces of @piece and reads them back. */
static void
assert_written (size_t size, size_t piece, const CamTsMark *mark)
{
  uint8_t out[PACKETS * CAM_TS_PACKET_BYTES];
  g_autofree uint8_t *payload = codec_pattern (size);
  CamTsWriter writer = cam_ts_writer_new (out, 0x1234, 14, mark, size);
  for (size_t offset = 0; offset < size; offset += piece)
    cam_ts_writer_append (&writer, payload + offset, MIN (piece, size - offset));
  size_t bytes = (size_t) (writer.out - out);
  g_assert_cmpuint (bytes % CAM_TS_PACKET_BYTES, ==, 0);
  g_assert_cmpuint (writer.counter, ==, (14 + bytes / CAM_TS_PACKET_BYTES) % 16);
  size_t read = 0;
  for (size_t offset = 0; offset < bytes; offset += CAM_TS_PACKET_BYTES) {
    CamTsPacket packet;
    g_assert_true (cam_ts_packet_read (out + offset, &packet));
    g_assert_cmpuint (packet.pid, ==, 0x1234);
    g_assert_cmpuint (packet.counter, ==, (14 + offset / CAM_TS_PACKET_BYTES) % 16);
    g_assert_cmpint (packet.starts, ==, offset == 0);
    g_assert_cmpint (packet.is_random_access, ==, mark != NULL && mark->is_random_access && offset == 0);
    g_assert_cmpmem (packet.payload, packet.size, payload + read, MIN (packet.size, size - read));
    read += packet.size;
    if (mark == NULL)
      g_assert_cmpint (packet.is_stuffed, ==, packet.size < CAM_TS_PAYLOAD_BYTES);
  }
  g_assert_cmpuint (read, ==, size);
}

static void
test_write (void)
{
  const CamTsMark marks[] = {
      {.is_random_access = true},
      {.has_clock = true, .clock = 12345},
      {.has_clock = true, .is_random_access = true, .is_discontinuity = true},
  };
  for (size_t size = 1; size <= 560; size++) {
    assert_written (size, size, NULL);
    assert_written (size, 7, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS (marks); i++)
      assert_written (size, 100, &marks[i]);
  }
}

/* 27 MHz: base 0x1ffffffff, extension 299, is the last before it begins anew. */
static void
test_clock (void)
{
  static const struct {
    uint64_t clock;
    const char *hex;
  } rows[] = {
      {0, "00 00 00 00 7e 00"},
      {299, "00 00 00 00 7f 2b"},
      {300, "00 00 00 00 fe 00"},
      {UINT64_C (0x1ffffffff) * 300 + 299, "ff ff ff ff ff 2b"},
      {UINT64_C (0x200000000) * 300, "00 00 00 00 7e 00"},
      {UINT64_C (900000) * 300 + 1, "00 06 dd d0 7e 01"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    uint8_t out[CAM_TS_PACKET_BYTES];
    CamTsMark mark = {.has_clock = true, .clock = rows[i].clock, .is_discontinuity = true};
    cam_ts_packet_write_mark (out, 0x100, 3, &mark);
    g_autoptr (GBytes) expected = codec_from_hex (rows[i].hex);
    g_assert_cmpmem (out + 6, 6, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
    g_autoptr (GBytes) head = codec_from_hex ("47 01 00 23 b7 90");
    g_assert_cmpmem (out, 6, g_bytes_get_data (head, NULL), g_bytes_get_size (head));
    for (size_t at = 12; at < sizeof out; at++)
      g_assert_cmpuint (out[at], ==, 0xff);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/ts-packet/read", test_read);
  g_test_add_func ("/wire/ts-packet/write", test_write);
  g_test_add_func ("/wire/ts-packet/clock", test_clock);
  return g_test_run ();
}
