#include "picture/annex-b.h"

#include <string.h>

static void
assert_from (const char *unit, size_t size, const char *stream, size_t stream_size)
{
  g_autofree uint8_t *exact = g_memdup2 (unit, size);
  g_autoptr (GBytes) made = cam_annex_b_from_lengths (exact, size);
  g_assert_true ((made == NULL) == (stream == NULL));
  if (made != NULL)
    g_assert_cmpmem (g_bytes_get_data (made, NULL), g_bytes_get_size (made), stream, stream_size);
}

#define ASSERT_FROM(unit, stream) assert_from (unit, sizeof (unit) - 1, stream, sizeof (stream) - 1)
#define ASSERT_NOTHING_FROM(unit) assert_from (unit, sizeof (unit) - 1, NULL, 0)

static void
test_from_lengths (void)
{
  ASSERT_FROM ("\0\0\0\2ab\0\0\0\1c", "\0\0\0\1ab\0\0\0\1c");
  ASSERT_FROM ("\0\0\0\0\0\0\0\1c", "\0\0\0\1c");
  ASSERT_FROM ("\0\0\0\1a\0\0\0\2b", "\0\0\0\1a");
  ASSERT_FROM ("\0\0\0\1a\xff\xff\xff\xff", "\0\0\0\1a");
  ASSERT_NOTHING_FROM ("");
  ASSERT_NOTHING_FROM ("\0\0\0");
  ASSERT_NOTHING_FROM ("\0\0\0\0");
  ASSERT_NOTHING_FROM ("\0\0\0\2a");
}

static void
assert_to (CamPictureCodec codec, const char *stream, size_t size, const char *unit, size_t unit_size)
{
  g_autofree uint8_t *exact = g_memdup2 (stream, size);
  g_autoptr (GBytes) made = cam_annex_b_to_lengths (codec, exact, size);
  g_assert_true ((made == NULL) == (unit == NULL));
  if (made != NULL)
    g_assert_cmpmem (g_bytes_get_data (made, NULL), g_bytes_get_size (made), unit, unit_size);
}

#define ASSERT_TO(codec, stream, unit) assert_to (codec, stream, sizeof (stream) - 1, unit, sizeof (unit) - 1)
#define ASSERT_NOTHING_TO(codec, stream) assert_to (codec, stream, sizeof (stream) - 1, NULL, 0)

static void
test_to_lengths_h264 (void)
{
  /* SPS, PPS, SEI, delimiter, IDR; start codes of both lengths, zero bytes behind. */
  ASSERT_TO (CAM_PICTURE_H264, "\0\0\0\1\x67s\0\0\1\x68p\0\0\0\1\x06i\0\0\1\x09\xf0\0\0\1\x65pic\0\0",
             "\0\0\0\2\x67s\0\0\0\2\x68p\0\0\0\4\x65pic");
  /* A set that was there already. */
  ASSERT_TO (CAM_PICTURE_H264, "\0\0\1\x67s\0\0\1\x67s\0\0\1\x67t\0\0\1\x65x", "\0\0\0\2\x67s\0\0\0\2\x67t\0\0\0\2\x65x");
  /* Bytes before the first start code and zeros that are no start code. */
  ASSERT_TO (CAM_PICTURE_H264, "ab\0\0\1\x65\0\0\3\1x", "\0\0\0\6\x65\0\0\3\1x");
  ASSERT_NOTHING_TO (CAM_PICTURE_H264, "\0\0\1\x67s");
  ASSERT_NOTHING_TO (CAM_PICTURE_H264, "");
  ASSERT_NOTHING_TO (CAM_PICTURE_H264, "\0\0\1");
  ASSERT_NOTHING_TO (CAM_PICTURE_H264, "\0\0\1\0\0\1");
}

static void
test_to_lengths_h265 (void)
{
  ASSERT_TO (CAM_PICTURE_H265, "\0\0\0\1\x40v\0\0\1\x42s\0\0\1\x44p\0\0\1\x4ei\0\0\1\x46\1\x50\0\0\1\x28\1x",
             "\0\0\0\2\x40v\0\0\0\2\x42s\0\0\0\2\x44p\0\0\0\3\x28\1x");
  ASSERT_NOTHING_TO (CAM_PICTURE_H265, "\0\0\1\x4ei");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/annex-b/from-lengths", test_from_lengths);
  g_test_add_func ("/annex-b/to-lengths-h264", test_to_lengths_h264);
  g_test_add_func ("/annex-b/to-lengths-h265", test_to_lengths_h265);
  return g_test_run ();
}
