#include "picture-watch.h"

#include <glib.h>
#include <string.h>

#include "clip.h"
#include "wire/packetizer.h"

/* Two pictures: SPS, PPS, IDR slice long enough for fragments; then a P slice in two NAL units (first_mb_in_slice 0, then not 0). */
static GByteArray *
make_annex_b (void)
{
  static const uint8_t sets[] = {0,    0,    0,    1, 0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0,
                                 0x47, 0xfe, 0xc8, 0, 0,    0,    1,    0x68, 0xce, 0x3c, 0x80};
  static const uint8_t key_start[] = {0, 0, 1, 0x65, 0x88};
  static const uint8_t slices[] = {0, 0, 0, 1, 0x41, 0x9a, 0x11, 0x22, 0x33, 0, 0, 1, 0x41, 0x46, 0x11, 0x22};
  uint8_t body[4000];
  memset (body, 0x5a, sizeof body);
  GByteArray *file = g_byte_array_new ();
  g_byte_array_append (file, sets, sizeof sets);
  g_byte_array_append (file, key_start, sizeof key_start);
  g_byte_array_append (file, body, sizeof body);
  g_byte_array_append (file, slices, sizeof slices);
  return file;
}

static BenchClip *
make_clip (void)
{
  g_autoptr (GByteArray) file = make_annex_b ();
  g_autoptr (GError) error = NULL;
  BenchClip *clip = bench_clip_parse (file->data, file->len, &error);
  g_assert_no_error (error);
  return clip;
}

typedef struct {
  CamPacketizer *packetizer;
  uint8_t run[16384];
  CamPacketRun size;
  BenchPictureWatch watch;
  unsigned seen;
  BenchSeenPicture last;
} Fixture;

static void
write_picture (Fixture *f, const BenchClip *clip, uint32_t number)
{
  BenchPicture *picture = bench_clip_get (clip, number);
  bench_picture_stamp (picture, 1000 + number, number);
  g_assert_cmpuint (cam_packetizer_bound (f->packetizer, picture->size), <=, sizeof f->run);
  f->size = cam_packetizer_write (f->packetizer, picture->payload, picture->size, picture->is_key, number * 3600, 0, 0, f->run);
}

/* Hands all packets on but number @without. */
static void
watch_run (Fixture *f, unsigned without)
{
  const uint8_t *at = f->run;
  for (unsigned i = 0; i < f->size.packets; i++) {
    size_t size = (size_t) at[2] << 8 | at[3];
    CamRtpPacket packet;
    g_assert_true (cam_rtp_read (at + 4, size, &packet));
    if (i != without && bench_picture_watch_add (&f->watch, &packet, &f->last))
      f->seen++;
    at += 4 + size;
  }
}

static void
test_clip (void)
{
  g_autoptr (BenchClip) clip = make_clip ();
  g_assert_cmpuint (clip->pictures->len, ==, 2);
  g_assert_true (bench_clip_get (clip, 0)->is_key);
  g_assert_cmpuint (bench_clip_get (clip, 0)->slice_bytes, ==, 4002);
  g_assert_false (bench_clip_get (clip, 1)->is_key);
  g_assert_cmpuint (bench_clip_get (clip, 1)->slice_bytes, ==, 9);
  g_assert_true (bench_clip_get (clip, 2) == bench_clip_get (clip, 0));
  g_assert_cmpuint (clip->track->parameter_sets->len, ==, 2);
}

static void
test_clip_without_key_picture (void)
{
  static const uint8_t file[] = {0, 0, 1, 0x41, 0x9a, 0x11};
  g_autoptr (GError) error = NULL;
  g_assert_null (bench_clip_parse (file, sizeof file, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_clear_error (&error);
  g_assert_null (bench_clip_parse (file, 0, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

static void
test_stamp (void)
{
  BenchStamp stamp = {.sent_ns = INT64_C (0x0123456789abcdef), .number = 0xfedcba98, .slice_bytes = 70000}, read;
  uint8_t nal[BENCH_STAMP_NAL_BYTES];
  bench_stamp_write (&stamp, nal);
  g_assert_true (bench_stamp_read (nal, sizeof nal, &read));
  g_assert_cmpint (read.sent_ns, ==, stamp.sent_ns);
  g_assert_cmpuint (read.number, ==, stamp.number);
  g_assert_cmpuint (read.slice_bytes, ==, stamp.slice_bytes);
  g_assert_false (bench_stamp_read (nal, sizeof nal - 1, &read));
  nal[30] = 'x';
  g_assert_false (bench_stamp_read (nal, sizeof nal, &read));
  nal[3]++;
  g_assert_false (bench_stamp_read (nal, sizeof nal, &read));
}

static void
test_whole_pictures (void)
{
  g_autoptr (BenchClip) clip = make_clip ();
  Fixture f = {.packetizer = cam_packetizer_new (clip->track, 1)};
  for (uint32_t number = 0; number < 4; number++) {
    write_picture (&f, clip, number);
    watch_run (&f, UINT_MAX);
    g_assert_cmpuint (f.seen, ==, number + 1);
    g_assert_true (f.last.is_whole);
    g_assert_true (f.last.is_key == (number % 2 == 0));
    g_assert_cmpuint (f.last.stamp.number, ==, number);
    g_assert_cmpint (f.last.stamp.sent_ns, ==, 1000 + number);
  }
  g_assert_cmpuint (f.watch.pictures, ==, 4);
  g_assert_cmpuint (f.watch.lost + f.watch.cut + f.watch.nameless, ==, 0);
  cam_packetizer_free (f.packetizer);
}

static void
test_losses (void)
{
  g_autoptr (BenchClip) clip = make_clip ();
  Fixture f = {.packetizer = cam_packetizer_new (clip->track, 1)};
  write_picture (&f, clip, 0);
  watch_run (&f, 2); /* a fragment in the middle */
  g_assert_cmpuint (f.watch.cut, ==, 1);
  g_assert_false (f.last.is_whole);
  write_picture (&f, clip, 2);
  watch_run (&f, f.size.packets - 1); /* the end, with the marker: told by the next picture */
  g_assert_cmpuint (f.seen, ==, 1);
  write_picture (&f, clip, 6);
  watch_run (&f, UINT_MAX);
  g_assert_cmpuint (f.seen, ==, 2);
  g_assert_true (f.last.is_whole);
  g_assert_cmpuint (f.watch.cut, ==, 2);
  g_assert_cmpuint (f.watch.lost, ==, 1 + 3);
  write_picture (&f, clip, 0); /* began again */
  watch_run (&f, 0);           /* without its stamp */
  write_picture (&f, clip, 1);
  watch_run (&f, UINT_MAX);
  g_assert_cmpuint (f.watch.nameless, ==, 1);
  g_assert_cmpuint (f.watch.lost, ==, 1 + 3);
  g_assert_cmpuint (f.watch.pictures, ==, 4);
  cam_packetizer_free (f.packetizer);
}

static void
test_orphans (void)
{
  static const struct {
    uint32_t number; /* even: a key picture */
    bool is_cut;
    unsigned orphans;
  } rows[] = {{0, false, 0}, {1, false, 0}, {5, false, 1},  {7, false, 2},  {8, false, 2},
              {9, false, 2}, {10, true, 2}, {11, false, 3}, {14, false, 3}, {15, false, 3}};
  g_autoptr (BenchClip) clip = make_clip ();
  Fixture f = {.packetizer = cam_packetizer_new (clip->track, 1)};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    write_picture (&f, clip, rows[i].number);
    watch_run (&f, rows[i].is_cut ? 2 : UINT_MAX);
    g_assert_cmpuint (f.watch.orphans, ==, rows[i].orphans);
  }
  cam_packetizer_free (f.packetizer);
}

static void
test_nonsense (void)
{
  static const uint8_t lies[] = {24, 0, 200, 6, 5};
  static const uint8_t short_fragment[] = {28};
  BenchPictureWatch watch = {0};
  BenchSeenPicture seen;
  CamRtpPacket packet = {.payload = lies, .size = sizeof lies};
  g_assert_false (bench_picture_watch_add (&watch, &packet, &seen));
  packet = (CamRtpPacket){.payload = short_fragment, .size = sizeof short_fragment};
  g_assert_false (bench_picture_watch_add (&watch, &packet, &seen));
  packet = (CamRtpPacket){.marker = true};
  g_assert_false (bench_picture_watch_add (&watch, &packet, &seen));
  g_assert_cmpuint (watch.nameless, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bench/clip", test_clip);
  g_test_add_func ("/bench/clip-without-key-picture", test_clip_without_key_picture);
  g_test_add_func ("/bench/stamp", test_stamp);
  g_test_add_func ("/bench/whole-pictures", test_whole_pictures);
  g_test_add_func ("/bench/losses", test_losses);
  g_test_add_func ("/bench/orphans", test_orphans);
  g_test_add_func ("/bench/nonsense", test_nonsense);
  return g_test_run ();
}
