/* Test sound: a sine, a chirp, and what can be measured of them.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include <glib.h>
#include <math.h>
#include <stdint.h>

#define TONE_HZ 1000.0
#define TONE_DB -12.0

/* Samples of one channel. */
typedef GArray ToneLine; /* of int16_t */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToneLine, g_array_unref)

static inline ToneLine *
tone_line_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (int16_t));
}

/* -12 dBFS, of peaks. */
static inline double
tone_amplitude (void)
{
  return 32767.0 * pow (10.0, TONE_DB / 20.0);
}

static inline ToneLine *
tone_sine_new (double hz, unsigned rate, unsigned samples)
{
  ToneLine *line = tone_line_new ();
  for (unsigned i = 0; i < samples; i++) {
    int16_t value = (int16_t) lrint (tone_amplitude () * sin (2 * G_PI * hz * i / rate));
    g_array_append_val (line, value);
  }
  return line;
}

/* Rises from @low_hz to @high_hz, so that its place in time is without doubt. */
static inline ToneLine *
tone_chirp_new (double low_hz, double high_hz, unsigned rate, unsigned samples)
{
  ToneLine *line = tone_line_new ();
  for (unsigned i = 0; i < samples; i++) {
    double t = (double) i / rate, duration = (double) samples / rate;
    double phase = 2 * G_PI * (low_hz * t + (high_hz - low_hz) * t * t / (2 * duration));
    int16_t value = (int16_t) lrint (tone_amplitude () * sin (phase));
    g_array_append_val (line, value);
  }
  return line;
}

static inline int16_t
tone_at (const ToneLine *line, unsigned i)
{
  return g_array_index (line, int16_t, i);
}

/* One bin of a Fourier transform under a Hann window: amplitude and phase at @hz. */
static inline double
tone_bin (const ToneLine *line, unsigned from, unsigned samples, double hz, unsigned rate, double *ret_phase)
{
  double re = 0, im = 0, weight = 0;
  for (unsigned i = 0; i < samples; i++) {
    double window = 0.5 - 0.5 * cos (2 * G_PI * (i + 0.5) / samples);
    double angle = 2 * G_PI * hz * (from + i) / rate;
    re += window * tone_at (line, from + i) * cos (angle);
    im += window * tone_at (line, from + i) * sin (angle);
    weight += window;
  }
  *ret_phase = atan2 (re, im);
  return 2 * sqrt (re * re + im * im) / weight;
}

/* dBFS of the sine of @hz in the second half of @line. */
static inline double
tone_level_db (const ToneLine *line, double hz, unsigned rate)
{
  double phase;
  return 20 * log10 (tone_bin (line, line->len / 2, line->len / 2, hz, rate, &phase) / 32767.0);
}

/* Of the sine near @hz in the second half of @line: what its phase turns in a quarter of the line. */
static inline double
tone_frequency (const ToneLine *line, double hz, unsigned rate)
{
  double first, second;
  unsigned quarter = line->len / 4;
  tone_bin (line, 2 * quarter, quarter, hz, rate, &first);
  tone_bin (line, 3 * quarter, quarter, hz, rate, &second);
  double turned = remainder (second - first, 2 * G_PI);
  return hz + turned / (2 * G_PI) * rate / quarter;
}

/* Everything but the sine of @hz, in dB below it, in the second half of @line. */
static inline double
tone_noise_db (const ToneLine *line, double hz, unsigned rate)
{
  unsigned from = line->len / 2, samples = line->len / 2 / (rate / 100) * (rate / 100); /* whole periods */
  double re = 0, im = 0, rest = 0;
  for (unsigned i = 0; i < samples; i++) {
    re += tone_at (line, from + i) * cos (2 * G_PI * hz * i / rate) * 2 / samples;
    im += tone_at (line, from + i) * sin (2 * G_PI * hz * i / rate) * 2 / samples;
  }
  for (unsigned i = 0; i < samples; i++) {
    double tone = re * cos (2 * G_PI * hz * i / rate) + im * sin (2 * G_PI * hz * i / rate);
    rest += (tone_at (line, from + i) - tone) * (tone_at (line, from + i) - tone) / samples;
  }
  return 10 * log10 (rest / ((re * re + im * im) / 2));
}

/* How many samples @late is behind @line, at most @most and less than none at least; where they are most alike. */
static inline int
tone_delay (const ToneLine *line, const ToneLine *late, int least, int most)
{
  int best = least;
  double best_sum = -INFINITY;
  for (int delay = least; delay <= most; delay++) {
    double sum = 0;
    for (unsigned i = 0; i < line->len; i++)
      if ((int) i + delay >= 0 && (unsigned) ((int) i + delay) < late->len)
        sum += (double) tone_at (line, i) * tone_at (late, (unsigned) ((int) i + delay));
    if (sum > best_sum) {
      best_sum = sum;
      best = delay;
    }
  }
  return best;
}
