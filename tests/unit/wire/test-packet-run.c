#include "wire/packet-run.h"

#include <glib.h>
#include <string.h>

static void
test_two_packets (void)
{
  uint8_t out[64] = {0};
  CamRunWriter writer = {.out = out, .payload_type = 97, .channel = 2, .sequence = 65535, .rtp_time = 0x01020304, .ssrc = 0x0a0b0c0d};
  cam_run_mark_last (&writer);
  cam_run_write_packet (&writer, (const uint8_t *) "abc", 3, true);
  memcpy (cam_run_payload (&writer), "d", 1);
  cam_run_close_packet (&writer, 1, false);
  const uint8_t expected[] = {'$', 2,   0, 15, 0x80, 0xe1, 0xff, 0xff, 1, 2, 3, 4, 10, 11, 12, 13, 'a', 'b',
                              'c', '$', 2, 0,  13,   0x80, 0x61, 0,    0, 1, 2, 3, 4,  10, 11, 12, 13,  'd'};
  g_assert_cmpmem (out, writer.run.bytes, expected, sizeof expected);
  g_assert_cmpuint (writer.run.packets, ==, 2);
  g_assert_cmpuint (writer.run.octets, ==, 4);
  cam_run_mark_last (&writer);
  g_assert_cmphex (out[19 + 5], ==, 0xe1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packet-run/two-packets", test_two_packets);
  return g_test_run ();
}
