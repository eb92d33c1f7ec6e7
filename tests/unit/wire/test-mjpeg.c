#include "wire/mjpeg.h"

#include "codec-fixture.h"

static uint8_t *
load (const char *name, size_t *ret_size)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "jpeg", name, NULL);
  char *data = NULL;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (path, &data, ret_size, &error);
  g_assert_no_error (error);
  return (uint8_t *) data;
}

/* Pictures of libjpeg, whose tables of a quality are those of RTP. */
static void
test_read (void)
{
  static const struct {
    const char *name;
    bool has_half_lines;
  } rows[] = {{"420-quality-85.jpg", true}, {"422-quality-85.jpg", false}};
  uint8_t tables[CAM_MJPEG_TABLES_BYTES];
  cam_mjpeg_make_tables (85, tables);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    size_t size = 0;
    g_autofree uint8_t *picture = load (rows[i].name, &size);
    CamMjpegHeader header;
    const uint8_t *scan = NULL;
    size_t scan_size = 0;
    g_assert_true (cam_mjpeg_read (picture, size, &header, &scan, &scan_size));
    g_assert_cmpint (header.has_half_lines, ==, rows[i].has_half_lines);
    g_assert_cmpuint (header.width, ==, 64);
    g_assert_cmpuint (header.height, ==, 48);
    g_assert_cmpuint (header.restart_interval, ==, 0);
    g_assert_cmpmem (header.tables, sizeof header.tables, tables, sizeof tables);
    g_assert_true (scan + scan_size + 2 == picture + size);
    g_assert_true (cam_mjpeg_can_be_sent (picture, size));
    g_assert_false (cam_mjpeg_can_be_sent (picture, size / 8));
  }
}

static void
test_header_round_trip (void)
{
  for (unsigned i = 0; i < 4; i++) {
    CamMjpegHeader header = {
        .has_half_lines = i % 2 == 0,
        .width = (uint16_t) (640 + i),
        .height = 2040,
        .restart_interval = i < 2 ? 0 : 300,
    };
    cam_mjpeg_make_tables (10 + 30 * i, header.tables);
    uint8_t picture[CAM_MJPEG_HEADER_MAX + 4];
    size_t size = cam_mjpeg_write_header (&header, picture);
    g_assert_cmpuint (size, <=, CAM_MJPEG_HEADER_MAX);
    memcpy (picture + size, "\x12\xff\x00\xff\xd0", 4);
    CamMjpegHeader again;
    const uint8_t *scan = NULL;
    size_t scan_size = 0;
    g_assert_true (cam_mjpeg_read (picture, size + 3, &again, &scan, &scan_size));
    g_assert_true (scan == picture + size);
    g_assert_cmpuint (scan_size, ==, 3);
    g_assert_cmpint (again.has_half_lines, ==, header.has_half_lines);
    g_assert_cmpuint (again.width, ==, header.width);
    g_assert_cmpuint (again.height, ==, header.height);
    g_assert_cmpuint (again.restart_interval, ==, header.restart_interval);
    g_assert_cmpmem (again.tables, sizeof again.tables, header.tables, sizeof header.tables);
  }
}

static void
test_tables (void)
{
  uint8_t tables[CAM_MJPEG_TABLES_BYTES];
  cam_mjpeg_make_tables (50, tables);
  g_assert_cmpuint (tables[0], ==, 16);
  g_assert_cmpuint (tables[1], ==, 11);
  g_assert_cmpuint (tables[2], ==, 12); /* below the first, as zigzag order goes */
  g_assert_cmpuint (tables[64], ==, 17);
  g_assert_cmpuint (tables[127], ==, 99);
  cam_mjpeg_make_tables (1, tables);
  g_assert_cmpuint (tables[0], ==, 255);
  cam_mjpeg_make_tables (25, tables);
  g_assert_cmpuint (tables[0], ==, 32);
  cam_mjpeg_make_tables (99, tables);
  g_assert_cmpuint (tables[0], ==, 1);
  g_assert_cmpuint (tables[127], ==, 2);
}

static uint8_t *
find (uint8_t *data, size_t size, uint8_t marker)
{
  for (size_t i = 0; i + 1 < size; i++)
    if (data[i] == 0xff && data[i + 1] == marker)
      return data + i;
  g_assert_not_reached ();
}

/* Each of these bytes makes a picture that RTP cannot carry, or none at all. */
static void
test_refused (void)
{
  static const struct {
    const char *about;
    uint8_t marker;  /* of the segment; 0: from the start */
    unsigned offset; /* in it, the marker included */
    uint8_t value;
  } rows[] = {
      {"no start", 0, 1, 0xd9},
      {"no marker", 0, 2, 0x00},
      {"progressive", 0xc0, 1, 0xc2},
      {"arithmetic", 0xc0, 1, 0xc9},
      {"12 bits", 0xc0, 4, 12},
      {"no height", 0xc0, 6, 0},
      {"grey", 0xc0, 9, 1},
      {"4:4:4", 0xc0, 11, 0x11},
      {"4:1:1", 0xc0, 11, 0x41},
      {"chroma as fine as luma", 0xc0, 14, 0x22},
      {"a table for each of the two chromas", 0xc0, 18, 0},
      {"a table that is not there", 0xc0, 12, 3},
      {"no such table", 0xc0, 12, 4},
      {"tables of 16 bits", 0xdb, 4, 0x10},
      {"a table cut off", 0xdb, 3, 0x42},
      {"a segment of no length", 0xdb, 3, 0x01},
      {"a segment longer than the picture", 0xdb, 2, 0xff},
      {"Huffman tables of its own", 0xc4, 5, 1},
      {"Huffman values of its own", 0xc4, 30, 0x77},
      {"another Huffman table", 0xc4, 4, 0x02},
      {"one component in the scan", 0xda, 4, 1},
      {"the scan with other tables", 0xda, 6, 0x11},
      {"part of the spectrum", 0xda, 12, 5},
      {"part of the bits", 0xda, 13, 1},
  };
  size_t size = 0;
  g_autofree uint8_t *picture = load ("420-quality-85.jpg", &size);
  picture[find (picture, size, 0xc0) - picture + 5] = 0; /* the height has one byte only */
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree uint8_t *changed = g_memdup2 (picture, size);
    uint8_t *segment = rows[i].marker != 0 ? find (changed, size, rows[i].marker) : changed;
    segment[rows[i].offset] = rows[i].value;
    CamMjpegHeader header;
    const uint8_t *scan = NULL;
    size_t scan_size = 0;
    g_test_message ("%s", rows[i].about);
    g_assert_false (cam_mjpeg_read (changed, size, &header, &scan, &scan_size));
  }
}

/* Cut off anywhere before its scan, a picture is none. */
static void
test_cut_off (void)
{
  size_t size = 0;
  g_autofree uint8_t *picture = load ("422-quality-85.jpg", &size);
  CamMjpegHeader header;
  const uint8_t *scan = NULL;
  size_t scan_size = 0;
  g_assert_true (cam_mjpeg_read (picture, size, &header, &scan, &scan_size));
  size_t before = (size_t) (scan - picture);
  for (size_t length = 0; length <= before; length++) {
    g_autofree uint8_t *exact = g_memdup2 (picture, length);
    g_assert_false (cam_mjpeg_read (exact, length, &header, &scan, &scan_size));
  }
  g_assert_true (cam_mjpeg_read (picture, before + 1, &header, &scan, &scan_size));
  g_assert_cmpuint (scan_size, ==, 1);
}

/* Filling bytes, restarts and stuffed bytes belong where they are; another marker in the scan does not. */
static void
test_scan_end (void)
{
  static const struct {
    const char *scan;
    size_t size; /* 0: refused */
  } rows[] = {
      {"aabb ffd9", 2}, {"aa ff00 bb ffd0 cc ffd7 dd ffd9 ee", 10}, {"aabb", 2}, {"aaff", 1}, {"aa ffda bb ffd9", 0}, {"ffd9", 0},
  };
  CamMjpegHeader header = {.width = 8, .height = 8};
  cam_mjpeg_make_tables (50, header.tables);
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    uint8_t made[CAM_MJPEG_HEADER_MAX];
    g_autoptr (GBytes) tail = codec_from_hex (rows[i].scan);
    g_autoptr (GByteArray) picture = g_byte_array_new ();
    g_byte_array_append (picture, made, (guint) cam_mjpeg_write_header (&header, made));
    g_byte_array_append (picture, g_bytes_get_data (tail, NULL), (guint) g_bytes_get_size (tail));
    const uint8_t *scan = NULL;
    size_t scan_size = 0;
    g_assert_cmpint (cam_mjpeg_read (picture->data, picture->len, &header, &scan, &scan_size), ==, rows[i].size > 0);
    g_assert_cmpuint (scan_size, ==, rows[i].size);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/mjpeg/read", test_read);
  g_test_add_func ("/wire/mjpeg/header-round-trip", test_header_round_trip);
  g_test_add_func ("/wire/mjpeg/tables", test_tables);
  g_test_add_func ("/wire/mjpeg/refused", test_refused);
  g_test_add_func ("/wire/mjpeg/cut-off", test_cut_off);
  g_test_add_func ("/wire/mjpeg/scan-end", test_scan_end);
  return g_test_run ();
}
