#include "sound/sound-resampler.h"

#include "tone.h"

#define SECONDS 4

typedef struct {
  unsigned in, out;
} Rates;

static const Rates rates[] = {
    {48000, 48000}, {8000, 48000},  {16000, 48000}, {44100, 48000}, {11025, 48000}, {22050, 48000},  {32000, 48000},
    {48000, 44100}, {48000, 16000}, {48000, 8000},  {8000, 8000},   {8013, 48000},  {192000, 48000}, {96000, 44100},
};

typedef struct {
  unsigned channels;
  ToneLine *lines[2]; /* owned */
} Heard;

static void
hear (const int16_t *samples, unsigned n, gpointer data)
{
  Heard *heard = data;
  for (unsigned i = 0; i < n; i++)
    for (unsigned channel = 0; channel < heard->channels; channel++)
      g_array_append_val (heard->lines[channel], samples[i * heard->channels + channel]);
}

static void
heard_clear (Heard *heard)
{
  for (unsigned channel = 0; channel < 2; channel++)
    g_clear_pointer (&heard->lines[channel], g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static Heard
heard_new (unsigned channels)
{
  return (Heard){.channels = channels, .lines = {tone_line_new (), tone_line_new ()}};
}

/* @line on the last channel, silence on the other; in pieces of 20 ms and some. */
static void
push (CamSoundResampler *resampler, const ToneLine *line, unsigned piece, Heard *heard)
{
  g_autofree int16_t *samples = g_new0 (int16_t, (gsize) piece * heard->channels);
  for (unsigned from = 0; from < line->len; from += piece) {
    unsigned n = MIN (piece, line->len - from);
    for (unsigned i = 0; i < n; i++)
      samples[(i + 1) * heard->channels - 1] = tone_at (line, from + i);
    cam_sound_resampler_take (resampler, samples, n, hear, heard);
  }
}

/* Level, pitch, purity, and where in time it stands: a sample of the output at most from where it stood. */
static void
test_sine (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autoptr (CamSoundResampler) resampler = cam_sound_resampler_new (rates[i].in, rates[i].out, 1 + i % 2);
    g_auto (Heard) heard = heard_new (1 + i % 2);
    g_autoptr (ToneLine) sine = tone_sine_new (TONE_HZ, rates[i].in, rates[i].in * SECONDS);
    push (resampler, sine, rates[i].in / 47, &heard);
    const ToneLine *line = heard.lines[i % 2];
    double phase, level = tone_level_db (line, TONE_HZ, rates[i].out), noise = tone_noise_db (line, TONE_HZ, rates[i].out);
    tone_bin (line, line->len / 2, line->len / 2, TONE_HZ, rates[i].out, &phase);
    double late_us = (G_PI / 2 - phase - G_PI / 2) / (2 * G_PI * TONE_HZ) * 1e6;
    g_test_message ("%u to %u Hz: %.3f dB, noise %.1f dB, %.2f us late", rates[i].in, rates[i].out, level, noise, late_us);
    g_assert_cmpfloat (fabs (level - TONE_DB), <, 0.1);
    g_assert_cmpfloat (fabs (tone_frequency (line, TONE_HZ, rates[i].out) - TONE_HZ), <, 0.01);
    g_assert_cmpfloat (noise, <, -70);
    g_assert_cmpfloat (fabs (late_us), <, 1e6 / rates[i].out);
    if (i % 2 == 1)
      g_assert_cmpfloat (tone_level_db (heard.lines[0], TONE_HZ, rates[i].out), <, -90);
  }
}

/* What came out and what is kept make up what went in, whatever the pieces. */
static void
test_count (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autoptr (CamSoundResampler) resampler = cam_sound_resampler_new (rates[i].in, rates[i].out, 1);
    g_auto (Heard) heard = heard_new (1);
    g_assert_cmpint (cam_sound_resampler_get_delay_ns (resampler), ==, 0);
    double in_s = 0;
    for (unsigned piece = 1; piece <= 300; piece++) {
      g_autoptr (ToneLine) sine = tone_sine_new (TONE_HZ, rates[i].in, piece * 7 % 1500);
      push (resampler, sine, 1500, &heard);
      in_s += (double) sine->len / rates[i].in;
      double kept_s = (double) cam_sound_resampler_get_delay_ns (resampler) / 1e9;
      g_assert_cmpfloat (fabs (in_s - (double) heard.lines[0]->len / rates[i].out - kept_s), <, 1e-6);
      g_assert_cmpfloat (kept_s, <, 0.012);
    }
  }
}

static void
test_stretch (void)
{
  g_autoptr (CamSoundResampler) resampler = cam_sound_resampler_new (8000, 48000, 1);
  g_auto (Heard) heard = heard_new (1);
  g_autoptr (ToneLine) sine = tone_sine_new (TONE_HZ, 8000, 8000 * 10);
  cam_sound_resampler_set_ppm (resampler, 1000);
  push (resampler, sine, 160, &heard);
  double kept = (double) cam_sound_resampler_get_delay_ns (resampler) * 48000 / 1e9;
  g_assert_cmpfloat (fabs (heard.lines[0]->len - (480000 - kept) * 1.001), <, 0.1);
  g_assert_cmpfloat (fabs (tone_frequency (heard.lines[0], TONE_HZ / 1.001, 48000) - TONE_HZ / 1.001), <, 0.01);
}

/* The loudest there is does not wrap around where the filter rings. */
static void
test_loud (void)
{
  g_autoptr (CamSoundResampler) resampler = cam_sound_resampler_new (8000, 48000, 1);
  g_auto (Heard) heard = heard_new (1);
  g_autoptr (ToneLine) square = tone_line_new ();
  for (unsigned i = 0; i < 8000; i++) {
    int16_t value = i / 40 % 2 == 0 ? 32767 : -32768;
    g_array_append_val (square, value);
  }
  push (resampler, square, 160, &heard);
  for (unsigned i = 481; i < heard.lines[0]->len; i++)
    g_assert_cmpint (ABS (tone_at (heard.lines[0], i) - tone_at (heard.lines[0], i - 1)), <, 25000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-resampler/sine", test_sine);
  g_test_add_func ("/sound-resampler/count", test_count);
  g_test_add_func ("/sound-resampler/stretch", test_stretch);
  g_test_add_func ("/sound-resampler/loud", test_loud);
  return g_test_run ();
}
