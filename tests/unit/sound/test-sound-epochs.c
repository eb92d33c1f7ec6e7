#include "sound/sound-epochs.h"

#include <gst/gst.h>
#include <string.h>

#include "sound/sound-element.h"
#include "sound/sound-encoder.h"
#include "tone.h"

enum { RATE = 48000, CHANNELS = 2, MPEG_FRAME = 1152, LONGEST_FRAME = 1152, FADE = 240, CUT = 480 };

typedef enum { L16, OPUS, MP2, FLAC, N_FORMATS } Format;

static const char *const names[N_FORMATS] = {"L16", "Opus", "MP2", "FLAC"};

/* A sender of a tone that changes its codec, and what is heard of it. */
typedef struct {
  CamSoundEpochs *epochs; /* owned */
  CamTrack *track;        /* ref; of what is sent now */
  double hz;
  double amplitude;
  unsigned at;     /* the tone's next frame */
  size_t sent;     /* frames in the units */
  ToneLine *heard; /* owned; the left channel */
  unsigned rate;   /* of what is heard */
  unsigned channels;
} Sender;

static void
on_pcm (const CamPcm *pcm, gpointer data)
{
  Sender *self = data;
  g_assert_true (self->rate == 0 || (self->rate == pcm->rate && self->channels == pcm->channels));
  self->rate = pcm->rate;
  self->channels = pcm->channels;
  for (unsigned i = 0; i < pcm->frames; i++)
    g_array_append_val (self->heard, pcm->samples[i * pcm->channels]);
}

static void
send_unit (const uint8_t *unit, size_t size, gpointer data)
{
  Sender *self = data;
  g_assert_true (cam_sound_epochs_take (self->epochs, self->track, unit, size, on_pcm, self));
}

static Sender *
sender_new (double hz)
{
  Sender *self = g_new0 (Sender, 1);
  self->epochs = cam_sound_epochs_new ();
  self->heard = tone_line_new ();
  self->hz = hz;
  self->amplitude = tone_amplitude ();
  return self;
}

static void
sender_free (Sender *self)
{
  cam_sound_epochs_free (self->epochs);
  cam_track_unref (self->track);
  g_array_unref (self->heard);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sender, sender_free)

static int16_t *
make_tone (Sender *self, unsigned frames, unsigned rate, unsigned channels)
{
  int16_t *samples = g_new (int16_t, frames * channels);
  for (unsigned i = 0; i < frames * channels; i++)
    samples[i] = (int16_t) lrint (self->amplitude * sin (2 * G_PI * self->hz * (self->at + i / channels) / rate));
  self->at += frames;
  return samples;
}

static void
set_track (Sender *self, CamCodec codec, unsigned rate, unsigned channels)
{
  cam_track_unref (self->track);
  self->track = cam_track_new (codec);
  self->track->sample_rate = rate;
  self->track->clock_rate = codec == CAM_CODEC_MPEG_AUDIO ? 90000 : rate;
  self->track->channels = (uint8_t) channels;
}

/* Opus, FLAC, L16 as our own encoders make them. */
static void
send_encoded (Sender *self, CamCodec codec, unsigned rate, unsigned channels, unsigned frames)
{
  set_track (self, codec, rate, channels);
  g_autoptr (GError) error = NULL;
  CamSoundEncoder *encoder = cam_sound_encoder_new (self->track, &(CamSoundSettings){.complexity = 5}, &error);
  g_assert_no_error (error);
  unsigned frame = cam_sound_encoder_get_frame (encoder);
  for (unsigned done = 0; done < frames; done += frame) {
    g_autofree int16_t *samples = make_tone (self, frame, rate, channels);
    g_assert_true (cam_sound_encoder_take (encoder, samples, send_unit, self));
  }
  self->sent += frames;
  if (codec == CAM_CODEC_FLAC) { /* a sender does not keep the last frame to itself */
    self->at -= frame;
    self->sent -= frame;
  }
  cam_sound_encoder_free (encoder);
}

static void
on_mpeg_frame (GstCaps *caps, GstBuffer *buffer, gpointer data)
{
  Sender *self = data;
  GstMapInfo map;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  send_unit (map.data, map.size, self);
  gst_buffer_unmap (buffer, &map);
  self->sent += MPEG_FRAME;
}

static void
send_mpeg_audio (Sender *self, unsigned frames)
{
  set_track (self, CAM_CODEC_MPEG_AUDIO, RATE, CHANNELS);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) input = gst_caps_from_string ("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2");
  g_autoptr (GstCaps) output = gst_caps_from_string ("audio/mpeg");
  const CamSoundFactory factory = {"avenc_mp2", "gstreamer1.0-libav"};
  g_autoptr (CamSoundElement) encoder = cam_sound_element_new (&factory, input, output, on_mpeg_frame, self, &error);
  g_assert_no_error (error);
  cam_sound_element_set (encoder, "bitrate", "256000");
  g_assert_true (cam_sound_element_start (encoder, &error));
  for (unsigned done = 0; done < frames; done += MPEG_FRAME) {
    GstClockTime pts_ns = gst_util_uint64_scale (done, GST_SECOND, RATE);
    int16_t *samples = make_tone (self, MPEG_FRAME, RATE, CHANNELS);
    g_autoptr (GBytes) bytes = g_bytes_new_take (samples, (gsize) MPEG_FRAME * CHANNELS * sizeof (int16_t));
    g_assert_true (cam_sound_element_push (encoder, bytes, pts_ns));
  }
}

static void
send_sound (Sender *self, Format format, unsigned frames)
{
  switch (format) {
  case L16:
    send_encoded (self, CAM_CODEC_L16, RATE, CHANNELS, frames);
    break;
  case OPUS:
    send_encoded (self, CAM_CODEC_OPUS, RATE, CHANNELS, frames);
    break;
  case MP2:
    send_mpeg_audio (self, frames);
    break;
  case FLAC:
    send_encoded (self, CAM_CODEC_FLAC, RATE, CHANNELS, frames);
    break;
  case N_FORMATS:
    g_assert_not_reached ();
  }
}

static int
get_largest_step (const ToneLine *line)
{
  int largest = 0;
  for (unsigned i = 1; i < line->len; i++)
    largest = MAX (largest, ABS (tone_at (line, i) - tone_at (line, i - 1)));
  return largest;
}

/* Of the loudest samples of each two periods the softest. */
static double
get_softest_db (const ToneLine *line, unsigned period)
{
  int softest = INT16_MAX;
  for (unsigned i = 2 * RATE / 100; i + 2 * period < line->len; i += period) {
    int loudest = 0;
    for (unsigned j = i; j < i + 2 * period; j++)
      loudest = MAX (loudest, ABS (tone_at (line, j)));
    softest = MIN (softest, loudest);
  }
  return 20 * log10 (softest / 32767.0);
}

/* From each codec to each other one, in some phases of the tone: no step beyond the tone's own and what the codec adds to it, no dip, and
 * what is heard lasts as long as what was sent but for a frame. */
static void
test_each_change (void)
{
  for (unsigned change = 0; change < N_FORMATS * N_FORMATS; change++) {
    Format from = change / N_FORMATS, to = change % N_FORMATS;
    if (from == to)
      continue;
    for (unsigned phase = 0; phase < 48; phase += 13) {
      g_autoptr (Sender) sender = sender_new (1000);
      sender->at = phase;
      int of_tone = (int) ceil (2 * G_PI * 1000 / RATE * tone_amplitude ());
      send_sound (sender, from, 8 * 5760);
      int before = MAX (get_largest_step (sender->heard), of_tone);
      send_sound (sender, to, 8 * 5760);
      int step = get_largest_step (sender->heard);
      double softest_db = get_softest_db (sender->heard, 48);
      long missing = (long) sender->sent - (long) sender->heard->len;
      g_test_message ("%s to %s: step %d of %d, softest %.2f dB, %ld missing", names[from], names[to], step, before, softest_db, missing);
      g_assert_cmpint (step, <=, before + before / 20);
      g_assert_cmpfloat (softest_db, >, TONE_DB - 0.7);
      g_assert_cmpint (missing, >=, FADE);
      g_assert_cmpint (missing, <=, FADE + 2 * 529 + LONGEST_FRAME); /* held back, warming up, the cut */
      g_assert_cmpuint (cam_sound_epochs_get_count (sender->epochs), ==, 2);
    }
  }
}

/* The first unit's rate and channels are kept, whatever follows: the tone stays what it was. */
static void
test_rates_and_channels (void)
{
  static const struct {
    unsigned rate[2];
    unsigned channels[2];
  } rows[] = {
      {{44100, 48000}, {2, 2}}, {{48000, 44100}, {2, 1}}, {{8000, 48000}, {1, 2}}, {{96000, 48000}, {1, 1}}, {{48000, 32000}, {1, 2}}};
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Sender) sender = sender_new (1000);
    send_encoded (sender, CAM_CODEC_FLAC, rows[i].rate[0], rows[i].channels[0], 20 * MPEG_FRAME);
    g_array_set_size (sender->heard, 0);
    sender->at = 0;
    send_encoded (sender, CAM_CODEC_FLAC, rows[i].rate[1], rows[i].channels[1], 50 * MPEG_FRAME);
    g_assert_cmpuint (sender->rate, ==, rows[i].rate[0]);
    g_assert_cmpuint (sender->channels, ==, rows[i].channels[0]);
    double expected = 49.0 * MPEG_FRAME * rows[i].rate[0] / rows[i].rate[1];
    g_assert_cmpfloat (fabs (sender->heard->len - expected), <, 0.02 * rows[i].rate[0]);
    g_assert_cmpfloat (fabs (tone_level_db (sender->heard, 1000, sender->rate) - TONE_DB), <, 0.2);
    g_assert_cmpfloat (tone_noise_db (sender->heard, 1000, sender->rate), <, -50.0);
  }
}

/* FLAC says its rate in its frames: another one within an epoch is no other tone either. */
static void
test_rate_within_an_epoch (void)
{
  g_autoptr (Sender) sender = sender_new (1000);
  send_encoded (sender, CAM_CODEC_L16, RATE, CHANNELS, 4800);
  for (unsigned i = 0; i < 2; i++) {
    g_array_set_size (sender->heard, 0);
    sender->at = 0;
    set_track (sender, CAM_CODEC_FLAC, RATE, CHANNELS);
    g_autoptr (GError) error = NULL;
    g_autoptr (CamTrack) real = cam_track_copy (sender->track);
    real->sample_rate = real->clock_rate = i == 0 ? 32000 : 48000;
    CamSoundEncoder *encoder = cam_sound_encoder_new (real, &(CamSoundSettings){0}, &error);
    g_assert_no_error (error);
    for (unsigned block = 0; block < 50; block++) {
      g_autofree int16_t *samples = make_tone (sender, MPEG_FRAME, real->sample_rate, CHANNELS);
      g_assert_true (cam_sound_encoder_take (encoder, samples, send_unit, sender));
    }
    cam_sound_encoder_free (encoder);
    g_assert_cmpfloat (tone_noise_db (sender->heard, 1000, RATE), <, -50.0);
  }
  g_assert_cmpuint (cam_sound_epochs_get_count (sender->epochs), ==, 2);
}

/* Units that cannot be decoded leave a hole that is faded over; a codec that has no decoder leaves nothing. */
static void
test_refused (void)
{
  g_autoptr (Sender) sender = sender_new (1000);
  static const uint8_t noise[] = {0xff, 0xf8, 0x01, 0x02, 0x03};
  for (unsigned i = 0; i < 5; i++) {
    send_sound (sender, FLAC, 5 * MPEG_FRAME);
    g_assert_false (cam_sound_epochs_take (sender->epochs, sender->track, noise, sizeof noise, on_pcm, sender));
  }
  g_assert_cmpint (get_largest_step (sender->heard), <=, (int) ceil (2 * G_PI * 1000 / RATE * tone_amplitude ()) + 20);
  g_assert_cmpuint (cam_sound_epochs_get_count (sender->epochs), ==, 1);
  set_track (sender, CAM_CODEC_H264, RATE, CHANNELS);
  g_assert_false (cam_sound_epochs_take (sender->epochs, sender->track, noise, sizeof noise, on_pcm, sender));
  g_assert_false (cam_sound_epochs_take (sender->epochs, sender->track, noise, sizeof noise, on_pcm, sender));
  send_sound (sender, L16, 4800);
  g_assert_cmpuint (cam_sound_epochs_get_count (sender->epochs), ==, 3);
  g_autoptr (CamSoundEpochs) unused = cam_sound_epochs_new ();
  g_assert_cmpuint (cam_sound_epochs_get_count (unused), ==, 0);
}

/* A decoder that is not installed: the log says what to install, once a sender. */
static void
test_missing_decoder (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("*WARNING contributed sound cannot be decoded: GStreamer's avdec_mp2float is missing: install gstreamer1.0-libav*");
    g_test_trap_assert_stderr_unmatched ("*missing*missing*");
    return;
  }
  g_autoptr (GstPluginFeature) decoder = gst_registry_lookup_feature (gst_registry_get (), "avdec_mp2float");
  if (decoder != NULL)
    gst_registry_remove_feature (gst_registry_get (), decoder);
  g_autoptr (CamSoundEpochs) epochs = cam_sound_epochs_new ();
  for (unsigned i = 0; i < 3; i++) {
    g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_MPEG_AUDIO);
    track->sample_rate = track->clock_rate = RATE;
    track->channels = CHANNELS + i; /* each is another epoch */
    g_assert_false (cam_sound_epochs_take (epochs, track, (const uint8_t *) "unit", 4, on_pcm, NULL));
    g_assert_cmpuint (cam_sound_epochs_get_count (epochs), ==, i + 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/sound-epochs/each-change", test_each_change);
  g_test_add_func ("/sound-epochs/rates-and-channels", test_rates_and_channels);
  g_test_add_func ("/sound-epochs/rate-within-an-epoch", test_rate_within_an_epoch);
  g_test_add_func ("/sound-epochs/refused", test_refused);
  g_test_add_func ("/sound-epochs/missing-decoder", test_missing_decoder);
  return g_test_run ();
}
