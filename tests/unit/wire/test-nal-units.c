#include "wire/nal-units.h"

#include "video-fixture.h"

static void
test_walk (void)
{
  g_autoptr (GBytes) unit = from_hex ("00000002 aabb 00000000 00000001 cc 00000003 dd");
  CamNalWalk walk = {g_bytes_get_data (unit, NULL), g_bytes_get_size (unit)};
  const uint8_t *nal;
  size_t size;
  g_assert_true (cam_nal_walk_next (&walk, &nal, &size));
  g_assert_cmpmem (nal, size, "\xaa\xbb", 2);
  g_assert_true (cam_nal_walk_next (&walk, &nal, &size));
  g_assert_cmpmem (nal, size, "\xcc", 1);
  g_assert_false (cam_nal_walk_next (&walk, &nal, &size));
  g_assert_false (cam_nal_walk_next (&walk, &nal, &size));
  walk = (CamNalWalk){(const uint8_t *) "\0\0\0", 3};
  g_assert_false (cam_nal_walk_next (&walk, &nal, &size));
}

static void
test_lengths (void)
{
  uint8_t length[CAM_NAL_LENGTH_BYTES];
  cam_nal_write_length (length, 0x12345678);
  g_assert_cmpmem (length, sizeof length, "\x12\x34\x56\x78", 4);
}

static void
test_start_codes (void)
{
  const struct {
    const char *data;
    size_t length;
  } rows[] = {{"000001", 3}, {"00000001", 4}, {"000001 67", 3}, {"00000002", 0}, {"0000", 0}, {"000000", 0}, {"010001", 0}, {"", 0}};
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) data = from_hex (rows[i].data);
    g_assert_cmpuint (cam_nal_start_code_length (g_bytes_get_data (data, NULL), g_bytes_get_size (data)), ==, rows[i].length);
  }
}

static void
test_recovery_points (void)
{
  const struct {
    const char *nal;
    bool has_one;
  } rows[] = {
      {"06 06 01 c0 80", true},
      {"06 06 01 40 80", false},                /* count 1 */
      {"06 05 02 aabb 06 01 80 80", true},      /* behind another message */
      {"06 05 03 000003 00 06 01 80 80", true}, /* whose size does not count the emulation prevention byte */
      {"06 05 ff00", false},                    /* that ends early */
      {"06 ff06 01 c0 80", false},              /* of type 261 */
      {"06 06 00 80", false},                   /* with nothing in it */
      {"06 06 01", false},
      {"06 06", false},
      {"06 ffffffff", false},
      {"06", false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) nal = from_hex (rows[i].nal);
    g_test_message ("%s", rows[i].nal);
    g_assert_cmpint (cam_nal_has_recovery_point (g_bytes_get_data (nal, NULL), g_bytes_get_size (nal), 1), ==, rows[i].has_one);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nal-units/walk", test_walk);
  g_test_add_func ("/nal-units/lengths", test_lengths);
  g_test_add_func ("/nal-units/start-codes", test_start_codes);
  g_test_add_func ("/nal-units/recovery-points", test_recovery_points);
  return g_test_run ();
}
