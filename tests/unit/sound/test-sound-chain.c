#include "sound/sound-chain.h"

#include <string.h>

#include "sound/sound-decoder.h"
#include "sound/sound-encoder.h"
#include "tone.h"

#define NS_PER_S INT64_C (1000000000)
#define NS_PER_MS INT64_C (1000000)
#define BASE_NS (1000 * NS_PER_S)
#define UNIT_MS 20
#define OUT_HZ 48000
#define TOLERANCE_NS (5 * NS_PER_MS)

/* A camera whose sound is a tone that begins anew each second with silence before it: its place in time can be heard. A chain makes something of it,
 * and what that is is decoded and put where its times say. */
typedef struct {
  CamSoundChain *chain;     /* owned */
  CamSoundDecoder *decoder; /* owned; of what comes out */
  CamPayloadPool *pool;     /* ref */
  CamTrack *target;         /* ref */
  GArray *heard;            /* of int16_t, owned: left, sample 0 is at BASE_NS */
  int64_t last_ns;
  unsigned units;
  unsigned breaks; /* where a unit does not follow the one before */
  int64_t unit_ns; /* of the unit that is being decoded */
} Fixture;

static void
hear (const CamPcm *pcm, gpointer data)
{
  Fixture *fixture = data;
  int64_t from = (fixture->unit_ns - BASE_NS) * (int64_t) pcm->rate / NS_PER_S;
  if (from < 0)
    return;
  if (fixture->heard->len < from + pcm->frames)
    g_array_set_size (fixture->heard, (guint) (from + pcm->frames));
  for (unsigned i = 0; i < pcm->frames; i++)
    g_array_index (fixture->heard, int16_t, from + i) = pcm->samples[i * pcm->channels];
}

static void
on_unit (const uint8_t *unit, size_t size, int64_t pts_ns, gpointer data)
{
  Fixture *fixture = data;
  int64_t frame_ns = UNIT_MS * NS_PER_MS;
  g_assert_cmpint (pts_ns, >, fixture->last_ns);
  if (fixture->units > 0 && ABS (pts_ns - fixture->last_ns - frame_ns) > 1)
    fixture->breaks++;
  fixture->units++;
  fixture->last_ns = pts_ns;
  fixture->unit_ns = pts_ns;
  g_assert_true (cam_sound_decoder_take (fixture->decoder, unit, size, hear, fixture));
}

static CamTrack *
make_source (CamCodec codec, uint32_t rate, uint8_t channels)
{
  CamTrack *track = cam_track_new (codec);
  track->sample_rate = rate;
  track->clock_rate = rate;
  track->channels = channels;
  return track;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  CamSoundChoice choice = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (CamTrack) source = make_source (CAM_CODEC_L16, OUT_HZ, 2);
  fixture->target = cam_sound_choice_make_track (choice, source);
  fixture->pool = cam_payload_pool_new (1 << 20, NULL);
  fixture->chain = cam_sound_chain_new (fixture->target, &(CamSoundSettings){.complexity = 0}, on_unit, fixture, &error);
  g_assert_no_error (error);
  fixture->decoder = cam_sound_decoder_new (fixture->target, &error);
  g_assert_no_error (error);
  fixture->heard = tone_line_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cam_sound_chain_free (fixture->chain);
  cam_sound_decoder_free (fixture->decoder);
  cam_payload_pool_unref (fixture->pool);
  cam_track_unref (fixture->target);
  g_array_unref (fixture->heard);
}

/* ---- a camera ---- */

typedef struct {
  CamCodec codec;
  uint32_t rate;
  uint8_t channels;
  double ppm;        /* its clock is faster by that */
  int64_t tremble_ns; /* of its stamps, both ways */
  unsigned lost_of;  /* one unit of so many is lost; 0: none */
  double seconds;
} Camera;

/* The tone at @time_s of everybody's clock: 440 Hz for half of each second. */
static double
tone_of (double time_s)
{
  double within = time_s - floor (time_s);
  return within < 0.5 ? 0.25 * sin (2 * G_PI * 440 * time_s) : 0;
}

/* G.711 µ-law of one sample (ITU-T G.711, table 2). */
static uint8_t
to_mu_law (int value)
{
  int sign = value < 0 ? 0x80 : 0, magnitude = MIN (ABS (value), 32635) + 132, exponent = 7;
  while (exponent > 0 && (magnitude & (0x80 << exponent)) == 0)
    exponent--;
  return (uint8_t) ~(sign | exponent << 4 | ((magnitude >> (exponent + 3)) & 0x0f));
}

static void
write_samples (const Camera *camera, double from_s, unsigned n, uint8_t *out)
{
  double step_s = 1 / (camera->rate * (1 + camera->ppm / 1e6));
  for (unsigned i = 0; i < n; i++) {
    int value = (int) lrint (32767 * tone_of (from_s + i * step_s));
    for (unsigned channel = 0; channel < camera->channels; channel++)
      if (camera->codec == CAM_CODEC_PCMU) {
        *out++ = to_mu_law (value);
      } else {
        *out++ = (uint8_t) (value >> 8);
        *out++ = (uint8_t) value;
      }
  }
}

/* Lets @camera talk from @from_s on (seconds after BASE_NS). Returns when it ends. */
static double
talk (Fixture *fixture, const Camera *camera, double from_s, uint64_t *number)
{
  GRand *dice = g_rand_new_with_seed (7);
  unsigned n = camera->rate * UNIT_MS / 1000;
  double unit_s = UNIT_MS / 1000.0 / (1 + camera->ppm / 1e6);
  unsigned units = (unsigned) (camera->seconds / unit_s);
  for (unsigned i = 0; i < units; i++) {
    double time_s = from_s + i * unit_s;
    g_auto (CamAccessUnit) unit = {.track = CAM_TRACK_AUDIO, .is_key = true, .number = (*number)++};
    unit.payload = cam_payload_pool_take (fixture->pool, (size_t) n * camera->channels * (camera->codec == CAM_CODEC_PCMU ? 1 : 2));
    unit.pts_ns = BASE_NS + (int64_t) (time_s * 1e9);
    if (camera->tremble_ns > 0)
      unit.pts_ns += (int64_t) g_rand_double_range (dice, (double) -camera->tremble_ns, (double) camera->tremble_ns);
    write_samples (camera, time_s, n, unit.payload->data);
    if (camera->lost_of == 0 || i % camera->lost_of != camera->lost_of / 2)
      cam_sound_chain_take (fixture->chain, &unit);
  }
  g_rand_free (dice);
  return from_s + units * unit_s;
}

static void
set_source (Fixture *fixture, const Camera *camera)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CamTrack) source = make_source (camera->codec, camera->rate, camera->channels);
  g_assert_true (cam_sound_chain_set_source (fixture->chain, source, &error));
  g_assert_no_error (error);
}

/* By how much what is heard at the beginning of second @second is late, in ns. */
static int64_t
measure_error (const Fixture *fixture, unsigned second)
{
  enum { WINDOW = OUT_HZ / 5, AROUND = OUT_HZ / 100 };
  g_autoptr (ToneLine) line = tone_line_new ();
  g_autoptr (ToneLine) heard = tone_line_new ();
  unsigned from = second * OUT_HZ - 2400;
  for (unsigned i = 0; i < WINDOW; i++) {
    int16_t value = (int16_t) lrint (32767 * tone_of ((double) (from + i) / OUT_HZ));
    g_array_append_val (line, value);
  }
  g_assert_cmpuint (from + WINDOW, <=, fixture->heard->len);
  g_array_append_vals (heard, &g_array_index (fixture->heard, int16_t, from), WINDOW);
  return tone_delay (line, heard, -AROUND, AROUND) * NS_PER_S / OUT_HZ;
}

static void
assert_in_time (const Fixture *fixture, unsigned from, unsigned to)
{
  int64_t worst_ns = 0;
  unsigned step = MAX ((to - from) / 20, 1);
  for (unsigned second = from; second < to; second += step) {
    int64_t error_ns = measure_error (fixture, second);
    worst_ns = MAX (worst_ns, ABS (error_ns));
    g_assert_cmpint (ABS (error_ns), <=, TOLERANCE_NS);
  }
  g_test_message ("seconds %u to %u: at most %.2f ms off", from, to, (double) worst_ns / 1e6);
}

/* ---- tests ---- */

static void
test_in_time (Fixture *fixture, gconstpointer data)
{
  static const Camera cameras[] = {
      {CAM_CODEC_PCMU, 8000, 1, 0, 0, 0, 20},
      {CAM_CODEC_L16, 16000, 1, 0, 0, 0, 20},
      {CAM_CODEC_L16, 48000, 2, 0, 0, 0, 20},
      {CAM_CODEC_L16, 44100, 2, 0, 0, 0, 20},
  };
  uint64_t number = 0;
  double time_s = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (cameras); i++) { /* each one behind the other: the encoder goes on */
    set_source (fixture, &cameras[i]);
    unsigned from = (unsigned) time_s + 1;
    time_s = talk (fixture, &cameras[i], time_s, &number);
    assert_in_time (fixture, from, (unsigned) time_s - 1);
  }
  g_assert_cmpuint (fixture->breaks, ==, 0);
  CamSoundCounters counters = cam_sound_chain_get_counters (fixture->chain);
  g_assert_cmpuint (counters.units_in, ==, number);
  g_assert_cmpuint (counters.units_out, ==, fixture->units);
  g_assert_cmpuint (counters.refused, ==, 0);
}

static void
test_drift (Fixture *fixture, gconstpointer data)
{
  static const double clocks_ppm[] = {300, -300, -1000};
  uint64_t number = 0;
  double time_s = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (clocks_ppm); i++) {
    Camera camera = {CAM_CODEC_PCMU, 8000, 1, clocks_ppm[i], 20 * NS_PER_MS, 0, 120};
    set_source (fixture, &camera);
    unsigned from = (unsigned) time_s + 15;
    time_s = talk (fixture, &camera, time_s, &number);
    assert_in_time (fixture, from, (unsigned) time_s - 1);
    CamSoundCounters counters = cam_sound_chain_get_counters (fixture->chain);
    g_test_message ("%.0f ppm: taken for %d ppm, smoothed error at most %.2f ms", clocks_ppm[i], counters.drift_ppm,
                    (double) counters.worst_error_us / 1000);
    g_assert_cmpint (ABS (counters.drift_ppm - (int) clocks_ppm[i]), <=, 200);
    g_assert_cmpint (counters.worst_error_us, <=, ABS (clocks_ppm[i]) > 300 ? 7000 : 5000); /* what trembles is in it */
    g_assert_cmpuint (counters.gaps, ==, 0);
  }
  g_assert_cmpuint (fixture->breaks, ==, 0);
}

/* What is lost is silence: what follows stays where it was. */
static void
test_losses (Fixture *fixture, gconstpointer data)
{
  const Camera camera = {CAM_CODEC_PCMU, 8000, 1, 0, 0, 10, 20};
  uint64_t number = 0;
  set_source (fixture, &camera);
  double time_s = talk (fixture, &camera, 0, &number);
  assert_in_time (fixture, 1, (unsigned) time_s - 1);
  CamSoundCounters counters = cam_sound_chain_get_counters (fixture->chain);
  g_assert_cmpuint (counters.gaps, ==, 100);
  g_assert_cmpuint (fixture->breaks, ==, 0);
}

/* Less than a second is silence, more is another place on the time line. */
static void
test_holes (Fixture *fixture, gconstpointer data)
{
  const Camera camera = {CAM_CODEC_PCMU, 8000, 1, 0, 0, 0, 5};
  uint64_t number = 0;
  set_source (fixture, &camera);
  double time_s = talk (fixture, &camera, 0, &number);
  time_s = talk (fixture, &camera, time_s + 0.9, &number);
  g_assert_cmpuint (fixture->breaks, ==, 0);
  assert_in_time (fixture, 7, (unsigned) time_s - 1);
  time_s = talk (fixture, &camera, time_s + 10, &number);
  g_assert_cmpuint (fixture->breaks, ==, 1);
  assert_in_time (fixture, 22, (unsigned) time_s - 1);
  g_assert_cmpuint (cam_sound_chain_get_counters (fixture->chain).gaps, ==, 2);
}

/* Silence stands in for a camera that is away, from the first moment on, and what comes then is in time. */
static void
test_fill (Fixture *fixture, gconstpointer data)
{
  const Camera camera = {CAM_CODEC_PCMU, 8000, 1, 0, 0, 0, 5};
  uint64_t number = 0;
  g_assert_cmpint (cam_sound_chain_get_edge_ns (fixture->chain), ==, 0);
  for (unsigned i = 0; i <= 40; i++)
    cam_sound_chain_fill (fixture->chain, BASE_NS + i * 100 * NS_PER_MS);
  g_assert_cmpuint (fixture->units, >=, 198);
  g_assert_cmpuint (fixture->units, <=, 201);
  set_source (fixture, &camera);
  double time_s = talk (fixture, &camera, 4.2, &number);
  g_assert_cmpuint (fixture->breaks, ==, 0);
  assert_in_time (fixture, 6, (unsigned) time_s - 1);
  /* away for longer than what is filled at once */
  cam_sound_chain_fill (fixture->chain, BASE_NS + 30 * NS_PER_S);
  g_assert_cmpuint (fixture->breaks, ==, 1);
  g_assert_cmpint (cam_sound_chain_get_edge_ns (fixture->chain), >=, BASE_NS + 30 * NS_PER_S - NS_PER_MS);
}

/* Nothing leaves that is not above what left before, whoever made that. */
static void
test_begin_above (Fixture *fixture, gconstpointer data)
{
  const Camera camera = {CAM_CODEC_PCMU, 8000, 1, 0, 0, 0, 3};
  uint64_t number = 0;
  fixture->last_ns = BASE_NS + NS_PER_S;
  cam_sound_chain_begin_above (fixture->chain, BASE_NS + NS_PER_S);
  set_source (fixture, &camera);
  talk (fixture, &camera, 0, &number);
  g_assert_cmpuint (fixture->units, >=, 98);
  g_assert_cmpuint (fixture->units, <=, 101);
}

static void
test_without_source (Fixture *fixture, gconstpointer data)
{
  const Camera camera = {CAM_CODEC_PCMU, 8000, 1, 0, 0, 0, 1};
  uint64_t number = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (CamTrack) nonsense = make_source (CAM_CODEC_PCMU, 0, 1);
  g_assert_false (cam_sound_chain_set_source (fixture->chain, nonsense, &error));
  g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  talk (fixture, &camera, 0, &number);
  CamSoundCounters counters = cam_sound_chain_get_counters (fixture->chain);
  g_assert_cmpuint (counters.refused, ==, 50);
  g_assert_cmpuint (counters.units_out, ==, 0);
}

static void
test_duration (void)
{
  static const unsigned rates[] = {8000, 11025, 44100, 48000, 192000};
  const uint64_t years_s = UINT64_C (20) * 366 * 24 * 3600;
  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_assert_cmpint (cam_sound_duration_ns (rates[i], rates[i]), ==, NS_PER_S);
    g_assert_cmpint (cam_sound_duration_ns (rates[i] / 25, rates[i]), ==, NS_PER_S / 25);
    g_assert_cmpint (cam_sound_duration_ns (years_s * rates[i] + rates[i] / 25, rates[i]), ==, (int64_t) years_s * NS_PER_S + NS_PER_S / 25);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, choice, func) g_test_add ("/sound-chain/" name, Fixture, GINT_TO_POINTER (choice), set_up, func, tear_down)
  ADD ("in-time/opus", CAM_SOUND_OPUS, test_in_time);
  ADD ("in-time/l16", CAM_SOUND_L16, test_in_time);
  ADD ("drift", CAM_SOUND_L16, test_drift);
  ADD ("losses", CAM_SOUND_L16, test_losses);
  ADD ("holes", CAM_SOUND_OPUS, test_holes);
  ADD ("fill", CAM_SOUND_OPUS, test_fill);
  ADD ("begin-above", CAM_SOUND_OPUS, test_begin_above);
  g_test_add_func ("/sound-chain/duration", test_duration);
  ADD ("without-source", CAM_SOUND_OPUS, test_without_source);
  return g_test_run ();
}
