#include "wire/rtp.h"

#include <glib.h>
#include <string.h>

static const uint8_t plain[] = {0x80, 0xe0, 0x12, 0x34, 0, 0, 0, 10, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3};

static void
test_plain (void)
{
  CamRtpPacket packet;
  g_assert_true (cam_rtp_read (plain, sizeof plain, &packet));
  g_assert_cmpuint (packet.payload_type, ==, 96);
  g_assert_true (packet.marker);
  g_assert_cmphex (packet.sequence, ==, 0x1234);
  g_assert_cmpuint (packet.time, ==, 10);
  g_assert_cmphex (packet.ssrc, ==, 0xdeadbeef);
  g_assert_cmpmem (packet.payload, packet.size, plain + 12, 3);
}

/* Two CSRCs, an extension of one word, three bytes of padding. */
static void
test_everything (void)
{
  const uint8_t data[] = {0xb2, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 8, 8, 8, 8, 0xbe, 0xde, 0, 1, 7, 7, 7, 7, 42, 43, 0, 0, 3};
  CamRtpPacket packet;
  g_assert_true (cam_rtp_read (data, sizeof data, &packet));
  g_assert_false (packet.marker);
  g_assert_cmpuint (packet.payload_type, ==, 8);
  g_assert_cmpmem (packet.payload, packet.size, data + 28, 2);
}

static void
test_lies (void)
{
  CamRtpPacket packet = {.size = 77};
  for (size_t size = 0; size < CAM_RTP_HEADER_BYTES; size++)
    g_assert_false (cam_rtp_read (plain, size, &packet));
  uint8_t data[sizeof plain];
  const struct {
    uint8_t first, last;
  } rows[] = {
      {0x00, 3}, /* version 0 */
      {0x40, 3}, /* version 1 */
      {0xc0, 3}, /* version 3 */
      {0x81, 3}, /* a CSRC beyond the end */
      {0x90, 3}, /* an extension header beyond the end */
      {0xa0, 0}, /* padding of nothing */
      {0xa0, 4}, /* padding longer than the payload */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    memcpy (data, plain, sizeof plain);
    data[0] = rows[i].first;
    data[sizeof data - 1] = rows[i].last;
    g_assert_false (cam_rtp_read (data, sizeof data, &packet));
  }
  const uint8_t extension[] = {0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 2, 1, 1, 1, 1};
  g_assert_false (cam_rtp_read (extension, sizeof extension, &packet));
  g_assert_cmpuint (packet.size, ==, 77);
}

static void
test_padding_only (void)
{
  uint8_t data[sizeof plain];
  memcpy (data, plain, sizeof plain);
  data[0] = 0xa0;
  CamRtpPacket packet;
  g_assert_true (cam_rtp_read (data, sizeof data, &packet));
  g_assert_cmpuint (packet.size, ==, 0);
}

static CamRtpOrder
add (CamRtpSequence *sequence, uint16_t number, uint32_t ssrc)
{
  CamRtpPacket packet = {.sequence = number, .ssrc = ssrc};
  return cam_rtp_sequence_add (sequence, &packet, 90000, 0);
}

static void
test_sequence (void)
{
  CamRtpSequence sequence = {0};
  const struct {
    uint16_t number;
    uint32_t ssrc;
    CamRtpOrder order;
  } rows[] = {
      {65534, 1, CAM_RTP_NEXT},         {65535, 1, CAM_RTP_NEXT},     {0, 1, CAM_RTP_NEXT},         {0, 1, CAM_RTP_OLD},
      {65535, 1, CAM_RTP_OLD},          {3, 1, CAM_RTP_GAP},          {2, 1, CAM_RTP_OLD},          {4, 1, CAM_RTP_NEXT},
      {3004, 1, CAM_RTP_GAP},           {6005, 1, CAM_RTP_RESTART},   {6005 - 100, 1, CAM_RTP_OLD}, {6005 - 101, 1, CAM_RTP_RESTART},
      {6005 - 100, 2, CAM_RTP_RESTART}, {6005 - 99, 2, CAM_RTP_NEXT},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (add (&sequence, rows[i].number, rows[i].ssrc), ==, rows[i].order);
  g_assert_cmpuint (sequence.lost, ==, 2 + 2999);
  g_assert_cmpuint (sequence.received, ==, 2);
  g_assert_cmpuint (sequence.ssrc, ==, 2);
}

static void
test_cycles (void)
{
  CamRtpSequence sequence = {0};
  for (unsigned i = 0; i < 3 * 65536 + 5; i++)
    g_assert_cmpint (add (&sequence, (uint16_t) (i + 100), 9), ==, CAM_RTP_NEXT);
  g_assert_cmpuint (sequence.cycles + sequence.highest - sequence.base + 1, ==, 3 * 65536 + 5);
  g_assert_cmpuint (sequence.received, ==, 3 * 65536 + 5);
  g_assert_cmpuint (sequence.lost, ==, 0);
}

/* Packets 20 ms apart by their stamps that arrive 20 ms and 30 ms apart in turn: the jitter tends to 5 ms of 90 kHz. */
static void
test_jitter (void)
{
  CamRtpSequence sequence = {0};
  int64_t arrival_us = 1000;
  for (unsigned i = 0; i < 500; i++) {
    CamRtpPacket packet = {.sequence = (uint16_t) i, .time = i * 1800};
    cam_rtp_sequence_add (&sequence, &packet, 90000, arrival_us);
    arrival_us += i % 2 == 0 ? 15000 : 25000;
  }
  g_assert_cmpuint (sequence.jitter >> 4, >=, 440);
  g_assert_cmpuint (sequence.jitter >> 4, <=, 460);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/plain", test_plain);
  g_test_add_func ("/rtp/everything", test_everything);
  g_test_add_func ("/rtp/lies", test_lies);
  g_test_add_func ("/rtp/padding-only", test_padding_only);
  g_test_add_func ("/rtp/sequence", test_sequence);
  g_test_add_func ("/rtp/cycles", test_cycles);
  g_test_add_func ("/rtp/jitter", test_jitter);
  return g_test_run ();
}
