#include "wire/h265.h"

#include "video-fixture.h"

#define SPS_720P "4201010408000003009e0800000300005d9000501005a2cb2b349265780b7020200040000003004000000642"
#define PPS "4401c172860c4424"

static void
test_types (void)
{
  const struct {
    const char *nal;
    CamNalFacts facts;
  } rows[] = {
      {"0201 d0", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"0201 40", {.role = CAM_NAL_SLICE}},
      {"0201", {.role = CAM_NAL_SLICE}},
      {"0001 80", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"1e01 80", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"2001 80", {.role = CAM_NAL_SLICE, .starts_picture = true, .is_key = true}}, /* BLA */
      {"2601 af", {.role = CAM_NAL_SLICE, .starts_picture = true, .is_key = true}}, /* IDR */
      {"2a01 2f", {.role = CAM_NAL_SLICE, .is_key = true}},                         /* CRA, not its first */
      {"2e01 80", {.role = CAM_NAL_SLICE, .starts_picture = true, .is_key = true}}, /* reserved IRAP */
      {"3001 80", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"3e01 80", {.role = CAM_NAL_SLICE, .starts_picture = true}},
      {"4001 3c", {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_id = 3}},
      {"4001", {.role = CAM_NAL_BAD}},
      {SPS_720P, {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = 1}},
      {"4201 01 0408", {.role = CAM_NAL_BAD}},
      {PPS, {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = 2}},
      {"4401 02 00", {.role = CAM_NAL_PARAMETER_SET, .starts_picture = true, .set_kind = 2, .set_id = 63}},
      {"4401 02 08", {.role = CAM_NAL_BAD}}, /* id 64 */
      {"4601 50", {.role = CAM_NAL_DELIMITER, .starts_picture = true}},
      {"4801", {.role = CAM_NAL_OTHER}},
      {"4a01", {.role = CAM_NAL_OTHER}},
      {"4c01 ff", {.role = CAM_NAL_OTHER}},
      {"4e01 0501 00 80", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"4e01 0501 00 0601 80 80", {.role = CAM_NAL_OTHER, .starts_picture = true, .is_recovery_point = true}},
      {"4e01 0601 40 80", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"5001 0601 80 80", {.role = CAM_NAL_OTHER}}, /* a suffix */
      {"5201", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"5801", {.role = CAM_NAL_OTHER, .starts_picture = true}},
      {"5a01", {.role = CAM_NAL_OTHER}},
      {"5e01", {.role = CAM_NAL_OTHER}},
      {"6001", {.role = CAM_NAL_BAD}},
      {"6201", {.role = CAM_NAL_BAD}},
      {"7e01", {.role = CAM_NAL_BAD}},
      {"2609 80", {.role = CAM_NAL_OTHER}}, /* another layer */
      {"2701 80", {.role = CAM_NAL_OTHER}},
      {"2600 80", {.role = CAM_NAL_BAD}}, /* no temporal id */
      {"a601 80", {.role = CAM_NAL_BAD}}, /* the forbidden bit */
      {"26", {.role = CAM_NAL_BAD}},
      {"", {.role = CAM_NAL_BAD}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    CamNalFacts facts = cam_h265_inspect (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal));
    g_test_message ("%s", rows[i].nal);
    g_assert_cmpint (facts.role, ==, rows[i].facts.role);
    g_assert_cmpint (facts.starts_picture, ==, rows[i].facts.starts_picture);
    g_assert_cmpint (facts.is_key, ==, rows[i].facts.is_key);
    g_assert_cmpint (facts.is_recovery_point, ==, rows[i].facts.is_recovery_point);
    g_assert_cmpuint (facts.set_kind, ==, rows[i].facts.set_kind);
    g_assert_cmpuint (facts.set_id, ==, rows[i].facts.set_id);
  }
}

/* Of x265's encoder; the last with three sub-layers. */
static void
test_sps (void)
{
  const struct {
    const char *nal;
    uint16_t width, height;
    unsigned address_bits;
  } rows[] = {
      {"4201010408000003009e0800000300007890007810021cb2cacd24995e02dc080800100000030010000003019080", 1920, 1080, 9},
      {"4201010408000003009e0800000300003f9000a0402d2cb2b349265780b7020200040000030004000003006420", 640, 360, 6},
      {SPS_720P, 1280, 720, 8},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    CamH265Sps sps;
    g_assert_true (cam_h265_read_sps (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), &sps));
    g_assert_cmpuint (sps.width, ==, rows[i].width);
    g_assert_cmpuint (sps.height, ==, rows[i].height);
    g_assert_cmpuint (sps.slice_address_bits, ==, rows[i].address_bits);
    CamH265Sps untouched = {.width = 7};
    g_assert_false (cam_h265_read_sps (g_bytes_get_data (nal, NULL), 20, &untouched));
    g_assert_cmpuint (untouched.width, ==, 7);
  }
  CamH265Sps sps;
  g_assert_false (cam_h265_read_sps ((const uint8_t *) "\x44\x01\xc1", 3, &sps));
  g_assert_false (cam_h265_read_sps ((const uint8_t *) "\x42\x01", 2, &sps));
}

static void
test_pps (void)
{
  const struct {
    const char *nal;
    CamH265Pps pps;
  } rows[] = {
      {PPS, {0}},
      {"4401 59 80", {.id = 1, .has_dependent_slices = true, .extra_slice_bits = 3}},
      {"4401 b8 40", {.sps_id = 2, .has_dependent_slices = true}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    CamH265Pps pps;
    g_assert_true (cam_h265_read_pps (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), &pps));
    g_assert_cmpuint (pps.id, ==, rows[i].pps.id);
    g_assert_cmpuint (pps.sps_id, ==, rows[i].pps.sps_id);
    g_assert_cmpint (pps.has_dependent_slices, ==, rows[i].pps.has_dependent_slices);
    g_assert_cmpuint (pps.extra_slice_bits, ==, rows[i].pps.extra_slice_bits);
  }
  CamH265Pps pps;
  const char *const broken[] = {"4401", "4401 00", "4201 c1", "4401 84 40"};
  for (size_t i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (GBytes) nal = from_hex (broken[i]);
    g_assert_false (cam_h265_read_pps (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), &pps));
  }
}

/* Slices of x265: four a picture, the address in eight bits. */
static void
test_intra_slices (void)
{
  const CamH265Sps sps = {.slice_address_bits = 8};
  const CamH265Pps plain = {0};
  const CamH265Pps dependent = {.has_dependent_slices = true, .extra_slice_bits = 2};
  const struct {
    const char *nal;
    const CamH265Pps *pps;
    bool is_intra;
  } rows[] = {
      {"2801af1cc54cf5e4", &plain, true},  {"2801278f1cc55e09", &plain, true},
      {"28012f0f1cc52693", &plain, true},  {"2a01ac08a9c73152", &plain, true},
      {"1001e024bf861a6e", &plain, false}, {"10014f2024bf861a", &plain, false},
      {"0201 ec", &dependent, false},                                       /* first, pps 0, two bits, type 2 comes late */
      {"0201 c6", &dependent, true},     {"0201 6000", &dependent, true}, /* a dependent segment is what its slice is */
      {"0201 4021 80", &dependent, false}, {"0201", &plain, false},
      {"0201 80", &plain, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    g_test_message ("%s", rows[i].nal);
    g_assert_cmpint (cam_h265_is_intra_slice (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), &sps, rows[i].pps), ==,
                     rows[i].is_intra);
  }
  uint8_t id = 77;
  g_assert_true (cam_h265_read_slice_pps_id ((const uint8_t *) "\x02\x01\xa0", 3, &id));
  g_assert_cmpuint (id, ==, 1);
  g_assert_false (cam_h265_read_slice_pps_id ((const uint8_t *) "\x02\x01\x80", 3, &id));
  g_assert_false (cam_h265_read_slice_pps_id ((const uint8_t *) "\x02\x01", 2, &id));
  g_assert_cmpuint (id, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/h265/types", test_types);
  g_test_add_func ("/h265/sps", test_sps);
  g_test_add_func ("/h265/pps", test_pps);
  g_test_add_func ("/h265/intra-slices", test_intra_slices);
  return g_test_run ();
}
