#include "sound/sound-varispeed.h"

#include "tone.h"

#define RATE 48000
#define SECONDS 10

static void
append (ToneLine *line, const float *samples, unsigned frames, unsigned channels)
{
  for (unsigned i = 0; i < frames; i++) {
    int16_t value = (int16_t) lrintf (samples[i * channels + channels - 1]);
    g_array_append_val (line, value);
  }
}

/* What comes of @line, in pieces of odd sizes; @ppm_of says how fast each is. */
static ToneLine *
play (CamSoundVarispeed *varispeed, const ToneLine *line, unsigned channels, double (*ppm_of) (unsigned piece))
{
  ToneLine *heard = tone_line_new ();
  unsigned piece = 0;
  for (unsigned from = 0; from < line->len; piece++) {
    float in[CAM_SOUND_VARISPEED_MOST_FRAMES * 2], out[CAM_SOUND_VARISPEED_MOST_OUT * 2];
    unsigned frames = MIN (1 + piece * 97 % CAM_SOUND_VARISPEED_MOST_FRAMES, line->len - from);
    for (unsigned i = 0; i < frames; i++)
      for (unsigned channel = 0; channel < channels; channel++)
        in[i * channels + channel] = channel + 1 == channels ? tone_at (line, from + i) : 0;
    cam_sound_varispeed_set_ppm (varispeed, ppm_of (piece));
    unsigned made = cam_sound_varispeed_take (varispeed, in, frames, out);
    g_assert_cmpuint (made, <=, CAM_SOUND_VARISPEED_MOST_OUT);
    append (heard, out, made, channels);
    from += frames;
  }
  return heard;
}

static double
pass_on (unsigned piece)
{
  return 0;
}

static double
be_slow (unsigned piece)
{
  return 300;
}

static double
be_fast (unsigned piece)
{
  return -20000;
}

static double
be_beyond (unsigned piece)
{
  return 1e9;
}

static double
leap_about (unsigned piece)
{
  return piece % 2 == 0 ? -1000 : 1000;
}

static void
test_identity (void)
{
  for (unsigned channels = 1; channels <= 2; channels++) {
    CamSoundVarispeed *varispeed = cam_sound_varispeed_new (channels);
    g_autoptr (ToneLine) chirp = tone_chirp_new (20, 20000, RATE, RATE);
    g_autoptr (ToneLine) heard = play (varispeed, chirp, channels, pass_on);
    g_assert_cmpuint (heard->len + (unsigned) cam_sound_varispeed_get_kept (varispeed), ==, RATE);
    g_assert_cmpmem (heard->data, heard->len * 2, chirp->data, heard->len * 2);
    cam_sound_varispeed_free (varispeed);
  }
}

/* As long as it should be, to a thousandth of a sample, and as high. */
static void
test_stretch (void)
{
  const struct {
    double (*ppm_of) (unsigned piece);
    double ppm;
  } rows[] = {{be_slow, 300}, {be_fast, -20000}, {be_beyond, CAM_SOUND_VARISPEED_MOST_PPM}};
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    CamSoundVarispeed *varispeed = cam_sound_varispeed_new (1);
    g_autoptr (ToneLine) sine = tone_sine_new (TONE_HZ, RATE, RATE * SECONDS);
    g_autoptr (ToneLine) heard = play (varispeed, sine, 1, rows[i].ppm_of);
    double factor = 1 + rows[i].ppm / 1e6;
    double length = (RATE * SECONDS - cam_sound_varispeed_get_kept (varispeed)) * factor;
    double noise = tone_noise_db (heard, TONE_HZ / factor, RATE);
    g_test_message ("%.0f ppm: %u frames of %.3f, noise %.1f dB", rows[i].ppm, heard->len, length, noise);
    g_assert_cmpfloat (fabs (heard->len - length), <, 0.001 * SECONDS);
    g_assert_cmpfloat (fabs (tone_frequency (heard, TONE_HZ / factor, RATE) - TONE_HZ / factor), <, 0.001);
    g_assert_cmpfloat (noise, <, -75);
    cam_sound_varispeed_free (varispeed);
  }
}

/* Where the speed changes no sample stands farther from the sine's curve than rounding puts it: neighbours tell, because of a sine
 * a[i + 1] + a[i - 1] = 2 cos (w) a[i]. */
static void
test_no_leap (void)
{
  const double hz[] = {1000, 6000, 15000};
  for (size_t i = 0; i < G_N_ELEMENTS (hz); i++) {
    CamSoundVarispeed *varispeed = cam_sound_varispeed_new (1);
    g_autoptr (ToneLine) sine = tone_sine_new (hz[i], RATE, RATE * SECONDS);
    g_autoptr (ToneLine) heard = play (varispeed, sine, 1, leap_about);
    double most = 0, factor = 2 * cos (2 * G_PI * hz[i] / RATE);
    for (unsigned at = RATE; at + 1 < heard->len; at++)
      most = MAX (most, fabs (tone_at (heard, at + 1) + tone_at (heard, at - 1) - factor * tone_at (heard, at)));
    /* 1000 ppm of the frequency change the factor, and each sample was rounded when it went in and when it came out. */
    double turn = 2 * G_PI * hz[i] / RATE;
    double bound = tone_amplitude () * 2 * sin (turn) * turn * 0.001 + 6;
    g_test_message ("%.0f Hz: %.1f of %.1f", hz[i], most, bound);
    g_assert_cmpfloat (most, <, bound);
    cam_sound_varispeed_free (varispeed);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-varispeed/identity", test_identity);
  g_test_add_func ("/sound-varispeed/stretch", test_stretch);
  g_test_add_func ("/sound-varispeed/no-leap", test_no_leap);
  return g_test_run ();
}
