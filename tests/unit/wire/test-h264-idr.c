#include "wire/h264-idr.h"

#include <string.h>

#define ROUNDS 20000

/* A slice as text of 0s and 1s, and as the NAL unit that it makes. */
typedef struct {
  GString *bits;
  unsigned id_start;
  unsigned id_end;
} Slice;

static void
put (GString *bits, uint32_t value, unsigned n)
{
  for (; n > 0; n--)
    g_string_append_c (bits, (value >> (n - 1)) & 1 ? '1' : '0');
}

static void
put_unsigned (GString *bits, uint32_t value)
{
  unsigned zeros = (unsigned) g_bit_storage (value + 1) - 1;
  put (bits, 0, zeros);
  put (bits, value + 1, zeros + 1);
}

static GByteArray *
to_nal (const GString *bits)
{
  GByteArray *nal = g_byte_array_new ();
  unsigned zeros = 0;
  for (size_t i = 0; i + 8 <= bits->len; i += 8) {
    uint8_t byte = 0;
    for (unsigned bit = 0; bit < 8; bit++)
      byte = (uint8_t) (byte << 1 | (bits->str[i + bit] == '1'));
    if (zeros == 2 && byte <= 3) {
      g_byte_array_append (nal, (const uint8_t *) "\3", 1);
      zeros = 0;
    }
    g_byte_array_append (nal, &byte, 1);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return nal;
}

/* Header, numbers of a slice of a frame, an id, and a tail with many zeros up to a whole byte. */
static Slice
make_slice (GRand *random, const CamH264Sps *sps, uint32_t id)
{
  Slice slice = {.bits = g_string_new (NULL)};
  put (slice.bits, 0x65, 8);
  put_unsigned (slice.bits, g_rand_boolean (random) ? 0 : g_rand_int_range (random, 0, 140000));
  put_unsigned (slice.bits, g_rand_boolean (random) ? 7 : 2);
  put_unsigned (slice.bits, g_rand_int_range (random, 0, 256));
  if (sps->has_separate_planes)
    put (slice.bits, 1, 2);
  put (slice.bits, 0, sps->frame_number_bits);
  if (!sps->is_frames_only && g_rand_boolean (random))
    put (slice.bits, 2 | g_rand_int_range (random, 0, 2), 2);
  else if (!sps->is_frames_only)
    put (slice.bits, 0, 1);
  slice.id_start = (unsigned) slice.bits->len;
  put_unsigned (slice.bits, id);
  slice.id_end = (unsigned) slice.bits->len;
  put (slice.bits, (uint32_t) g_rand_int_range (random, 0, 1 << 8), 8 + (8 - (unsigned) slice.bits->len % 8) % 8);
  for (int n = g_rand_int_range (random, 0, 12); n > 0; n--)
    put (slice.bits, g_rand_boolean (random) ? 0 : (uint32_t) g_rand_int_range (random, 0, 5), 8);
  put (slice.bits, 0x80, 8);
  return slice;
}

/* With another id a slice is what it would have been if it had been written with that, emulation prevention and all. */
static void
test_any_slice (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  for (unsigned round = 0; round < ROUNDS; round++) {
    CamH264Sps sps = {.frame_number_bits = (uint8_t) g_rand_int_range (random, 4, 17),
                      .has_separate_planes = g_rand_int_range (random, 0, 8) == 0,
                      .is_frames_only = g_rand_boolean (random)};
    uint32_t id = (uint32_t) g_rand_int_range (random, 0, 65536) >> g_rand_int_range (random, 0, 17);
    Slice slice = make_slice (random, &sps, id);
    g_autoptr (GByteArray) nal = to_nal (slice.bits);
    CamH264IdrPlace place;
    g_assert_true (cam_h264_find_idr_id (nal->data, nal->len, &sps, &place));
    g_assert_true (place.is_idr);
    g_assert_cmpuint (place.id, ==, id);

    uint32_t ids[CAM_H264_IDR_IDS];
    cam_h264_choose_idr_ids (id, ids);
    for (unsigned i = 0; i < CAM_H264_IDR_IDS; i++) {
      g_autoptr (GString) expected = g_string_new_len (slice.bits->str, slice.id_start);
      put_unsigned (expected, ids[i]);
      g_string_append (expected, slice.bits->str + slice.id_end);
      g_autoptr (GByteArray) expected_nal = to_nal (expected);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_assert_true (cam_h264_append_with_idr_id (out, &place, ids[i]));
      g_assert_cmpmem (out->data, out->len, expected_nal->data, expected_nal->len);
    }
    g_string_free (slice.bits, TRUE);
  }
}

static void
test_choice (void)
{
  for (uint32_t id = 0; id <= 65535; id++) {
    uint32_t ids[CAM_H264_IDR_IDS];
    cam_h264_choose_idr_ids (id, ids);
    g_assert_cmpuint (ids[0], !=, ids[1]);
    for (unsigned i = 0; i < CAM_H264_IDR_IDS; i++) {
      g_assert_cmpuint (ids[i], !=, id);
      g_assert_cmpuint (ids[i], >, 8000);
      g_assert_cmpuint (ids[i], <=, 65535);
      int longer = 2 * ((int) g_bit_storage (ids[i] + 1) - (int) g_bit_storage (id + 1));
      g_assert_cmpint (longer % 8, ==, 0);
    }
  }
}

static void
test_refused (void)
{
  const CamH264Sps frames = {.frame_number_bits = 4, .is_frames_only = true};
  const struct {
    const char *what;
    const char *nal;
    size_t size;
  } rows[] = {
      {"empty", "", 0},
      {"only a header", "\x65", 1},
      {"ends before the id", "\x65\x88", 2},
      {"partition A", "\x62\x88\x84\x00\x10", 5},
      {"parameter set", "\x67\x88\x84\x00\x10", 5},
      {"P slice in an IDR picture", "\x65\x9a\x04\x10\x10", 5},
      {"slice type 10", "\x65\x8b\x84\x10\x10", 5},
      {"id 65536", "\x65\x88\x80\x00\x03\x00\x02\x00\x10\x80\x80\x80", 12},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamH264IdrPlace place = {.id = 77};
    g_test_message ("%s", rows[i].what);
    g_assert_false (cam_h264_find_idr_id ((const uint8_t *) rows[i].nal, rows[i].size, &frames, &place));
    g_assert_cmpuint (place.id, ==, 77);
  }
  uint8_t pps_id;
  g_assert_false (cam_h264_read_slice_pps_id ((const uint8_t *) "\x65", 1, &pps_id));
  g_assert_false (cam_h264_read_slice_pps_id ((const uint8_t *) "\x65\x88", 2, &pps_id) && pps_id != 0);
  g_assert_true (cam_h264_read_slice_pps_id ((const uint8_t *) "\x65\x88\xa0", 3, &pps_id));
}

/* A slice of the second field of an IDR picture is none of an IDR picture itself. */
static void
test_second_field (void)
{
  const CamH264Sps fields = {.frame_number_bits = 4};
  g_autoptr (GString) bits = g_string_new (NULL);
  put (bits, 0x61, 8);
  put_unsigned (bits, 0);
  put_unsigned (bits, 5);
  put_unsigned (bits, 0);
  put (bits, 0, 4);
  put (bits, 3, 2);
  put (bits, 0x155, 16);
  g_autoptr (GByteArray) nal = to_nal (bits);
  CamH264IdrPlace place;
  g_assert_true (cam_h264_find_idr_id (nal->data, nal->len, &fields, &place));
  g_assert_false (place.is_idr);
  g_assert_true (place.is_field);
  g_assert_true (place.is_bottom_field);
}

/* A code in the very last bytes, an emulation prevention byte without anything behind it. */
static void
test_early_end (void)
{
  const CamH264Sps frames = {.frame_number_bits = 16, .is_frames_only = true};
  const uint8_t nal[] = {0x65, 0x88, 0x80, 0x00, 0x40, 0x00, 0x00, 0x03};
  CamH264IdrPlace place;
  g_assert_true (cam_h264_find_idr_id (nal, sizeof nal, &frames, &place));
  uint32_t ids[CAM_H264_IDR_IDS];
  cam_h264_choose_idr_ids (place.id, ids);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_assert_true (cam_h264_append_with_idr_id (out, &place, ids[0]));
  g_assert_cmpuint (out->len, <=, sizeof nal + 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/h264-idr/any-slice", test_any_slice);
  g_test_add_func ("/h264-idr/choice", test_choice);
  g_test_add_func ("/h264-idr/refused", test_refused);
  g_test_add_func ("/h264-idr/second-field", test_second_field);
  g_test_add_func ("/h264-idr/early-end", test_early_end);
  return g_test_run ();
}
