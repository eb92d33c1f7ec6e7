#include "sound/sound-splice.h"

#include <math.h>
#include <string.h>

enum { RATE = 48000, FADE = 240, CUT = 480 };

typedef struct {
  CamSoundSplice *splice;
  unsigned channels;
  GArray *out; /* of int16_t, owned */
} Fixture;

static void
on_pcm (const CamPcm *pcm, gpointer data)
{
  Fixture *self = data;
  g_assert_cmpuint (pcm->rate, ==, RATE);
  g_assert_cmpuint (pcm->channels, ==, self->channels);
  g_assert_cmpuint (pcm->frames, >, 0);
  g_array_append_vals (self->out, pcm->samples, pcm->frames * pcm->channels);
}

static Fixture
set_up (unsigned channels)
{
  return (Fixture){cam_sound_splice_new (RATE, channels), channels, g_array_new (FALSE, FALSE, sizeof (int16_t))};
}

static void
tear_down (Fixture *self)
{
  cam_sound_splice_free (self->splice);
  g_array_unref (self->out);
}

static int16_t
get (const Fixture *self, unsigned i)
{
  return g_array_index (self->out, int16_t, i);
}

/* @frames of a tone from its sample @from on, in pieces of @piece. */
static void
take_tone (Fixture *self, double hz, double amplitude, unsigned from, unsigned frames, unsigned piece)
{
  for (unsigned at = 0; at < frames; at += piece) {
    unsigned here = MIN (piece, frames - at);
    g_autofree int16_t *samples = g_new (int16_t, here * self->channels);
    for (unsigned i = 0; i < here * self->channels; i++)
      samples[i] = (int16_t) (amplitude * sin (2 * G_PI * hz * (from + at + i / self->channels) / RATE));
    cam_sound_splice_take (self->splice, samples, here, on_pcm, self);
  }
}

static int
get_largest_step (const Fixture *self)
{
  int largest = 0;
  for (unsigned i = self->channels; i < self->out->len; i++)
    largest = MAX (largest, ABS (get (self, i) - get (self, i - self->channels)));
  return largest;
}

/* Without a cut each sample leaves as it came, the last fade's worth excepted, whatever the pieces. */
static void
test_passes_all (void)
{
  static const unsigned pieces[] = {1, 7, FADE - 1, FADE, FADE + 1, 1152, 5000};
  for (unsigned channels = 1; channels <= 2; channels++)
    for (unsigned i = 0; i < G_N_ELEMENTS (pieces); i++) {
      Fixture fixture = set_up (channels);
      int16_t samples[5000 * 2];
      for (unsigned j = 0; j < 5000 * channels; j++)
        samples[j] = (int16_t) (j * 7919);
      for (unsigned at = 0; at < 5000; at += pieces[i])
        cam_sound_splice_take (fixture.splice, samples + at * channels, MIN (pieces[i], 5000 - at), on_pcm, &fixture);
      g_assert_cmpuint (fixture.out->len, ==, (5000 - FADE) * channels);
      g_assert_cmpmem (fixture.out->data, fixture.out->len * 2, samples, fixture.out->len * 2);
      tear_down (&fixture);
    }
}

/* A tone goes on behind a cut in each of its phases: the tone's own steps are the largest, and at most the cut is missing. */
static void
test_tone_in_each_phase (void)
{
  for (unsigned phase = 0; phase < 48; phase++) {
    Fixture fixture = set_up (2);
    take_tone (&fixture, 1000, 20000, 0, 4800, 240);
    int largest = get_largest_step (&fixture);
    cam_sound_splice_cut (fixture.splice);
    take_tone (&fixture, 1000, 20000, 4800 + phase, 4800, 240);
    g_assert_cmpint (get_largest_step (&fixture), <=, largest + 2);
    g_assert_cmpuint (fixture.out->len / 2, >=, 9600 - FADE - CUT);
    g_assert_cmpuint (fixture.out->len / 2, <=, 9600 - FADE - FADE);
    /* And it stays as loud as it was: it continues in phase. */
    for (unsigned i = 0; i + 48 < fixture.out->len / 2; i += 24) {
      int loudest = 0;
      for (unsigned j = i; j < i + 48; j++)
        loudest = MAX (loudest, ABS (get (&fixture, 2 * j)));
      g_assert_cmpint (loudest, >, 19500);
    }
    tear_down (&fixture);
  }
}

/* Unlike sounds: from full swing to its opposite, to silence, to another tone. No leap beyond those of the louder one. */
static void
test_unlike_sounds (void)
{
  static const struct {
    double hz[2];
    double amplitude[2];
  } rows[] = {
      {{100, 100}, {32767, -32767}}, {{1000, 1000}, {20000, 0}},    {{1000, 1000}, {0, 20000}},
      {{440, 997}, {15000, 15000}},  {{1000, 1000}, {20000, 5000}},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture fixture = set_up (1);
    take_tone (&fixture, rows[i].hz[0], rows[i].amplitude[0], 0, 4807, 960);
    cam_sound_splice_cut (fixture.splice);
    take_tone (&fixture, rows[i].hz[1], rows[i].amplitude[1], 4807, 4800, 1152);
    double largest = 0;
    for (unsigned j = 0; j < 2; j++)
      largest = MAX (largest, 2 * G_PI * rows[i].hz[j] * fabs (rows[i].amplitude[j]) / RATE);
    double of_fade = 1.5 / FADE * (fabs (rows[i].amplitude[0]) + fabs (rows[i].amplitude[1]));
    g_assert_cmpfloat (get_largest_step (&fixture), <=, largest + of_fade + 2);
    tear_down (&fixture);
  }
}

/* What repeats the end of what was heard is passed over. */
static void
test_repeat_is_passed_over (void)
{
  Fixture fixture = set_up (1);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  int16_t noise[9600];
  for (unsigned i = 0; i < G_N_ELEMENTS (noise); i++)
    noise[i] = (int16_t) g_rand_int_range (random, -20000, 20000);
  cam_sound_splice_take (fixture.splice, noise, 4800, on_pcm, &fixture);
  cam_sound_splice_cut (fixture.splice);
  unsigned repeated = FADE + 100;
  cam_sound_splice_take (fixture.splice, noise + 4800 - repeated, 4800 + repeated, on_pcm, &fixture);
  g_assert_cmpuint (fixture.out->len, ==, 9600 - FADE);
  g_assert_cmpmem (fixture.out->data, fixture.out->len * 2, noise, fixture.out->len * 2);
  tear_down (&fixture);
}

/* Cuts before anything came, twice, and closer together than a fade. */
static void
test_cuts_in_a_row (void)
{
  for (unsigned piece = 1; piece < 3 * CUT; piece += 17) {
    Fixture fixture = set_up (2);
    cam_sound_splice_cut (fixture.splice);
    cam_sound_splice_cut (fixture.splice);
    take_tone (&fixture, 1000, 20000, 0, 960, 100);
    for (unsigned i = 0; i < 20; i++) {
      cam_sound_splice_cut (fixture.splice);
      take_tone (&fixture, 1000, 20000, 960 + i * piece, piece, 64);
    }
    take_tone (&fixture, 1000, 20000, 960 + 20 * piece, 960, 960);
    g_assert_cmpint (get_largest_step (&fixture), <=, 2618 + 200);
    g_assert_cmpuint (fixture.out->len, >=, 2 * (1920 - FADE - CUT));
    g_assert_cmpuint (fixture.out->len, <=, 2 * (1920 + 20 * piece));
    tear_down (&fixture);
  }
}

/* No sound is held back of a rate at which a fade has no samples. */
static void
test_lowest_rate (void)
{
  Fixture fixture = {cam_sound_splice_new (1, 1), 1, g_array_new (FALSE, FALSE, sizeof (int16_t))};
  cam_sound_splice_cut (fixture.splice);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-splice/passes-all", test_passes_all);
  g_test_add_func ("/sound-splice/tone-in-each-phase", test_tone_in_each_phase);
  g_test_add_func ("/sound-splice/unlike-sounds", test_unlike_sounds);
  g_test_add_func ("/sound-splice/repeat-is-passed-over", test_repeat_is_passed_over);
  g_test_add_func ("/sound-splice/cuts-in-a-row", test_cuts_in_a_row);
  g_test_add_func ("/sound-splice/lowest-rate", test_lowest_rate);
  return g_test_run ();
}
