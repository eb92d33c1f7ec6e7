#include "wire/h264.h"

#include "video-fixture.h"

static CamNalFacts
inspect (const char *hex)
{
  g_autoptr (GBytes) nal = from_hex (hex);
  return cam_h264_inspect (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal));
}

static void
test_types (void)
{
  const struct {
    const char *nal;
    CamNalFacts facts;
  } rows[] = {
      {"41 9a", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"41 40", {.role = CAM_NAL_SLICE}},
      {"41", {.role = CAM_NAL_SLICE}},
      {"42 9a", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"43 9a", {.role = CAM_NAL_SLICE}},
      {"44 9a", {.role = CAM_NAL_SLICE}},
      {"65 88", {.role = CAM_NAL_SLICE, .starts_picture = true, .is_key = true}},
      {"65 40", {.role = CAM_NAL_SLICE, .is_key = true}},
      {"06 05 01 00 80", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"06 06 01 c0 80", {.role = CAM_NAL_OTHER, .starts_picture = true, .is_recovery_point = true}},
      {"06 06 01 40 80", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"67 42001e 80", {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true}},
      {"67 42001e 08 80", {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_id = 15 + 1}},
      {"67 42001e 04 20", {.role = CAM_NAL_BAD}}, /* id 32 */
      {"67 42001e", {.role = CAM_NAL_BAD}},
      {"68 80", {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = 1}},
      {"68 00 80 00", {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = 1, .set_id = 255}},
      {"68 00 80 80", {.role = CAM_NAL_BAD}}, /* id 256 */
      {"68", {.role = CAM_NAL_BAD}},
      {"09 f0", {.role = CAM_NAL_DELIMITER, .starts_picture = true}},
      {"0a", {.role = CAM_NAL_OTHER}},
      {"0b", {.role = CAM_NAL_OTHER}},
      {"0c ff", {.role = CAM_NAL_OTHER}},
      {"6d", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"6e", {.role = CAM_NAL_OTHER}},
      {"6f", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"70", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"12", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"13 80", {.role = CAM_NAL_OTHER}},
      {"14 80", {.role = CAM_NAL_OTHER}},
      {"17", {.role = CAM_NAL_OTHER}},
      {"", {.role = CAM_NAL_BAD}},
      {"00", {.role = CAM_NAL_BAD}},
      {"18", {.role = CAM_NAL_BAD}},
      {"1c", {.role = CAM_NAL_BAD}},
      {"1f", {.role = CAM_NAL_BAD}},
      {"c1 9a", {.role = CAM_NAL_BAD}}, /* the forbidden bit */
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamNalFacts facts = inspect (rows[i].nal);
    g_test_message ("%s", rows[i].nal);
    g_assert_cmpint (facts.role, ==, rows[i].facts.role);
    g_assert_cmpint (facts.starts_picture, ==, rows[i].facts.starts_picture);
    g_assert_cmpint (facts.is_key, ==, rows[i].facts.is_key);
    g_assert_cmpint (facts.is_recovery_point, ==, rows[i].facts.is_recovery_point);
    g_assert_cmpuint (facts.set_kind, ==, rows[i].facts.set_kind);
    g_assert_cmpuint (facts.set_id, ==, rows[i].facts.set_id);
  }
}

static void
test_intra_slices (void)
{
  const struct {
    const char *nal;
    bool is_intra;
  } rows[] = {
      {"41 9a", false},    /* type 5: P */
      {"41 88", true},     /* type 7: I */
      {"41 b0", true},     /* type 2: I */
      {"41 94", true},     /* type 4: SI */
      {"41 8a", true},  /* type 9: SI */
      {"41 42 00", true},  /* the second slice, type 7 */
      {"41 c0", false},    /* type 0: P */
      {"41 8b", false}, /* type 10: none */
      {"42 88", true},     /* partition A */
      {"43 88", false},    {"44 88", false}, {"41", false}, {"41 00", false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    g_test_message ("%s", rows[i].nal);
    g_assert_cmpint (cam_h264_is_intra_slice (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal)), ==, rows[i].is_intra);
  }
}

/* Of x264's encoder, and one that says its scaling lists and picture order of type 1. */
static void
test_sps (void)
{
  const struct {
    const char *nal;
    uint8_t profile, level;
    uint16_t width, height;
  } rows[] = {
      {"67f40028919b280f0044fc4e0220000003002000000641e30632c0", 244, 40, 1920, 1080},
      {"67f4001e919b281405ff1380880000030008000003019078b16cb0", 244, 30, 640, 360},
      {"677a0028bcd94078044fcb808800000300080000030190f8b16cb0", 122, 40, 1920, 1080}, /* interlaced, 4:2:2 */
      {"6742c01e95a0280f4840", 66, 30, 640, 480},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    CamH264Sps sps;
    g_test_message ("%s", rows[i].nal);
    g_assert_true (cam_h264_read_sps (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), &sps));
    g_assert_cmpuint (sps.profile, ==, rows[i].profile);
    g_assert_cmpuint (sps.level, ==, rows[i].level);
    g_assert_cmpuint (sps.width, ==, rows[i].width);
    g_assert_cmpuint (sps.height, ==, rows[i].height);
  }
}

/* Bits from text of 0s and 1s, behind an SPS's header. */
static GBytes *
from_bits (uint8_t header, const char *bits)
{
  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_append (bytes, &header, 1);
  uint8_t byte = 0;
  unsigned n = 0;
  for (; *bits != '\0'; bits++) {
    if (*bits == ' ')
      continue;
    byte = (uint8_t) (byte << 1 | (*bits == '1'));
    if (++n % 8 == 0)
      g_byte_array_append (bytes, &byte, 1);
  }
  byte = (uint8_t) (byte << (8 - n % 8) | 1 << (7 - n % 8));
  g_byte_array_append (bytes, &byte, 1);
  return g_byte_array_free_to_bytes (bytes);
}

#define HIGH "01100100 00000001 00011110 "

static void
test_sps_by_bits (void)
{
  const struct {
    const char *bits;
    bool is_sps;
    uint16_t width, height;
  } rows[] = {
      /* id, chroma 1, depths, bypass, a scaling matrix: one list of 16 that ends at once, seven absent; frame num, order type 1 with a
       * cycle of two, reference frames, gaps, 2x2 macroblocks, frames only, direct, no crop. */
      {HIGH "1 010 1 1 0 1 1 000010001 0000000 1 010 1 1 1 011 1 1 1 0 010 010 1 1 0 0", true, 32, 32},
      /* order type 2, no frames only: height doubled */
      {HIGH "1 010 1 1 0 0 1 011 1 0 010 010 0 0 1 0 0", true, 32, 64},
      /* 4:4:4 with separate planes: cropped by single samples */
      {HIGH "1 00100 1 1 1 0 0 1 011 1 0 010 010 1 1 1 010 1 1 1 0", true, 31, 32},
      /* cropped to nothing: no size */
      {HIGH "1 010 1 1 0 0 1 011 1 0 1 1 1 1 1 000010000 000010000 1 1 0", true, 0, 0},
      /* wider than can be */
      {HIGH "1 010 1 1 0 0 1 011 1 0 0000000000001 000000000000 1 1 1 0 0", true, 0, 0},
      {HIGH "1 010 1 1 0 0 1 011 1", false, 0, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_bits (0x67, rows[i].bits);
    CamH264Sps sps = {.width = 7};
    g_test_message ("%zu", i);
    g_assert_cmpint (cam_h264_read_sps (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), &sps), ==, rows[i].is_sps);
    g_assert_cmpuint (sps.width, ==, rows[i].is_sps ? rows[i].width : 7);
    if (rows[i].is_sps)
      g_assert_cmpuint (sps.height, ==, rows[i].height);
  }
  CamH264Sps sps;
  g_assert_false (cam_h264_read_sps ((const uint8_t *) "\x68\x80\x80\x80", 4, &sps));
  g_assert_false (cam_h264_read_sps ((const uint8_t *) "\x67\x42\x00", 3, &sps));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/h264/types", test_types);
  g_test_add_func ("/h264/intra-slices", test_intra_slices);
  g_test_add_func ("/h264/sps", test_sps);
  g_test_add_func ("/h264/sps-by-bits", test_sps_by_bits);
  return g_test_run ();
}
