#include "sound/sound-encoder.h"

#include <gst/gst.h>
#include <string.h>

#include "sound/sound-choice.h"
#include "tone.h"
#include "wire/aac.h"

#define SECONDS 3

/* What goes through an encoder and a decoder behind it. */
typedef struct {
  CamSoundEncoder *encoder; /* owned */
  CamSoundDecoder *decoder; /* owned */
  ToneLine *heard;          /* owned; of the left channel */
  ToneLine *heard_right;    /* owned */
  unsigned channels;
  unsigned rate_heard;
  unsigned units;
  size_t bytes;
} Chain;

static void
hear (const CamPcm *pcm, gpointer data)
{
  Chain *chain = data;
  chain->rate_heard = pcm->rate;
  for (unsigned i = 0; i < pcm->frames; i++) {
    g_array_append_val (chain->heard, pcm->samples[i * pcm->channels]);
    g_array_append_val (chain->heard_right, pcm->samples[i * pcm->channels + pcm->channels - 1]);
  }
}

static void
pass_on (const uint8_t *unit, size_t size, gpointer data)
{
  Chain *chain = data;
  chain->units++;
  chain->bytes += size;
  g_assert_true (cam_sound_decoder_take (chain->decoder, unit, size, hear, chain));
}

static Chain *
chain_new (CamSoundChoice choice, uint32_t rate, uint8_t channels, CamSoundSettings settings)
{
  g_autoptr (CamTrack) source = cam_track_new (CAM_CODEC_L16);
  source->sample_rate = rate;
  source->channels = channels;
  g_autoptr (CamTrack) track = cam_sound_choice_make_track (choice, source);
  g_autoptr (GError) error = NULL;
  Chain *chain = g_new0 (Chain, 1);
  chain->encoder = cam_sound_encoder_new (track, &settings, &error);
  g_assert_no_error (error);
  chain->decoder = cam_sound_decoder_new (track, &error);
  g_assert_no_error (error);
  chain->heard = tone_line_new ();
  chain->heard_right = tone_line_new ();
  chain->channels = track->channels;
  return chain;
}

static void
chain_free (Chain *chain)
{
  cam_sound_encoder_free (chain->encoder);
  cam_sound_decoder_free (chain->decoder);
  g_array_unref (chain->heard);
  g_array_unref (chain->heard_right);
  g_free (chain);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Chain, chain_free)

/* @right may be NULL: the same as left, or no channel. */
static void
chain_take (Chain *chain, const ToneLine *left, const ToneLine *right)
{
  unsigned frame = cam_sound_encoder_get_frame (chain->encoder);
  g_autofree int16_t *samples = g_new (int16_t, frame * chain->channels);
  for (unsigned from = 0; from + frame <= left->len; from += frame) {
    for (unsigned i = 0; i < frame; i++) {
      samples[i * chain->channels] = tone_at (left, from + i);
      if (chain->channels == 2)
        samples[i * 2 + 1] = tone_at (right != NULL ? right : left, from + i);
    }
    g_assert_true (cam_sound_encoder_take (chain->encoder, samples, pass_on, chain));
  }
}

typedef struct {
  CamSoundChoice choice;
  uint32_t rate;
  uint8_t channels;
  uint32_t rate_heard;
} Row;

static const Row rows[] = {
    {CAM_SOUND_OPUS, 48000, 1, 48000}, {CAM_SOUND_OPUS, 48000, 2, 48000}, {CAM_SOUND_AAC, 48000, 2, 48000},
    {CAM_SOUND_AAC, 44100, 2, 44100},  {CAM_SOUND_AAC, 32000, 1, 32000},  {CAM_SOUND_AAC, 8000, 1, 48000},
    {CAM_SOUND_AAC, 11025, 1, 48000},  {CAM_SOUND_L16, 8000, 1, 8000},    {CAM_SOUND_L16, 44100, 2, 44100},
};

static void
test_sine (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Chain) chain = chain_new (rows[i].choice, rows[i].rate, rows[i].channels, (CamSoundSettings){.complexity = 5});
    g_autoptr (ToneLine) sine = tone_sine_new (TONE_HZ, rows[i].rate_heard, rows[i].rate_heard * SECONDS);
    chain_take (chain, sine, NULL);
    g_assert_cmpuint (chain->rate_heard, ==, rows[i].rate_heard);
    double level = tone_level_db (chain->heard, TONE_HZ, chain->rate_heard);
    double hz = tone_frequency (chain->heard, TONE_HZ, chain->rate_heard);
    double noise = tone_noise_db (chain->heard, TONE_HZ, chain->rate_heard);
    g_test_message ("%s %u Hz: %.2f dB, %.3f Hz, noise %.1f dB, %zu bit/s", cam_sound_choice_name (rows[i].choice), rows[i].rate, level, hz,
                    noise, chain->bytes * 8 / SECONDS);
    g_assert_cmpfloat (fabs (level - TONE_DB), <, 0.5);
    g_assert_cmpfloat (fabs (hz - TONE_HZ), <, 1.0);
    g_assert_cmpfloat (noise, <, -25.0);
  }
}

static void
test_delay (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Chain) chain = chain_new (rows[i].choice, rows[i].rate, rows[i].channels, (CamSoundSettings){.complexity = 5});
    g_autoptr (ToneLine) chirp = tone_chirp_new (200, 3500, rows[i].rate_heard, rows[i].rate_heard / 2);
    chain_take (chain, chirp, NULL);
    int delay = tone_delay (chirp, chain->heard, 0, 6000);
    g_test_message ("%s %u Hz: %d samples late, %u said", cam_sound_choice_name (rows[i].choice), rows[i].rate, delay,
                    cam_sound_encoder_get_delay (chain->encoder));
    g_assert_cmpint (ABS (delay - (int) cam_sound_encoder_get_delay (chain->encoder)), <=, 1);
  }
}

/* Both channels the same cost one; what differs is told apart at once, and again after it was the same for long. */
static void
test_opus_channels (void)
{
  g_autoptr (Chain) chain = chain_new (CAM_SOUND_OPUS, 48000, 2, (CamSoundSettings){.complexity = 5});
  g_autoptr (ToneLine) left = tone_sine_new (1000, 48000, 48000 * SECONDS);
  g_autoptr (ToneLine) right = tone_sine_new (3000, 48000, 48000 * SECONDS);
  chain_take (chain, left, NULL);
  size_t mono_bytes = chain->bytes;
  for (unsigned round = 0; round < 2; round++) {
    g_array_set_size (chain->heard, 0);
    g_array_set_size (chain->heard_right, 0);
    chain_take (chain, left, right);
    g_assert_cmpfloat (fabs (tone_level_db (chain->heard, 1000, 48000) - TONE_DB), <, 0.5);
    g_assert_cmpfloat (fabs (tone_level_db (chain->heard_right, 3000, 48000) - TONE_DB), <, 0.5);
    g_assert_cmpfloat (tone_level_db (chain->heard, 3000, 48000), <, -40);
    chain_take (chain, left, NULL);
  }
  g_test_message ("one channel: %zu bit/s", mono_bytes * 8 / SECONDS);
  g_assert_cmpuint (mono_bytes * 8 / SECONDS, <, 80000);
}

static void
test_opus_settings (void)
{
  const struct {
    uint64_t bit_rate;
    unsigned complexity;
    size_t least, most; /* bit/s */
  } settings[] = {
      {24000, 0, 15000, 32000},
      {96000, 10, 60000, 115000},
      {1, 5, 2000, 12000},
      {UINT64_MAX, 99, 200000, 520000},
  };
  g_autoptr (GRand) dice = g_rand_new_with_seed (1);
  g_autoptr (ToneLine) noise = tone_line_new ();
  for (unsigned i = 0; i < 48000 * SECONDS; i++) {
    int16_t value = (int16_t) g_rand_int_range (dice, -3000, 3000);
    g_array_append_val (noise, value);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++) {
    CamSoundSettings wanted = {.bit_rate = settings[i].bit_rate, .complexity = settings[i].complexity};
    g_autoptr (Chain) chain = chain_new (CAM_SOUND_OPUS, 48000, 2, wanted);
    chain_take (chain, noise, NULL);
    g_test_message ("%" G_GUINT64_FORMAT ": %zu bit/s", settings[i].bit_rate, chain->bytes * 8 / SECONDS);
    g_assert_cmpuint (chain->bytes * 8 / SECONDS, >=, settings[i].least);
    g_assert_cmpuint (chain->bytes * 8 / SECONDS, <=, settings[i].most);
    g_assert_cmpuint (chain->units, ==, 50 * SECONDS);
  }
}

static void
test_refused_tracks (void)
{
  const struct {
    CamCodec codec;
    uint32_t rate;
    uint8_t channels;
  } tracks[] = {
      {CAM_CODEC_PCMU, 8000, 1}, {CAM_CODEC_L16, 0, 1},      {CAM_CODEC_L16, 8000, 0},   {CAM_CODEC_L16, 8000, 3},
      {CAM_CODEC_OPUS, 8000, 2}, {CAM_CODEC_OPUS, 48000, 1}, {CAM_CODEC_H264, 90000, 1}, {CAM_CODEC_MJPEG, 1, 1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (tracks); i++) {
    g_autoptr (CamTrack) track = cam_track_new (tracks[i].codec);
    track->sample_rate = tracks[i].rate;
    track->channels = tracks[i].channels;
    g_autoptr (GError) error = NULL;
    CamSoundSettings settings = {0};
    g_assert_null (cam_sound_encoder_new (track, &settings, &error));
    g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/sound-encoder/sine", test_sine);
  g_test_add_func ("/sound-encoder/delay", test_delay);
  g_test_add_func ("/sound-encoder/opus-channels", test_opus_channels);
  g_test_add_func ("/sound-encoder/opus-settings", test_opus_settings);
  g_test_add_func ("/sound-encoder/refused-tracks", test_refused_tracks);
  return g_test_run ();
}
