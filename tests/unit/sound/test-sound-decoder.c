#include "sound/sound-decoder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "encoded-tone.h"
#include "wire/aac.h"

/* Quarantined memory of a sanitizer looks like growth. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#define IS_SANITIZED (__has_feature (address_sanitizer) || __has_feature (thread_sanitizer))
#else
#define IS_SANITIZED false
#endif

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

/* One of each codec, as GStreamer's encoders make it. */
typedef struct {
  CamCodec codec;
  uint32_t rate; /* of the track */
  uint8_t channels;
  uint8_t bits;
  bool g726_big_endian;
  unsigned rate_heard;
  unsigned channels_heard;
  double level_db;      /* of the left channel */
  double noise_db;      /* at most, below the sine */
  unsigned most_frames; /* of a unit */
  const char *chain;
} Kind;

#define RAW(rate, channels) "audio/x-raw,rate=" #rate ",channels=" #channels " ! audioconvert ! "
#define SIX "audio/x-raw,rate=48000,channels=2 ! audioconvert ! audio/x-raw,channels=6,channel-mask=(bitmask)0x3f ! "
#define AAC_FRAME 2048 /* with SBR */

static const Kind kinds[] = {
    {CAM_CODEC_PCMU, 8000, 1, 0, false, 8000, 1, TONE_DB, -30, 1500, RAW (8000, 1) "mulawenc"},
    {CAM_CODEC_PCMA, 8000, 1, 0, false, 8000, 1, TONE_DB, -30, 1500, RAW (8000, 1) "alawenc"},
    {CAM_CODEC_L16, 48000, 2, 0, false, 48000, 2, TONE_DB, -80, 375, RAW (48000, 2) "audio/x-raw,format=S16BE"},
    {CAM_CODEC_G722, 16000, 1, 0, false, 16000, 1, TONE_DB, -40, 3000, RAW (16000, 1) "avenc_g722"},
    {CAM_CODEC_G726, 8000, 1, 2, true, 8000, 1, TONE_DB, -18, 6000, RAW (8000, 1) "avenc_g726 bitrate=16000"},
    {CAM_CODEC_G726, 8000, 1, 3, true, 8000, 1, TONE_DB, -24, 4000, RAW (8000, 1) "avenc_g726 bitrate=24000"},
    {CAM_CODEC_G726, 8000, 1, 4, true, 8000, 1, TONE_DB, -30, 3000, RAW (8000, 1) "avenc_g726 bitrate=32000"},
    {CAM_CODEC_G726, 8000, 1, 5, true, 8000, 1, TONE_DB, -36, 2400, RAW (8000, 1) "avenc_g726 bitrate=40000"},
    {CAM_CODEC_G726, 8000, 1, 2, false, 8000, 1, TONE_DB, -18, 6000, RAW (8000, 1) "avenc_g726 bitrate=16000"},
    {CAM_CODEC_G726, 8000, 1, 3, false, 8000, 1, TONE_DB, -24, 4000, RAW (8000, 1) "avenc_g726 bitrate=24000"},
    {CAM_CODEC_G726, 8000, 1, 4, false, 8000, 1, TONE_DB, -30, 3000, RAW (8000, 1) "avenc_g726 bitrate=32000"},
    {CAM_CODEC_G726, 8000, 1, 5, false, 8000, 1, TONE_DB, -36, 2400, RAW (8000, 1) "avenc_g726 bitrate=40000"},
    {CAM_CODEC_AAC, 48000, 2, 0, false, 48000, 2, TONE_DB, -40, AAC_FRAME,
     RAW (48000, 2) "voaacenc bitrate=128000 ! audio/mpeg,stream-format=raw"},
    {CAM_CODEC_AAC, 16000, 1, 0, false, 16000, 1, TONE_DB, -25, AAC_FRAME, RAW (16000, 1) "avenc_aac bitrate=48000"},
    {CAM_CODEC_AAC, 48000, 6, 0, false, 48000, 2, -21.1, -20, AAC_FRAME, SIX "avenc_aac bitrate=256000"},
    {CAM_CODEC_MPEG_AUDIO, 48000, 2, 0, false, 48000, 2, TONE_DB, -50, 1500 * 8 * 3, RAW (48000, 2) "twolamemp2enc ! mpegaudioparse"},
    {CAM_CODEC_MPEG_AUDIO, 44100, 1, 0, false, 24000, 2, TONE_DB, -20, 1500 * 8 * 3, RAW (24000, 2) "lamemp3enc ! mpegaudioparse"},
    {CAM_CODEC_AC3, 48000, 2, 0, false, 48000, 2, TONE_DB, -25, 1536 * 6, RAW (48000, 2) "avenc_ac3 ! ac3parse"},
    {CAM_CODEC_OPUS, 48000, 2, 0, false, 48000, 2, TONE_DB, -30, 5760, RAW (48000, 2) "opusenc"},
};

static CamSoundDecoder *
open_kind (const Kind *kind, const EncodedTone *tone)
{
  g_autoptr (CamTrack) track = make_track (kind->codec, kind->rate, kind->channels);
  track->bits = kind->bits;
  track->g726_big_endian = kind->g726_big_endian;
  if (kind->codec == CAM_CODEC_AAC) {
    g_bytes_unref (track->config);
    track->config = g_bytes_ref (tone->config);
  }
  g_autoptr (GError) error = NULL;
  CamSoundDecoder *decoder = cam_sound_decoder_new (track, &error);
  g_assert_no_error (error);
  return decoder;
}

/* 8 samples of @bits, whose first is the highest in @bits bytes, turned so that the first is the lowest (RFC 3551, 4.5.4). */
static void
turn_samples (uint8_t *bytes, unsigned bits)
{
  uint64_t high_first = 0, low_first = 0;
  for (unsigned byte = 0; byte < bits; byte++)
    high_first = high_first << 8 | bytes[byte];
  for (unsigned sample = 0; sample < 8; sample++)
    low_first |= (high_first >> ((7 - sample) * bits) & ((1u << bits) - 1)) << (sample * bits);
  for (unsigned byte = 0; byte < bits; byte++)
    bytes[byte] = (uint8_t) (low_first >> (8 * byte));
}

static EncodedTone *
make_tone (const Kind *kind)
{
  EncodedTone *tone = encoded_tone_new (kind->chain, 2);
  for (unsigned i = 0; i < tone->units->len && kind->codec == CAM_CODEC_G726 && !kind->g726_big_endian; i++) {
    gsize size;
    uint8_t *bytes = g_bytes_unref_to_data (tone->units->pdata[i], &size);
    for (gsize from = 0; from + kind->bits <= size; from += kind->bits)
      turn_samples (bytes + from, kind->bits);
    tone->units->pdata[i] = g_bytes_new_take (bytes, size / kind->bits * kind->bits);
  }
  return tone;
}

/* How many were refused. */
static unsigned
take_all (CamSoundDecoder *decoder, const EncodedTone *tone, Heard *heard)
{
  unsigned refused = 0;
  for (unsigned i = 0; i < tone->units->len; i++) {
    gsize size;
    const uint8_t *unit = g_bytes_get_data (tone->units->pdata[i], &size);
    refused += !cam_sound_decoder_take (decoder, unit, size, hear, heard);
  }
  return refused;
}

static void
assert_sine (const Kind *kind, const Heard *heard)
{
  g_autoptr (ToneLine) left = tone_line_new ();
  for (unsigned i = 0; i < heard->frames; i++)
    g_array_append_val (left, g_array_index (heard->samples, int16_t, i * heard->channels));
  double level = tone_level_db (left, TONE_HZ, heard->rate);
  double hz = tone_frequency (left, TONE_HZ, heard->rate);
  double noise = tone_noise_db (left, TONE_HZ, heard->rate);
  g_test_message ("%s (%s): %u frames, %.2f dB, %.3f Hz, noise %.1f dB", cam_codec_name (kind->codec), kind->chain, heard->frames, level,
                  hz, noise);
  g_assert_cmpuint (heard->rate, ==, kind->rate_heard);
  g_assert_cmpuint (heard->channels, ==, kind->channels_heard);
  g_assert_cmpfloat (fabs (level - kind->level_db), <, 0.5);
  g_assert_cmpfloat (fabs (hz - TONE_HZ), <, 1.0);
  g_assert_cmpfloat (noise, <, kind->noise_db);
}

static void
test_sine (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (EncodedTone) tone = make_tone (&kinds[i]);
    g_autoptr (CamSoundDecoder) decoder = open_kind (&kinds[i], tone);
    g_autoptr (Heard) heard = heard_new ();
    g_assert_cmpuint (take_all (decoder, tone, heard), ==, 0);
    assert_sine (&kinds[i], heard);
  }
}

static void
test_delays (void)
{
  const struct {
    CamCodec codec;
    uint32_t rate;
    unsigned delay;
  } rows[] = {
      {CAM_CODEC_L16, 48000, 0},   {CAM_CODEC_G722, 16000, 11},        {CAM_CODEC_OPUS, 48000, 312},
      {CAM_CODEC_AC3, 48000, 256}, {CAM_CODEC_MPEG_AUDIO, 48000, 529}, {CAM_CODEC_AAC, 48000, 1024},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamSoundDecoder) decoder = make_decoder (rows[i].codec, rows[i].rate, 1);
    g_assert_cmpuint (cam_sound_decoder_get_delay (decoder), ==, rows[i].delay);
  }
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
      {CAM_CODEC_L16, 192001, 1}, {CAM_CODEC_L16, UINT32_MAX, 1}, {CAM_CODEC_OPUS, 48000, 3}, {CAM_CODEC_L16, 1, 1},
      {CAM_CODEC_L16, 3999, 1},   {CAM_CODEC_AAC, 100, 1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CamTrack) track = make_track (rows[i].codec, rows[i].rate, rows[i].channels);
    g_autoptr (GError) error = NULL;
    g_assert_null (cam_sound_decoder_new (track, &error));
    g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
    g_assert_cmpint (error->message[strlen (error->message) - 1], !=, '.');
  }
}

/* What only the codec itself can tell to be nonsense. */
static void
test_refused_details (void)
{
  static const uint8_t nonsense[] = {0xff, 0xff};
  g_autoptr (CamTrack) aac = make_track (CAM_CODEC_AAC, 48000, 2);
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&aac->config, g_bytes_unref);
  g_assert_null (cam_sound_decoder_new (aac, &error));
  g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  g_clear_error (&error);
  aac->config = g_bytes_new_static (nonsense, sizeof nonsense);
  g_assert_null (cam_sound_decoder_new (aac, &error));
  g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  const uint8_t bits[] = {0, 1, 6, 255};
  for (size_t i = 0; i < G_N_ELEMENTS (bits); i++) {
    g_autoptr (CamTrack) g726 = make_track (CAM_CODEC_G726, 8000, 1);
    g726->bits = bits[i];
    g_clear_error (&error);
    g_assert_null (cam_sound_decoder_new (g726, &error));
    g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  }
}

/* AAC that its configuration makes slower, or faster, than any sound is, whatever the track says. */
static void
test_rates_of_the_config (void)
{
  const uint32_t rates[] = {1, 3999, 192001, 16000000};
  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_autoptr (CamTrack) track = make_track (CAM_CODEC_AAC, 48000, 2);
    g_autoptr (CamSoundDecoder) plain = cam_sound_decoder_new (track, NULL);
    g_assert_nonnull (plain);
    g_bytes_unref (track->config);
    track->config = cam_aac_config_make (rates[i], 2);
    g_autoptr (GError) error = NULL;
    g_assert_null (cam_sound_decoder_new (track, &error));
    g_assert_error (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_TRACK);
  }
}

static long
get_resident_bytes (void)
{
  g_autofree char *text = NULL;
  long size = 0, resident = 0;
  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%ld %ld", &size, &resident), ==, 2);
  return resident * sysconf (_SC_PAGESIZE);
}

/* How many of @count units of random bytes were refused. Every other one begins as @tone's units do. */
static unsigned
take_noise (CamSoundDecoder *decoder, const Kind *kind, const EncodedTone *tone, unsigned count, GRand *dice)
{
  unsigned refused = 0;
  for (unsigned i = 0; i < count; i++) {
    g_autoptr (Heard) heard = heard_new ();
    uint8_t unit[1500];
    size_t size = (size_t) g_rand_int_range (dice, 0, sizeof unit);
    for (size_t byte = 0; byte < size; byte++)
      unit[byte] = (uint8_t) g_rand_int (dice);
    gsize length;
    const uint8_t *whole = g_bytes_get_data (tone->units->pdata[i % tone->units->len], &length);
    if (i % 2 == 1)
      memcpy (unit, whole, MIN (MIN (length, size), 16));
    bool is_taken = cam_sound_decoder_take (decoder, unit, size, hear, heard);
    refused += !is_taken;
    g_assert_true (is_taken || heard->frames == 0);
    g_assert_cmpuint (heard->frames, <=, kind->most_frames);
  }
  return refused;
}

#define HOSTILE_UNITS (IS_SANITIZED ? 1000u : 10000u)

/* libavcodec's AAC keeps up to 24 MB for channels that a unit claims, until it begins anew. */
#define MOST_GROWN_BYTES (32 * 1024 * 1024)

/* What a hostile sender may put into a unit: noise comes of it, or nothing, and never more than a unit can hold; memory stays; and who
 * sends decent units afterwards is heard. */
static void
test_hostile_units (void)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (4711);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (kinds[i].codec == CAM_CODEC_G726 && kinds[i].bits != 4)
      continue; /* the same code */
    g_autoptr (EncodedTone) tone = make_tone (&kinds[i]);
    g_autoptr (CamSoundDecoder) decoder = open_kind (&kinds[i], tone);
    unsigned refused = take_noise (decoder, &kinds[i], tone, HOSTILE_UNITS / 2, dice);
    long before = get_resident_bytes ();
    refused += take_noise (decoder, &kinds[i], tone, HOSTILE_UNITS / 2, dice);
    long grown = get_resident_bytes () - before;
    g_test_message ("%s: %u of %u refused, the second half took %ld kB", cam_codec_name (kinds[i].codec), refused, HOSTILE_UNITS,
                    grown / 1024);
    if (!IS_SANITIZED)
      g_assert_cmpint (grown, <, MOST_GROWN_BYTES);
    g_autoptr (Heard) heard = heard_new ();
    take_all (decoder, tone, heard);
    assert_sine (&kinds[i], heard);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/sound-decoder/samples", test_samples);
  g_test_add_func ("/sound-decoder/channels-and-size", test_channels_and_size);
  g_test_add_func ("/sound-decoder/sine", test_sine);
  g_test_add_func ("/sound-decoder/delays", test_delays);
  g_test_add_func ("/sound-decoder/refused-tracks", test_refused_tracks);
  g_test_add_func ("/sound-decoder/refused-details", test_refused_details);
  g_test_add_func ("/sound-decoder/rates-of-the-config", test_rates_of_the_config);
  g_test_add_func ("/sound-decoder/hostile-units", test_hostile_units);
  return g_test_run ();
}
