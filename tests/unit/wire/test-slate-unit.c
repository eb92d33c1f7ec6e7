#include "wire/slate-unit.h"

#include "camrelay/limits.h"
#include "video-fixture.h"
#include "wire/packetizer.h"
#include "wire/rtp.h"

/* 640x360, frames only, frame_num of 4 bits; PPS 0 with CAVLC; an IDR slice with idr_pic_id 0, and one with 1. */
#define SPS "6742c01ed90280bfe5c0440000030004000003 00f03c58b920"
#define PPS "68cb83cb20"

/* An IDR slice: first_mb 0, type 7, PPS 0, frame_num 0 of @frame_num_bits, id, whatever. */
#define IDR_0 "65888404 aabbccdd"
#define IDR_SECOND "6540c404 aabbccdd"

#define VPS_265 "40010c01ffff01600000030090000003000003001e95980901"
#define SPS_265 "42010101600000030090000003000003001ea0140816796566924caf0168080000030008000003 00c840"
#define PPS_265 "4401c172b46240"

static GBytes *
to_unit (const char *nals)
{
  g_auto (GStrv) words = g_strsplit (nals, ",", -1);
  GByteArray *unit = g_byte_array_new ();
  for (unsigned i = 0; words[i] != NULL; i++) {
    g_autoptr (GBytes) nal = from_hex (words[i]);
    uint8_t length[CAM_NAL_LENGTH_BYTES];
    cam_nal_write_length (length, g_bytes_get_size (nal));
    g_byte_array_append (unit, length, sizeof length);
    g_byte_array_append (unit, g_bytes_get_data (nal, NULL), (guint) g_bytes_get_size (nal));
  }
  return g_byte_array_free_to_bytes (unit);
}

/* NAL units in hexadecimal, with commas between. */
static char *
to_text (GBytes *unit)
{
  GString *text = g_string_new (NULL);
  CamNalWalk walk = {g_bytes_get_data (unit, NULL), g_bytes_get_size (unit)};
  const uint8_t *nal;
  size_t size;
  while (cam_nal_walk_next (&walk, &nal, &size)) {
    g_string_append (text, text->len > 0 ? "," : "");
    for (size_t i = 0; i < size; i++)
      g_string_append_printf (text, "%02x", nal[i]);
  }
  return g_string_free (text, FALSE);
}

static char *
without_spaces (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  return g_strjoinv ("", words);
}

static CamTrack *
new_track (CamCodec codec, const char *sets)
{
  CamTrack *track = cam_track_new (codec);
  g_auto (GStrv) words = g_strsplit (sets, ",", -1);
  for (unsigned i = 0; words[i] != NULL; i++)
    g_ptr_array_add (track->parameter_sets, from_hex (words[i]));
  return track;
}

static void
free_units (GBytes *units[CAM_SLATE_UNITS])
{
  for (unsigned i = 0; i < CAM_SLATE_UNITS; i++)
    g_bytes_unref (units[i]);
}

/* @expected: of the first unit; NULL: it cannot be made. */
static void
assert_first (CamCodec codec, const char *sets, const char *nals, const char *expected)
{
  g_autoptr (CamTrack) track = new_track (codec, sets);
  g_autoptr (GBytes) unit = to_unit (nals);
  GBytes *units[CAM_SLATE_UNITS] = {NULL};
  bool is_made = cam_slate_units_make (track, g_bytes_get_data (unit, NULL), g_bytes_get_size (unit), units);
  g_test_message ("%s", nals);
  g_assert_cmpint (is_made, ==, expected != NULL);
  if (expected == NULL) {
    g_assert_null (units[0]);
    return;
  }
  g_autofree char *made = to_text (units[0]);
  g_autofree char *plain = without_spaces (expected);
  g_assert_cmpstr (made, ==, plain);
  free_units (units);
}


static void
test_h264_is_made (void)
{
  const struct {
    const char *sets, *unit, *expected;
  } rows[] = {
      /* The track's sets, in order; a delimiter; what is of no use is gone. */
      {PPS "," SPS, "09f0,06050100 80," IDR_0 ",0cff80,0a", "09f0," SPS "," PPS ",@"},
      /* The unit's own sets, which are complete. */
      {SPS ",68ee", SPS "," PPS "," IDR_0, "09f0," SPS "," PPS ",@"},
      /* Only one kind: all of the track, its own over them. */
      {SPS ",68ee,6853", PPS "," IDR_0, "09f0," SPS "," PPS ",6853,@"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = new_track (CAM_CODEC_H264, rows[i].sets);
    g_autoptr (GBytes) unit = to_unit (rows[i].unit);
    GBytes *units[CAM_SLATE_UNITS];
    g_test_message ("%zu", i);
    g_assert_true (cam_slate_units_make (track, g_bytes_get_data (unit, NULL), g_bytes_get_size (unit), units));
    g_autofree char *plain = without_spaces (rows[i].expected);
    for (unsigned variant = 0; variant < CAM_SLATE_UNITS; variant++) {
      g_autofree char *made = to_text (units[variant]);
      char *slice = strrchr (made, ',') + 1;
      g_assert_true (g_str_has_prefix (slice, "6588"));
      g_assert_true (g_str_has_suffix (slice, "aabbccdd"));
      *slice = '\0';
      char *place = strchr (plain, '@');
      g_assert_cmpuint (strlen (made), ==, (size_t) (place - plain));
      g_assert_true (g_str_has_prefix (plain, made));
    }
    g_assert_false (g_bytes_equal (units[0], units[1]));
    free_units (units);
  }
}

static void
test_h264_is_refused (void)
{
  const char *sets = SPS "," PPS;
  assert_first (CAM_CODEC_H264, sets, "", NULL);
  assert_first (CAM_CODEC_H264, sets, "0600", NULL);
  assert_first (CAM_CODEC_H264, SPS, IDR_0, NULL);            /* no PPS at all */
  assert_first (CAM_CODEC_H264, SPS ",6853", IDR_0, NULL);    /* another PPS */
  assert_first (CAM_CODEC_H264, PPS ",674200", IDR_0, NULL);  /* no SPS that can be read */
  assert_first (CAM_CODEC_H264, sets, IDR_SECOND, NULL);      /* the first slice is missing */
  assert_first (CAM_CODEC_H264, sets, "419a24aabbccdd", NULL); /* no IDR */
  assert_first (CAM_CODEC_H264, sets, IDR_0 ",419a24aabbccdd", NULL); /* two pictures in one */
  assert_first (CAM_CODEC_H264, sets, "659a24aabbccdd", NULL); /* an IDR that is not intra */
  assert_first (CAM_CODEC_H264, sets, "6588", NULL);
}

static void
test_h265 (void)
{
  const char *sets = PPS_265 "," VPS_265 "," SPS_265;
  const char *front = "460110," VPS_265 "," SPS_265 "," PPS_265;
  const struct {
    const char *unit, *slices; /* NULL: refused */
  } rows[] = {
      {"2601af1234", "2601af1234"},                               /* IDR_W_RADL */
      {"460150,4e0105018090 80,2801af1234,4a01,4c01ff80", "2801af1234"}, /* IDR_N_LP, its surroundings gone */
      {"2a01af1234,2a012f55", "2401af1234,24012f55"},             /* CRA becomes BLA_N_LP */
      {"2001af1234", "2401af1234"},                               /* BLA_W_LP, too */
      {"2601af1234,2609af1234", "2601af1234"},                    /* another layer is left out */
      {"2c01af1234", NULL},                                       /* reserved IRAP */
      {"0201d01234", NULL},                                       /* no IRAP */
      {"2a012f1234", NULL},                                       /* the first slice is missing */
      {"2601af1234,0201d01234", NULL},
      {"26019234", NULL},                                         /* PPS 1 */
      {"2601", NULL},
      {"", NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *expected = rows[i].slices != NULL ? g_strconcat (front, ",", rows[i].slices, ",4c0180,4801", NULL) : NULL;
    assert_first (CAM_CODEC_H265, sets, rows[i].unit, expected);
  }
  assert_first (CAM_CODEC_H265, VPS_265 "," SPS_265, "2601af1234", NULL);
}

/* ffmpeg drops packets of less than three bytes, and with them an end of sequence that stands alone. */
static void
test_h265_in_packets (void)
{
  g_autoptr (CamTrack) track = new_track (CAM_CODEC_H265, VPS_265 "," SPS_265 "," PPS_265);
  uint8_t unit[CAM_NAL_LENGTH_BYTES + 5000];
  memset (unit, 0x55, sizeof unit);
  cam_nal_write_length (unit, sizeof unit - CAM_NAL_LENGTH_BYTES);
  memcpy (unit + CAM_NAL_LENGTH_BYTES, "\x2a\x01\xaf", 3);
  GBytes *units[CAM_SLATE_UNITS];
  g_assert_true (cam_slate_units_make (track, unit, sizeof unit, units));
  CamPacketizer *packetizer = cam_packetizer_new (track, 7);
  gsize size;
  const uint8_t *slate = g_bytes_get_data (units[0], &size);
  g_autofree uint8_t *out = g_malloc (cam_packetizer_bound (packetizer, size));
  CamPacketRun run = cam_packetizer_write (packetizer, slate, size, true, 0, 0, 0, out);
  g_assert_cmpuint (run.packets, >, 4);
  const uint8_t *packet = out;
  size_t packet_bytes = 0;
  for (; packet < out + run.bytes; packet += packet_bytes) {
    packet_bytes = 4 + (size_t) (packet[2] << 8 | packet[3]);
    g_assert_cmpuint (packet_bytes, >=, 4 + CAM_RTP_HEADER_BYTES + 3);
  }
  g_assert_cmpmem (packet - 2, 2, "\x48\x01", 2);
  cam_packetizer_free (packetizer);
  free_units (units);
}

static void
test_jpeg (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MJPEG);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "jpeg", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_assert_nonnull (folder);
  unsigned made = 0;
  for (const char *name = g_dir_read_name (folder); name != NULL; name = g_dir_read_name (folder)) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    g_autofree char *data = NULL;
    gsize size;
    g_assert_true (g_file_get_contents (file, &data, &size, NULL));
    GBytes *units[CAM_SLATE_UNITS];
    if (!cam_slate_units_make (track, (const uint8_t *) data, size, units))
      continue;
    g_assert_cmpmem (g_bytes_get_data (units[1], NULL), g_bytes_get_size (units[1]), data, size);
    made++;
    free_units (units);
    g_assert_false (cam_slate_units_make (track, (const uint8_t *) data, 100, units));
  }
  g_assert_cmpuint (made, >, 0);
}

static void
test_other_codecs_and_sizes (void)
{
  g_autoptr (CamTrack) sound = cam_track_new (CAM_CODEC_PCMU);
  GBytes *units[CAM_SLATE_UNITS];
  g_assert_false (cam_slate_units_make (sound, (const uint8_t *) "\0\0\0\1\1", 5, units));

  /* A unit at the limit has no room for sets and delimiter. */
  g_autoptr (CamTrack) track = new_track (CAM_CODEC_H265, VPS_265 "," SPS_265 "," PPS_265);
  g_autofree uint8_t *big = g_malloc0 (CAM_LIMIT_UNIT_BYTES);
  memset (big, 0x55, CAM_LIMIT_UNIT_BYTES);
  cam_nal_write_length (big, CAM_LIMIT_UNIT_BYTES - CAM_NAL_LENGTH_BYTES);
  memcpy (big + CAM_NAL_LENGTH_BYTES, "\x26\x01\xaf", 3);
  g_assert_false (cam_slate_units_make (track, big, CAM_LIMIT_UNIT_BYTES, units));
  cam_nal_write_length (big, CAM_LIMIT_UNIT_BYTES - 1000);
  g_assert_true (cam_slate_units_make (track, big, CAM_LIMIT_UNIT_BYTES - 900, units));
  free_units (units);
}

/* A picture of very many slices takes too long. */
static void
test_many_slices (void)
{
  g_autoptr (CamTrack) track = new_track (CAM_CODEC_H265, VPS_265 "," SPS_265 "," PPS_265);
  static const uint8_t slice[] = {0, 0, 0, 5, 0x26, 0x01, 0xaf, 0x12, 0x34};
  g_autoptr (GByteArray) unit = g_byte_array_new ();
  for (unsigned i = 0; i < 2048; i++)
    g_byte_array_append (unit, slice, sizeof slice);
  GBytes *units[CAM_SLATE_UNITS];
  g_assert_true (cam_slate_units_make (track, unit->data, unit->len, units));
  free_units (units);
  g_byte_array_append (unit, slice, sizeof slice);
  g_assert_false (cam_slate_units_make (track, unit->data, unit->len, units));
}

static void
test_free_set_id (void)
{
  g_autoptr (CamTrack) track = new_track (CAM_CODEC_H264, SPS "," PPS);
  g_assert_cmpuint (cam_slate_free_set_id (track), ==, 31);
  g_ptr_array_add (track->parameter_sets, from_hex ("67420000041000 00")); /* SPS 31 */
  g_ptr_array_add (track->parameter_sets, from_hex ("680490"));            /* PPS 35, which no SPS can have */
  g_ptr_array_add (track->parameter_sets, from_hex ("680fc0"));            /* PPS 30 */
  g_assert_cmpuint (cam_slate_free_set_id (track), ==, 29);
  g_autoptr (CamTrack) other = new_track (CAM_CODEC_H265, SPS_265);
  g_assert_cmpuint (cam_slate_free_set_id (other), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slate-unit/h264/made", test_h264_is_made);
  g_test_add_func ("/slate-unit/h264/refused", test_h264_is_refused);
  g_test_add_func ("/slate-unit/h265", test_h265);
  g_test_add_func ("/slate-unit/h265-in-packets", test_h265_in_packets);
  g_test_add_func ("/slate-unit/jpeg", test_jpeg);
  g_test_add_func ("/slate-unit/other-codecs-and-sizes", test_other_codecs_and_sizes);
  g_test_add_func ("/slate-unit/many-slices", test_many_slices);
  g_test_add_func ("/slate-unit/free-set-id", test_free_set_id);
  return g_test_run ();
}
