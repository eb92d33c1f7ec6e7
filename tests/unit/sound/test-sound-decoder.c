#include "sound/sound-decoder.h"

#include <gst/gst.h>
#include <string.h>

#include "wire/aac.h"

typedef struct {
  unsigned calls;
  unsigned frames;
  unsigned rate;
  unsigned channels;
  GArray *samples; /* of int16_t, owned */
} Heard;

static void
hear (const CamPcm *pcm, gpointer data)
{
  Heard *heard = data;
  g_assert_cmpuint (pcm->frames, >, 0);
  g_assert_cmpuint (pcm->channels, >=, 1);
  g_assert_cmpuint (pcm->channels, <=, 2);
  heard->calls++;
  heard->frames += pcm->frames;
  heard->rate = pcm->rate;
  heard->channels = pcm->channels;
  g_array_append_vals (heard->samples, pcm->samples, pcm->frames * pcm->channels);
}

static Heard *
heard_new (void)
{
  Heard *heard = g_new0 (Heard, 1);
  heard->samples = g_array_new (FALSE, FALSE, sizeof (int16_t));
  return heard;
}

static void
heard_free (Heard *heard)
{
  g_array_unref (heard->samples);
  g_free (heard);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Heard, heard_free)

static CamTrack *
make_track (CamCodec codec, uint32_t rate, uint8_t channels)
{
  CamTrack *track = cam_track_new (codec);
  track->sample_rate = rate;
  track->channels = channels;
  if (codec == CAM_CODEC_AAC)
    track->config = cam_aac_config_make (rate, channels);
  return track;
}

static CamSoundDecoder *
make_decoder (CamCodec codec, uint32_t rate, uint8_t channels)
{
  g_autoptr (CamTrack) track = make_track (codec, rate, channels);
  g_autoptr (GError) error = NULL;
  CamSoundDecoder *decoder = cam_sound_decoder_new (track, &error);
  g_assert_no_error (error);
  return decoder;
}

/* ITU-T G.711, tables 1 and 2: the values at the edges, scaled to 16 bits. */
static void
test_samples (void)
{
  const struct {
    CamCodec codec;
    uint8_t bytes[2];
    int16_t sample;
  } rows[] = {
      {CAM_CODEC_PCMU, {0xff}, 0},      {CAM_CODEC_PCMU, {0x7f}, 0},           {CAM_CODEC_PCMU, {0x80}, 32124},
      {CAM_CODEC_PCMU, {0x00}, -32124}, {CAM_CODEC_PCMU, {0xfe}, 8},           {CAM_CODEC_PCMA, {0xd5}, 8},
      {CAM_CODEC_PCMA, {0x55}, -8},     {CAM_CODEC_PCMA, {0xaa}, 32256},       {CAM_CODEC_PCMA, {0x2a}, -32256},
      {CAM_CODEC_PCMA, {0xc5}, 264},    {CAM_CODEC_L16, {0x12, 0x34}, 0x1234}, {CAM_CODEC_L16, {0x80, 0x00}, -32768},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamSoundDecoder) decoder = make_decoder (rows[i].codec, 8000, 1);
    g_autoptr (Heard) heard = heard_new ();
    g_test_message ("%zu: %s %02x", i, cam_codec_name (rows[i].codec), rows[i].bytes[0]);
    g_assert_true (cam_sound_decoder_take (decoder, rows[i].bytes, rows[i].codec == CAM_CODEC_L16 ? 2 : 1, hear, heard));
    g_assert_cmpuint (heard->frames, ==, 1);
    g_assert_cmpuint (heard->rate, ==, 8000);
    g_assert_cmpint (g_array_index (heard->samples, int16_t, 0), ==, rows[i].sample);
    g_assert_cmpuint (cam_sound_decoder_get_delay (decoder), ==, 0);
  }
}

static void
test_channels_and_size (void)
{
  g_autoptr (CamSoundDecoder) decoder = make_decoder (CAM_CODEC_L16, 48000, 3);
  g_autoptr (Heard) heard = heard_new ();
  const uint8_t frame[] = {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6};
  g_assert_true (cam_sound_decoder_take (decoder, frame, sizeof frame, hear, heard));
  g_assert_cmpuint (heard->channels, ==, 2);
  const int16_t expected[] = {1, 2, 4, 5};
  g_assert_cmpmem (heard->samples->data, heard->samples->len * 2, expected, sizeof expected);
  g_assert_false (cam_sound_decoder_take (decoder, frame, 5, hear, heard));
  g_assert_false (cam_sound_decoder_take (decoder, frame, 0, hear, heard));
  g_autofree uint8_t *large = g_malloc0 (6 * 100000);
  g_assert_true (cam_sound_decoder_take (decoder, large, 6 * 100000, hear, heard));
  g_assert_cmpuint (heard->frames, ==, 100002);
  g_assert_cmpuint (heard->calls, >, 50);
}

static void
test_refused_tracks (void)
{
  const struct {
    CamCodec codec;
    uint32_t rate;
    uint8_t channels;
  } rows[] = {
      {CAM_CODEC_MJPEG, 8000, 1}, {CAM_CODEC_H264, 90000, 1},     {CAM_CODEC_PCMU, 0, 1},     {CAM_CODEC_L16, 48000, 0},
      {CAM_CODEC_L16, 192001, 1}, {CAM_CODEC_L16, UINT32_MAX, 1}, {CAM_CODEC_OPUS, 48000, 3},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = make_track (rows[i].codec, rows[i].rate, rows[i].channels);
    g_autoptr (GError) error = NULL;
    g_assert_null (cam_sound_decoder_new (track, &error));
    g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
    g_assert_cmpint (error->message[strlen (error->message) - 1], !=, '.');
  }
}

/* What a hostile sender may put into a unit: noise comes of it, or nothing, and never more than a unit can hold. */
static void
test_hostile_units (void)
{
  const struct {
    CamCodec codec;
    uint32_t rate;
    uint8_t channels;
    unsigned most_frames; /* of a unit */
  } rows[] = {
      {CAM_CODEC_PCMU, 8000, 1, 1500},
      {CAM_CODEC_L16, 48000, 2, 375},
      {CAM_CODEC_OPUS, 48000, 2, 5760},
  };
  g_autoptr (GRand) dice = g_rand_new_with_seed (4711);
  for (size_t row = 0; row < G_N_ELEMENTS (rows); row++) {
    g_autoptr (CamSoundDecoder) decoder = make_decoder (rows[row].codec, rows[row].rate, rows[row].channels);
    unsigned refused = 0;
    for (unsigned i = 0; i < 10000; i++) {
      g_autoptr (Heard) heard = heard_new ();
      uint8_t unit[1500];
      size_t size = (size_t) g_rand_int_range (dice, 0, sizeof unit);
      for (size_t byte = 0; byte < size; byte++)
        unit[byte] = (uint8_t) g_rand_int (dice);
      bool is_taken = cam_sound_decoder_take (decoder, unit, size, hear, heard);
      refused += !is_taken;
      g_assert_true (is_taken || heard->frames == 0);
      g_assert_cmpuint (heard->frames, <=, rows[row].most_frames);
    }
    g_test_message ("%s: %u of 10000 refused", cam_codec_name (rows[row].codec), refused);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/sound-decoder/samples", test_samples);
  g_test_add_func ("/sound-decoder/channels-and-size", test_channels_and_size);
  g_test_add_func ("/sound-decoder/refused-tracks", test_refused_tracks);
  g_test_add_func ("/sound-decoder/hostile-units", test_hostile_units);
  return g_test_run ();
}
