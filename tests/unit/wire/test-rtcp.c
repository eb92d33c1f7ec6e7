#include "wire/rtcp.h"

#include <glib.h>
#include <string.h>

static void
test_sender_report (void)
{
  uint8_t data[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_sender_report (data, 0x01020304, 0x1122334455667788, 90000, 7, 1234, "cam@relay");
  g_assert_cmpuint (size, ==, 28 + 20);
  g_assert_cmpuint (data[1], ==, 200);
  g_assert_cmpuint (data[3], ==, 6);
  CamRtcpReport report;
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_true (report.has_sender_report);
  g_assert_false (report.has_bye);
  g_assert_cmphex (report.ssrc, ==, 0x01020304);
  g_assert_cmphex (report.ntp, ==, 0x1122334455667788);
  g_assert_cmpuint (report.rtp_time, ==, 90000);
  const uint8_t counts[] = {0, 0, 0, 7, 0, 0, 4, 0xd2};
  g_assert_cmpmem (data + 20, 8, counts, 8);
  const uint8_t sdes[] = {0x81, 202, 0, 4, 1, 2, 3, 4, 1, 9, 'c', 'a', 'm', '@', 'r', 'e', 'l', 'a', 'y', 0};
  g_assert_cmpmem (data + 28, 20, sdes, sizeof sdes);
}

/* Every length of CNAME leaves whole words, a null octet and the bound. */
static void
test_cname_lengths (void)
{
  char cname[201];
  for (size_t length = 0; length < sizeof cname; length++) {
    memset (cname, 'x', length);
    cname[length] = '\0';
    uint8_t data[CAM_RTCP_MAX_BYTES];
    size_t size = cam_rtcp_write_sender_report (data, 1, 2, 3, 4, 5, cname);
    g_assert_cmpuint (size, <=, CAM_RTCP_MAX_BYTES);
    g_assert_cmpuint (size % 4, ==, 0);
    g_assert_cmpuint (data[size - 1], ==, 0);
    g_assert_cmpuint (28 + 4 * (data[31] + 1u), ==, size);
  }
}

static void
test_receiver_report (void)
{
  CamRtpSequence sequence = {0};
  for (uint16_t i = 0; i < 101; i++) {
    CamRtpPacket packet = {.sequence = (uint16_t) (65500 + i), .ssrc = 0xabc};
    if (i % 4 != 1)
      cam_rtp_sequence_add (&sequence, &packet, 90000, 0);
  }
  uint8_t data[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_receiver_report (data, 5, &sequence, 0x0000111122220000, 1000000, 2500000, "r");
  CamRtcpReport report;
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_false (report.has_sender_report);
  g_assert_cmpuint (report.ssrc, ==, 5);
  g_assert_cmpuint (report.n_blocks, ==, 1);
  g_assert_cmphex (report.blocks[0].ssrc, ==, 0xabc);
  g_assert_cmpint (report.blocks[0].lost, ==, 25);
  g_assert_cmpuint (report.blocks[0].fraction_lost, ==, 25 * 256 / 101);
  g_assert_cmpuint (report.blocks[0].highest, ==, 65600);
  const uint8_t times[] = {0x11, 0x11, 0x22, 0x22, 0, 1, 0x80, 0};
  g_assert_cmpmem (data + 24, 8, times, 8);

  cam_rtcp_write_receiver_report (data, 5, &sequence, 0, 0, 9000000, "r");
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_cmpuint (report.blocks[0].fraction_lost, ==, 0);
  g_assert_cmpint (report.blocks[0].lost, ==, 25);
  const uint8_t no_times[8] = {0};
  g_assert_cmpmem (data + 24, 8, no_times, 8);
}

/* More received than expected: duplicates make the loss negative (RFC 3550, 6.4.1). */
static void
test_duplicates (void)
{
  CamRtpSequence sequence = {0};
  CamRtpPacket packet = {.sequence = 9};
  for (int i = 0; i < 4; i++)
    cam_rtp_sequence_add (&sequence, &packet, 90000, 0);
  uint8_t data[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_receiver_report (data, 5, &sequence, 0, 0, 0, "r");
  CamRtcpReport report;
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_cmpint (report.blocks[0].lost, ==, -3);
  g_assert_cmpuint (report.blocks[0].fraction_lost, ==, 0);
}

static void
test_nothing_received (void)
{
  CamRtpSequence sequence = {0};
  uint8_t data[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_receiver_report (data, 5, &sequence, 0, 0, 0, "r");
  CamRtcpReport report;
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_cmpuint (report.n_blocks, ==, 0);
}

static void
test_bye (void)
{
  uint8_t data[CAM_RTCP_MAX_BYTES];
  size_t size = cam_rtcp_write_bye (data, 77, "camrelay");
  CamRtcpReport report;
  g_assert_true (cam_rtcp_read (data, size, &report));
  g_assert_true (report.has_bye);
  g_assert_false (report.has_sender_report);
  g_assert_cmpuint (report.ssrc, ==, 77);
  g_assert_cmpuint (data[1], ==, 201);
}

static void
test_hostile (void)
{
  CamRtcpReport report = {.ssrc = 99};
  const uint8_t rtp[] = {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  const uint8_t version[] = {0x40, 200, 0, 0};
  const uint8_t cut[] = {0x80, 200, 0, 6, 0, 0, 0, 1};
  g_assert_false (cam_rtcp_read (rtp, sizeof rtp, &report));
  g_assert_false (cam_rtcp_read (version, sizeof version, &report));
  g_assert_false (cam_rtcp_read (cut, sizeof cut, &report));
  g_assert_false (cam_rtcp_read (rtp, 0, &report));
  g_assert_cmpuint (report.ssrc, ==, 99);

  /* A sender report too short to be one says nothing; a BYE behind it still counts; what lies behind that is left alone. */
  const uint8_t compound[] = {0x80, 200, 0, 1, 0, 0, 0, 1, 0x80, 203, 0, 0, 0xff, 0xff, 0xff, 0xff};
  g_assert_true (cam_rtcp_read (compound, sizeof compound, &report));
  g_assert_false (report.has_sender_report);
  g_assert_true (report.has_bye);

  /* 31 blocks announced, nine there: eight are kept. */
  uint8_t blocks[8 + 9 * 24] = {0x80 | 31, 201, 0, (8 + 9 * 24) / 4 - 1};
  g_assert_true (cam_rtcp_read (blocks, sizeof blocks, &report));
  g_assert_cmpuint (report.n_blocks, ==, 8);
  blocks[3] = 7;
  g_assert_true (cam_rtcp_read (blocks, 32, &report));
  g_assert_cmpuint (report.n_blocks, ==, 1);
}

static void
test_ntp (void)
{
  g_assert_cmphex (cam_ntp_from_unix_us (0), ==, (uint64_t) 2208988800u << 32);
  g_assert_cmphex (cam_ntp_from_unix_us (1500000), ==, ((uint64_t) 2208988801u << 32) + 0x80000000u);
  g_assert_cmphex (cam_ntp_from_unix_us (-500000), ==, ((uint64_t) 2208988799u << 32) + 0x80000000u);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcp/sender-report", test_sender_report);
  g_test_add_func ("/rtcp/cname-lengths", test_cname_lengths);
  g_test_add_func ("/rtcp/receiver-report", test_receiver_report);
  g_test_add_func ("/rtcp/duplicates", test_duplicates);
  g_test_add_func ("/rtcp/nothing-received", test_nothing_received);
  g_test_add_func ("/rtcp/bye", test_bye);
  g_test_add_func ("/rtcp/hostile", test_hostile);
  g_test_add_func ("/rtcp/ntp", test_ntp);
  return g_test_run ();
}
