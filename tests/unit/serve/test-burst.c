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
    out[4 + PAYLOAD_BYTES - 1] = (uint8_t) i;
    memcpy (out, (uint8_t[]){'$', 0, 0, PAYLOAD_BYTES, 0x80, 96, (uint8_t) (number >> 8), (uint8_t) number}, 8);
    out += 4 + PAYLOAD_BYTES;
  }
  burst->packets = (uint16_t) packets;
  burst->sequence = sequence;
  burst->size = (size_t) (out - burst->data);
  return burst;
}

/* All bytes from @offset on, asked for @n_vectors at a time. (transfer full) */
static GByteArray *
read_all (const CamBurst *burst, size_t offset, size_t n_vectors)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autofree struct iovec *vectors = g_new (struct iovec, n_vectors);
  size_t n;
  while ((n = cam_burst_gather (burst, offset + bytes->len, vectors, n_vectors)) > 0) {
    g_assert_cmpuint (n, <=, n_vectors);
    for (size_t i = 0; i < n; i++)
      g_byte_array_append (bytes, vectors[i].iov_base, (guint) vectors[i].iov_len);
  }
  return bytes;
}

static void
assert_numbered (const CamBurst *burst, uint8_t channel, uint16_t sequence)
{
  g_assert_cmpuint (burst->channel, ==, channel);
  g_assert_cmpuint (burst->sequence, ==, sequence);
  g_autoptr (GByteArray) bytes = read_all (burst, 0, 256);
  g_assert_cmpuint (bytes->len, ==, burst->size);
  for (unsigned i = 0; i < burst->packets; i++) {
    const uint8_t *packet = bytes->data + i * (4 + PAYLOAD_BYTES);
    g_assert_cmpuint (packet[0], ==, '$');
    g_assert_cmpuint (packet[1], ==, channel);
    g_assert_cmpuint (packet[6] << 8 | packet[7], ==, (uint16_t) (sequence + i));
    g_assert_cmpuint (packet[8], ==, 0xab);
    g_assert_cmpuint (packet[4 + PAYLOAD_BYTES - 1], ==, i);
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

static unsigned
count_variants (const CamBurst *burst)
{
  unsigned n = 0;
  for (const CamBurst *variant = burst->variants; variant != NULL; variant = variant->next) {
    g_assert_true (variant->next == NULL || variant->next->previous == variant);
    n++;
  }
  return n;
}

/* In whatever order they go. */
static void
test_variants_leave_their_burst (void)
{
  enum { VARIANTS = 3 };
  for (unsigned first = 0; first < VARIANTS; first++) {
    g_autoptr (CamBurst) burst = make_burst (2, 7);
    CamBurst *variants[VARIANTS];
    for (unsigned i = 0; i < VARIANTS; i++)
      variants[i] = cam_burst_get_variant (burst, 0, (uint16_t) (i + 1));
    for (unsigned i = 0; i < VARIANTS; i++) {
      g_assert_cmpuint (count_variants (burst), ==, VARIANTS - i);
      cam_burst_unref (variants[(first + i) % VARIANTS]);
    }
    g_assert_null (burst->variants);
    g_assert_cmpuint (burst->refs, ==, 1);
  }
}

/* From each byte on, and however few pieces there is room for. */
static void
test_gather (void)
{
  g_autoptr (CamBurst) burst = make_burst (5, 65533);
  g_autoptr (CamBurst) variant = cam_burst_get_variant (burst, 2, 100);
  CamBurst *both[] = {burst, variant};
  for (unsigned which = 0; which < G_N_ELEMENTS (both); which++) {
    g_autoptr (GByteArray) whole = read_all (both[which], 0, 1000);
    for (size_t offset = 0; offset <= whole->len; offset++)
      for (size_t n = 1; n < 12; n++) {
        g_autoptr (GByteArray) part = read_all (both[which], offset, n);
        g_assert_cmpmem (part->data, part->len, whole->data + offset, whole->len - offset);
      }
  }
  struct iovec vector;
  g_assert_cmpuint (cam_burst_gather (variant, 0, &vector, 0), ==, 0);
  g_assert_cmpuint (cam_burst_gather (variant, variant->size, &vector, 1), ==, 0);
}

static void
test_packets (void)
{
  g_autoptr (CamBurst) burst = make_burst (3, 65535);
  g_autoptr (CamBurst) variant = cam_burst_get_variant (burst, 0, 3);
  CamBurst *both[] = {burst, variant};
  for (unsigned which = 0; which < G_N_ELEMENTS (both); which++) {
    g_autoptr (GByteArray) whole = read_all (both[which], 0, 1000);
    for (size_t offset = 0; offset < whole->len; offset += 4 + PAYLOAD_BYTES) {
      struct iovec parts[CAM_BURST_PACKET_PARTS];
      g_autoptr (GByteArray) packet = g_byte_array_new ();
      size_t n = cam_burst_get_packet (both[which], offset, parts);
      for (size_t i = 0; i < n; i++)
        g_byte_array_append (packet, parts[i].iov_base, (guint) parts[i].iov_len);
      g_assert_cmpmem (packet->data, packet->len, whole->data + offset + 4, PAYLOAD_BYTES);
    }
  }
}

/* A variant costs its heads, not its bytes. */
static void
test_charge (void)
{
  enum { PACKETS = 100 };
  g_autoptr (CamMediaMemory) memory = cam_media_memory_new (10000);
  g_autoptr (CamMediaShare) share = cam_media_share_new (memory, UINT64_MAX);
  CamBurst *burst = make_burst (PACKETS, 7);
  g_assert_true (cam_burst_charge (burst, share));
  size_t canonical = PACKETS * (4 + PAYLOAD_BYTES) + sizeof (CamBurst);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, canonical);
  CamBurst *variant = cam_burst_get_variant (burst, 4, 1);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, canonical + PACKETS * 8 + sizeof (CamBurst));
  CamBurst *other = cam_burst_get_variant (burst, 4, 2);
  g_assert_nonnull (other);
  g_assert_null (cam_burst_get_variant (burst, 4, 3));
  g_assert_cmpuint (cam_media_memory_get_counters (memory).refusals, ==, 1);
  g_autoptr (CamBurst) late = make_burst (PACKETS, 7);
  g_assert_false (cam_burst_charge (late, share));
  cam_burst_unref (burst);
  cam_burst_unref (other);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, canonical + PACKETS * 8 + sizeof (CamBurst));
  assert_numbered (variant, 4, 8);
  cam_burst_unref (variant);
  g_assert_cmpuint (cam_media_share_get_used (share), ==, 0);
  g_assert_true (cam_burst_charge (late, share));
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
  g_autoptr (GByteArray) bytes = read_all (moved, 0, 2);
  g_assert_cmpuint (bytes->data[1], ==, 9);
  g_assert_cmpmem (bytes->data + 2, bytes->len - 2, report->data + 2, report->size - 2);
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
  g_test_add_func ("/burst/variants-leave-their-burst", test_variants_leave_their_burst);
  g_test_add_func ("/burst/gather", test_gather);
  g_test_add_func ("/burst/packets", test_packets);
  g_test_add_func ("/burst/charge", test_charge);
  g_test_add_func ("/burst/control-keeps-its-bytes", test_control_keeps_its_bytes);
  g_test_add_func ("/burst/shift-by-the-maker", test_shift_by_the_maker);
  return g_test_run ();
}
