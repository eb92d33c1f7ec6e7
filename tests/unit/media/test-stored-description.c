#include "media/stored-description.h"

#include <string.h>

#include "camrelay/limits.h"

#define ORIGIN "0123456789abcdef"
#define VIDEO "[Video]\nCodec=h264\nClockRate=90000\n"
#define AUDIO "[Audio]\nCodec=pcma\nClockRate=8000\nSampleRate=8000\nChannels=1\n"
#define HEAD "[Stream]\nFormat=1\nOrigin=" ORIGIN "\n"

static CamStreamDescription *
read_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return cam_stored_description_read (bytes, ORIGIN, error);
}

static void
assert_bytes_equal (GBytes *a, GBytes *b)
{
  g_assert_true (a != NULL && b != NULL ? g_bytes_equal (a, b) : a == b);
}

static void
assert_same_track (const CamTrack *a, const CamTrack *b)
{
  g_assert_true ((a == NULL) == (b == NULL));
  if (a == NULL)
    return;
  g_assert_cmpint (a->codec, ==, b->codec);
  g_assert_cmpuint (a->clock_rate, ==, b->clock_rate);
  g_assert_cmpuint (a->sample_rate, ==, b->sample_rate);
  g_assert_cmpuint (a->channels, ==, b->channels);
  g_assert_cmpuint (a->bits, ==, b->bits);
  g_assert_true (a->g726_big_endian == b->g726_big_endian);
  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  assert_bytes_equal (a->config, b->config);
  g_assert_cmpuint (a->parameter_sets->len, ==, b->parameter_sets->len);
  for (unsigned i = 0; i < a->parameter_sets->len; i++)
    assert_bytes_equal (a->parameter_sets->pdata[i], b->parameter_sets->pdata[i]);
}

static GBytes *
random_bytes (GRand *random, size_t most)
{
  size_t size = (size_t) g_rand_int_range (random, 1, (gint32) most + 1);
  uint8_t *bytes = g_malloc (size);
  for (size_t i = 0; i < size; i++)
    bytes[i] = (uint8_t) g_rand_int (random);
  return g_bytes_new_take (bytes, size);
}

/* Anything that a camera's SDP could have said. */
static CamTrack *
random_track (GRand *random, CamCodec codec)
{
  CamTrack *track = cam_track_new (codec);
  if (g_rand_boolean (random))
    track->clock_rate = (uint32_t) g_rand_int_range (random, 1, 1000001);
  if (cam_codec_kind (codec) == CAM_TRACK_VIDEO) {
    track->width = (uint16_t) g_rand_int (random);
    track->height = (uint16_t) g_rand_int (random);
    for (int sets = g_rand_int_range (random, 0, 5); sets > 0; sets--)
      g_ptr_array_add (track->parameter_sets, random_bytes (random, 300));
    return track;
  }
  track->sample_rate = (uint32_t) g_rand_int_range (random, 0, 1000001);
  track->channels = (uint8_t) g_rand_int_range (random, 1, 9);
  if (codec == CAM_CODEC_G726) {
    track->bits = (uint8_t) g_rand_int_range (random, 2, 6);
    track->g726_big_endian = g_rand_boolean (random);
  }
  if (codec == CAM_CODEC_AAC)
    track->config = random_bytes (random, 256);
  return track;
}

static void
assert_round_trip (CamTrack *video, CamTrack *audio)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamStreamDescription) before = cam_stream_description_new (video, audio);
  g_autoptr (GBytes) text = cam_stored_description_write (before, ORIGIN);
  g_autoptr (CamStreamDescription) after = cam_stored_description_read (text, ORIGIN, &error);
  g_assert_no_error (error);
  for (unsigned kind = 0; kind < CAM_N_TRACKS; kind++)
    assert_same_track (before->tracks[kind], after->tracks[kind]);
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  for (unsigned round = 0; round < 50; round++) {
    for (CamCodec codec = CAM_CODEC_NONE + 1; codec < CAM_N_CODECS; codec++) {
      g_autoptr (CamTrack) track = random_track (random, codec);
      bool is_video = cam_codec_kind (codec) == CAM_TRACK_VIDEO;
      g_autoptr (CamTrack) other = random_track (random, is_video ? CAM_CODEC_AAC : CAM_CODEC_H265);
      assert_round_trip (is_video ? track : NULL, is_video ? NULL : track);
      assert_round_trip (is_video ? track : other, is_video ? other : track);
    }
  }
}

/* The largest that is kept fits into what is read. */
static void
test_largest (void)
{
  g_autoptr (CamTrack) video = cam_track_new (CAM_CODEC_H265);
  for (unsigned i = 0; i < 3 * CAM_LIMIT_PARAMETER_SETS; i++)
    g_ptr_array_add (video->parameter_sets, g_bytes_new_take (g_malloc0 (CAM_LIMIT_PARAMETER_SET_BYTES), CAM_LIMIT_PARAMETER_SET_BYTES));
  assert_round_trip (video, NULL);
}

static void
test_reads_by_hand (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamStreamDescription) description = read_text (HEAD VIDEO AUDIO, &error);
  g_assert_no_error (error);
  g_autofree char *words = cam_stream_description_to_string (description);
  g_assert_cmpstr (words, ==, "H.264, G.711 A-law 8 kHz mono");
}

static void
test_other_origin (void)
{
  static const char *const texts[] = {"[Stream]\nFormat=1\nOrigin=0123\n" VIDEO, "[Stream]\nFormat=2\nOrigin=" ORIGIN "\n" VIDEO, VIDEO, ""};
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_text (texts[i], &error));
    g_assert_error (error, CAM_STORED_ERROR, CAM_STORED_ERROR_OTHER);
  }
}

static void
test_range (void)
{
  static const char *const texts[] = {
      "",
      "[Video]\n",
      "[Video]\nCodec=vp8\nClockRate=90000\n",
      "[Video]\nCodec=pcma\nClockRate=8000\nChannels=1\n", /* not of that kind */
      "[Audio]\nCodec=h264\nClockRate=90000\nChannels=1\n",
      "[Video]\nCodec=h264\n",
      "[Video]\nCodec=h264\nClockRate=0\n",
      "[Video]\nCodec=h264\nClockRate=1000001\n",
      "[Video]\nCodec=h264\nClockRate=-1\n",
      "[Video]\nCodec=h264\nClockRate=99999999999999999999999\n",
      VIDEO "Width=65536\n",
      VIDEO "Height=65536\n",
      VIDEO "ParameterSets=\n" AUDIO "Channels=0\n",
      VIDEO "ParameterSets=Z0IA,,aM4=\n",
      AUDIO "Channels=0\n",
      AUDIO "Channels=9\n",
      AUDIO "SampleRate=1000001\n",
      AUDIO "Bits=4\n",
      AUDIO "BigEndian=1\n",
      "[Audio]\nCodec=g726\nClockRate=8000\nChannels=1\nBits=1\n",
      "[Audio]\nCodec=g726\nClockRate=8000\nChannels=1\nBits=6\n",
      "[Audio]\nCodec=g726\nClockRate=8000\nChannels=1\nBits=4\nBigEndian=2\n",
      "[Audio]\nCodec=aac\nClockRate=48000\nChannels=1\n",
      "[Audio]\nCodec=aac\nClockRate=48000\nChannels=1\nConfig=\n",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = g_strconcat (HEAD, texts[i], NULL);
    g_test_message ("%s", text);
    g_assert_null (read_text (text, &error));
    g_assert_error (error, CAM_STORED_ERROR, CAM_STORED_ERROR_RANGE);
  }
}

/* Base64 of @size zeros as the value of @key of @group. */
static char *
with_blob (const char *group, const char *key, size_t size, unsigned times)
{
  g_autofree uint8_t *zeros = g_malloc0 (size);
  g_autofree char *blob = g_base64_encode (zeros, size);
  GString *text = g_string_new (HEAD);
  g_string_append_printf (text, "%s%s=%s", group, key, blob);
  for (unsigned i = 1; i < times; i++)
    g_string_append_printf (text, ",%s", blob);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

static void
test_too_much (void)
{
  static const struct {
    const char *group;
    const char *key;
    size_t size;
    unsigned times;
  } cases[] = {
      {VIDEO, "ParameterSets", CAM_LIMIT_PARAMETER_SET_BYTES + 1, 1},
      {VIDEO, "ParameterSets", 3, 3 * CAM_LIMIT_PARAMETER_SETS + 1},
      {"[Audio]\nCodec=aac\nClockRate=48000\nChannels=1\n", "Config", 257, 1},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = with_blob (cases[i].group, cases[i].key, cases[i].size, cases[i].times);
    g_assert_null (read_text (text, &error));
    g_assert_error (error, CAM_STORED_ERROR, CAM_STORED_ERROR_RANGE);
  }
}

static void
test_syntax (void)
{
  static const char *const texts[] = {"\xff\xfe", "no key file", "[Stream", "=\n", HEAD "Codec"};
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_text (texts[i], &error));
    g_assert_error (error, CAM_STORED_ERROR, CAM_STORED_ERROR_SYNTAX);
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) endless = g_bytes_new_take (g_strnfill (CAM_STORED_DESCRIPTION_BYTES + 1, '#'), CAM_STORED_DESCRIPTION_BYTES + 1);
  g_assert_null (cam_stored_description_read (endless, ORIGIN, &error));
  g_assert_error (error, CAM_STORED_ERROR, CAM_STORED_ERROR_SYNTAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stored-description/round-trip", test_round_trip);
  g_test_add_func ("/stored-description/largest", test_largest);
  g_test_add_func ("/stored-description/reads-by-hand", test_reads_by_hand);
  g_test_add_func ("/stored-description/other-origin", test_other_origin);
  g_test_add_func ("/stored-description/range", test_range);
  g_test_add_func ("/stored-description/too-much", test_too_much);
  g_test_add_func ("/stored-description/syntax", test_syntax);
  return g_test_run ();
}
