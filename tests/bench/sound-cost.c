/* What it costs to make sound of one codec into another: CPU of one core for 60 s of sound, of the whole chain that a branch runs. */
#include "sound/sound-chain.h"

#include <gst/gst.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sound/sound-decoder.h"
#include "sound/sound-encoder.h"

#define SECONDS 60
#define ROUNDS 5
#define HARMONICS 20
#define PITCH_HZ 140.0

typedef struct {
  CamCodec codec; /* PCMU: the others have an encoder of ours */
  uint32_t rate;
  uint8_t channels;
  CamSoundChoice choice;
  unsigned complexity; /* of Opus */
} Row;

static const Row rows[] = {
    {CAM_CODEC_PCMU, 8000, 1, CAM_SOUND_OPUS, 5},  {CAM_CODEC_PCMU, 8000, 1, CAM_SOUND_AAC, 5},
    {CAM_CODEC_PCMU, 8000, 1, CAM_SOUND_L16, 5},   {CAM_CODEC_AAC, 16000, 1, CAM_SOUND_OPUS, 5},
    {CAM_CODEC_AAC, 44100, 2, CAM_SOUND_OPUS, 5},  {CAM_CODEC_AAC, 48000, 2, CAM_SOUND_OPUS, 5},
    {CAM_CODEC_AAC, 48000, 2, CAM_SOUND_OPUS, 10}, {CAM_CODEC_OPUS, 48000, 2, CAM_SOUND_AAC, 5},
    {CAM_CODEC_L16, 48000, 2, CAM_SOUND_OPUS, 5},  {CAM_CODEC_L16, 48000, 2, CAM_SOUND_AAC, 5},
};

typedef struct {
  GPtrArray *units; /* of GBytes, owned */
  unsigned frame;   /* samples of each channel that make a unit */
} Source;

/* Something like a voice: harmonics that come and go, over noise. Two channels differ. */
static int16_t
speak (GRand *dice, double time_s, unsigned channel, uint32_t rate)
{
  double sum = 0, strength = 0.3 + 0.7 * pow (sin (G_PI * 2.3 * time_s), 2);
  for (unsigned harmonic = 1; harmonic <= HARMONICS && harmonic * PITCH_HZ < rate * 0.4; harmonic++)
    sum += sin (2 * G_PI * harmonic * PITCH_HZ * time_s + channel * harmonic) / harmonic;
  return (int16_t) (strength * 4000 * sum + g_rand_double_range (dice, -400, 400));
}

/* ITU-T G.711, table 2. */
static uint8_t
compress (int value)
{
  int sign = value < 0 ? 0x80 : 0, magnitude = MIN (ABS (value), 32635) + 132, exponent = 7;
  while (exponent > 0 && (magnitude & (0x80 << exponent)) == 0)
    exponent--;
  return (uint8_t) ~(sign | exponent << 4 | ((magnitude >> (exponent + 3)) & 0x0f));
}

static void
keep_unit (const uint8_t *unit, size_t size, gpointer data)
{
  g_ptr_array_add (data, g_bytes_new (unit, size));
}

static CamTrack *
make_track (const Row *row)
{
  g_autoptr (CamTrack) track = cam_track_new (row->codec);
  track->sample_rate = row->rate;
  track->clock_rate = row->rate;
  track->channels = row->channels;
  return row->codec == CAM_CODEC_AAC ? cam_sound_choice_make_track (CAM_SOUND_AAC, track) : g_steal_pointer (&track);
}

static Source
make_source (const Row *row, const CamTrack *track)
{
  Source source = {g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref), row->rate / 50};
  g_autoptr (CamSoundEncoder) encoder = NULL;
  if (row->codec != CAM_CODEC_PCMU) {
    encoder = cam_sound_encoder_new (track, &(CamSoundSettings){.complexity = 5}, NULL);
    g_assert_nonnull (encoder);
    source.frame = cam_sound_encoder_get_frame (encoder);
  }
  g_autofree int16_t *samples = g_new (int16_t, source.frame * row->channels);
  g_autofree uint8_t *bytes = g_malloc (source.frame * row->channels);
  g_autoptr (GRand) dice = g_rand_new_with_seed (1);
  for (uint64_t at = 0; at < (uint64_t) SECONDS * row->rate; at += source.frame) {
    for (unsigned i = 0; i < source.frame * row->channels; i++) {
      samples[i] = speak (dice, (double) (at + i / row->channels) / row->rate, i % row->channels, row->rate);
      bytes[i] = compress (samples[i]);
    }
    if (encoder != NULL)
      cam_sound_encoder_take (encoder, samples, keep_unit, source.units);
    else
      keep_unit (bytes, source.frame * row->channels, source.units);
  }
  return source;
}

static void
drop_unit (const uint8_t *unit, size_t size, int64_t pts_ns, gpointer data)
{
  *(uint64_t *) data += size;
}

static double
get_cpu_s (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* Seconds of CPU for all of @source; *@ret_bytes came of it. */
static double
run (const Row *row, const CamTrack *track, const Source *source, uint64_t *ret_bytes)
{
  g_autoptr (CamTrack) target = cam_sound_choice_make_track (row->choice, track);
  CamSoundSettings settings = {.complexity = row->complexity};
  *ret_bytes = 0;
  g_autoptr (CamSoundChain) chain = cam_sound_chain_new (target, &settings, drop_unit, ret_bytes, NULL);
  g_autoptr (CamPayloadPool) pool = cam_payload_pool_new (1 << 20, NULL);
  g_assert_true (chain != NULL && cam_sound_chain_set_source (chain, track, NULL));
  double begin_s = get_cpu_s ();
  for (unsigned i = 0; i < source->units->len; i++) {
    gsize size;
    const uint8_t *bytes = g_bytes_get_data (source->units->pdata[i], &size);
    g_auto (CamAccessUnit) unit = {.track = CAM_TRACK_AUDIO, .is_key = true, .number = i};
    unit.payload = cam_payload_pool_take (pool, size);
    memcpy (unit.payload->data, bytes, size);
    unit.pts_ns = G_GINT64_CONSTANT (1000000000) + (int64_t) ((double) i * source->frame / row->rate * 1e9);
    cam_sound_chain_take (chain, &unit);
  }
  return get_cpu_s () - begin_s;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  printf ("| from | to | CPU, %% of a core | bit/s |\n| --- | --- | --- | --- |\n");
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = make_track (&rows[i]);
    Source source = make_source (&rows[i], track);
    double least_s = INFINITY;
    uint64_t bytes = 0;
    for (unsigned round = 0; round < ROUNDS; round++)
      least_s = MIN (least_s, run (&rows[i], track, &source, &bytes));
    g_autofree char *effort = rows[i].choice == CAM_SOUND_OPUS ? g_strdup_printf (", Complexity %u", rows[i].complexity) : g_strdup ("");
    printf ("| %s, %u Hz, %s | %s%s | %.2f | %.0f |\n", cam_codec_name (rows[i].codec), rows[i].rate,
            rows[i].channels == 2 ? "stereo" : "mono", cam_sound_choice_name (rows[i].choice), effort, least_s / SECONDS * 100,
            (double) bytes * 8 / SECONDS);
    g_ptr_array_unref (source.units);
  }
  return 0;
}
