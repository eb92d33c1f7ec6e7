#include "serve/burst.h"

#include <string.h>

enum { PAYLOAD_BYTES = 20 };

/* @packets RTP packets on channel 0, numbered from @sequence. */
static CamBurst *
make_burst (unsigned packets, uint16_t sequence)
{
  CamBurst *burst = cam_burst_new (packets * (4 + PAYLOAD_BYTES));
  uint8_t *out = burst->data;
  for (unsigned i = 0; i < packets; i++) {
    uint16_t number = (uint16_t) (sequence + i);
    memset (out, 0xab, 4 + PAYLOAD_BYTES);
    memcpy (out, (uint8_t[]){'$', 0, 0, PAYLOAD_BYTES, 0x80, 96, (uint8_t) (number >> 8), (uint8_t) number}, 8);
    out += 4 + PAYLOAD_BYTES;
  }
  burst->packets = (uint16_t) packets;
  burst->sequence = sequence;
  burst->size = (size_t) (out - burst->data);
  return burst;
}

static void
assert_numbered (const CamBurst *burst, uint8_t channel, uint16_t sequence)
{
  g_assert_cmpuint (burst->channel, ==, channel);
  g_assert_cmpuint (burst->sequence, ==, sequence);
  for (unsigned i = 0; i < burst->packets; i++) {
    const uint8_t *packet = burst->data + i * (4 + PAYLOAD_BYTES);
    g_assert_cmpuint (packet[0], ==, '$');
    g_assert_cmpuint (packet[1], ==, channel);
    g_assert_cmpuint (packet[6] << 8 | packet[7], ==, (uint16_t) (sequence + i));
    g_assert_cmpuint (packet[8], ==, 0xab);
  }
}

static void
test_same_is_itself (void)
{
  g_autoptr (CamBurst) burst = make_burst (2, 7);
  g_autoptr (CamBurst) same = cam_burst_get_variant (burst, 0, 0);
  g_assert_true (same == burst);
  g_assert_cmpuint (burst->refs, ==, 2);
  g_assert_null (burst->variants);
}

static void
test_variants_are_patched_and_kept (void)
{
  g_autoptr (CamBurst) burst = make_burst (3, 65534);
  g_autoptr (CamBurst) moved = cam_burst_get_variant (burst, 4, 10);
  assert_numbered (moved, 4, 8);
  assert_numbered (burst, 0, 65534);

  g_autoptr (CamBurst) again = cam_burst_get_variant (burst, 4, 10);
  g_assert_true (again == moved);
  g_autoptr (CamBurst) channel_only = cam_burst_get_variant (burst, 4, 0);
  g_assert_true (channel_only != moved);
  assert_numbered (channel_only, 4, 65534);
  g_autoptr (CamBurst) shift_only = cam_burst_get_variant (burst, 0, 1);
  assert_numbered (shift_only, 0, 65535);
}

static void
test_a_variant_outlives_its_burst (void)
{
  CamBurst *burst = make_burst (1, 1);
  g_autoptr (CamBurst) variant = cam_burst_get_variant (burst, 6, 2);
  cam_burst_unref (burst);
  g_assert_cmpuint (variant->refs, ==, 1);
  assert_numbered (variant, 6, 3);
}

static void
test_control_keeps_its_bytes (void)
{
  g_autoptr (CamBurst) report = make_burst (1, 0);
  report->is_control = true;
  report->channel = report->data[1] = 1;
  g_autoptr (CamBurst) same = cam_burst_get_variant (report, 1, 500);
  g_assert_true (same == report);
  g_autoptr (CamBurst) moved = cam_burst_get_variant (report, 9, 500);
  g_assert_cmpuint (moved->data[1], ==, 9);
  g_assert_cmpmem (moved->data + 2, moved->size - 2, report->data + 2, report->size - 2);
}

static void
test_shift_by_the_maker (void)
{
  g_autoptr (CamBurst) burst = make_burst (4, 0);
  cam_burst_shift (burst, 65533);
  assert_numbered (burst, 0, 65533);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/burst/same-is-itself", test_same_is_itself);
  g_test_add_func ("/burst/variants-are-patched-and-kept", test_variants_are_patched_and_kept);
  g_test_add_func ("/burst/a-variant-outlives-its-burst", test_a_variant_outlives_its_burst);
  g_test_add_func ("/burst/control-keeps-its-bytes", test_control_keeps_its_bytes);
  g_test_add_func ("/burst/shift-by-the-maker", test_shift_by_the_maker);
  return g_test_run ();
}
