#include <FLAC/stream_encoder.h>
#include <string.h>
#include <time.h>

#include "sound/sound-encoder.h"

enum { BLOCK = 1152, BLOCKS = 6, MOST_SAMPLES = 70000 * 2 };

/* A stream as another program's encoder writes it: a header, then frames. */
typedef struct {
  unsigned rate;
  unsigned channels;
  unsigned bits;
  GByteArray *header; /* owned */
  GPtrArray *frames;  /* of GBytes, owned */
  GArray *samples;    /* of FLAC__int32, owned */
} Stream;

typedef struct {
  GArray *samples; /* of int16_t, owned */
  unsigned rate;
  unsigned channels;
} Heard;

static FLAC__StreamEncoderWriteStatus
on_write (const FLAC__StreamEncoder *flac, const FLAC__byte *bytes, size_t size, uint32_t samples, uint32_t number, void *data)
{
  Stream *self = data;
  if (samples == 0)
    g_byte_array_append (self->header, bytes, (guint) size);
  else
    g_ptr_array_add (self->frames, g_bytes_new (bytes, size));
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static Stream *
stream_new (unsigned rate, unsigned channels, unsigned bits, unsigned block)
{
  Stream *self = g_new0 (Stream, 1);
  *self = (Stream){.rate = rate, .channels = channels, .bits = bits};
  self->header = g_byte_array_new ();
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->samples = g_array_new (FALSE, FALSE, sizeof (FLAC__int32));
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  int most = 1 << (bits - 1);
  for (unsigned i = 0; i < block * BLOCKS * channels; i++) {
    FLAC__int32 sample = g_rand_int_range (random, -most, most);
    g_array_append_val (self->samples, sample);
  }
  FLAC__StreamEncoder *flac = FLAC__stream_encoder_new ();
  FLAC__stream_encoder_set_streamable_subset (flac, false);
  FLAC__stream_encoder_set_channels (flac, channels);
  FLAC__stream_encoder_set_bits_per_sample (flac, bits);
  FLAC__stream_encoder_set_sample_rate (flac, rate);
  FLAC__stream_encoder_set_blocksize (flac, block);
  g_assert_cmpint (FLAC__stream_encoder_init_stream (flac, on_write, NULL, NULL, NULL, self), ==, FLAC__STREAM_ENCODER_INIT_STATUS_OK);
  g_assert_true (FLAC__stream_encoder_process_interleaved (flac, (FLAC__int32 *) self->samples->data, block * BLOCKS));
  g_assert_true (FLAC__stream_encoder_finish (flac));
  FLAC__stream_encoder_delete (flac);
  g_assert_cmpuint (self->frames->len, ==, BLOCKS);
  return self;
}

static void
stream_free (Stream *self)
{
  g_byte_array_unref (self->header);
  g_ptr_array_unref (self->frames);
  g_array_unref (self->samples);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

static void
on_pcm (const CamPcm *pcm, gpointer data)
{
  Heard *heard = data;
  heard->rate = pcm->rate;
  heard->channels = pcm->channels;
  g_array_append_vals (heard->samples, pcm->samples, pcm->frames * pcm->channels);
  g_assert_cmpuint (heard->samples->len, <=, MOST_SAMPLES);
}

static CamSoundDecoder *
decoder_new (void)
{
  g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_FLAC);
  track->sample_rate = 48000;
  track->channels = 2;
  g_autoptr (GError) error = NULL;
  CamSoundDecoder *decoder = cam_sound_decoder_new (track, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cam_sound_decoder_get_delay (decoder), ==, 0);
  return decoder;
}

/* Each unit is copied to exactly its size, so that a sanitizer sees the first read beyond. */
static bool
take (CamSoundDecoder *decoder, const void *data, size_t size, Heard *heard)
{
  g_autofree uint8_t *exact = g_memdup2 (data, size);
  return cam_sound_decoder_take (decoder, exact, size, on_pcm, heard);
}

static bool
take_frame (CamSoundDecoder *decoder, const Stream *stream, unsigned i, Heard *heard)
{
  size_t size;
  const void *data = g_bytes_get_data (stream->frames->pdata[i], &size);
  return take (decoder, data, size, heard);
}

static Heard
heard_new (void)
{
  return (Heard){.samples = g_array_new (FALSE, FALSE, sizeof (int16_t))};
}

/* What is heard are the stream's samples from its block @first on, at 16 bits. */
static void
check_heard (const Heard *heard, const Stream *stream, unsigned block, unsigned first, unsigned blocks)
{
  unsigned channels = MIN (stream->channels, 2);
  g_assert_cmpuint (heard->rate, ==, stream->rate);
  g_assert_cmpuint (heard->channels, ==, channels);
  g_assert_cmpuint (heard->samples->len, ==, block * blocks * channels);
  for (unsigned i = 0; i < heard->samples->len; i++) {
    double exact = g_array_index (stream->samples, FLAC__int32, (first * block + i / channels) * stream->channels + i % channels);
    double scaled = stream->bits <= 16 ? exact * (1 << (16 - stream->bits)) : exact / (1 << (stream->bits - 16));
    double off = scaled - g_array_index (heard->samples, int16_t, i);
    g_assert_true (stream->bits <= 16 ? off == 0 : off >= -0.5 && (off < 0.5 || g_array_index (heard->samples, int16_t, i) == INT16_MAX));
  }
}

static const struct {
  unsigned rate;
  unsigned channels;
  unsigned bits;
  unsigned block;
} forms[] = {{48000, 2, 16, BLOCK}, {44100, 2, 16, BLOCK}, {48000, 1, 16, 240},
             {96000, 2, 24, 4608},  {8000, 1, 8, 192},     {48000, 6, 16, BLOCK}};

/* Frames alone, from the first one on or from the middle; each unit's samples are there when it was taken. */
static void
test_bare_frames (void)
{
  for (unsigned form = 0; form < G_N_ELEMENTS (forms); form++) {
    g_autoptr (Stream) stream = stream_new (forms[form].rate, forms[form].channels, forms[form].bits, forms[form].block);
    for (unsigned first = 0; first < BLOCKS; first += 3) {
      CamSoundDecoder *decoder = decoder_new ();
      Heard heard = heard_new ();
      for (unsigned i = first; i < BLOCKS; i++) {
        g_assert_true (take_frame (decoder, stream, i, &heard));
        check_heard (&heard, stream, forms[form].block, first, i - first + 1);
      }
      g_array_unref (heard.samples);
      cam_sound_decoder_free (decoder);
    }
  }
}

/* Thirteen bits: frames leave that to the header, which may come with the first frame or alone, and again at any time. */
static void
test_header_in_band (void)
{
  g_autoptr (Stream) stream = stream_new (48000, 2, 13, BLOCK);
  for (unsigned is_alone = 0; is_alone < 2; is_alone++) {
    CamSoundDecoder *decoder = decoder_new ();
    Heard heard = heard_new ();
    g_assert_false (take_frame (decoder, stream, 0, &heard));
    g_autoptr (GByteArray) unit = g_byte_array_append (g_byte_array_new (), stream->header->data, stream->header->len);
    size_t size;
    const void *frame = g_bytes_get_data (stream->frames->pdata[0], &size);
    if (!is_alone)
      g_byte_array_append (unit, frame, (guint) size);
    g_assert_true (take (decoder, unit->data, unit->len, &heard));
    g_assert_cmpuint (heard.samples->len, ==, is_alone ? 0 : 2 * BLOCK);
    for (unsigned i = is_alone ? 0 : 1; i < BLOCKS; i++)
      g_assert_true (take_frame (decoder, stream, i, &heard));
    check_heard (&heard, stream, BLOCK, 0, BLOCKS);
    g_array_set_size (heard.samples, 0);
    g_assert_true (take (decoder, unit->data, unit->len, &heard));
    g_assert_true (take_frame (decoder, stream, 1, &heard));
    g_array_unref (heard.samples);
    cam_sound_decoder_free (decoder);
  }
}

/* A header of its own gives way to another stream's. */
static void
test_another_stream (void)
{
  CamSoundDecoder *decoder = decoder_new ();
  Heard heard = heard_new ();
  for (unsigned form = 0; form < G_N_ELEMENTS (forms); form++) {
    g_autoptr (Stream) stream = stream_new (forms[form].rate, forms[form].channels, forms[form].bits, forms[form].block);
    g_array_set_size (heard.samples, 0);
    g_assert_true (take (decoder, stream->header->data, stream->header->len, &heard));
    for (unsigned i = 0; i < BLOCKS; i++)
      g_assert_true (take_frame (decoder, stream, i, &heard));
    check_heard (&heard, stream, forms[form].block, 0, BLOCKS);
  }
  g_array_unref (heard.samples);
  cam_sound_decoder_free (decoder);
}

/* Whatever is wrong with a unit, the next one is decoded. */
static void
test_broken_units (void)
{
  g_autoptr (Stream) stream = stream_new (48000, 2, 16, BLOCK);
  CamSoundDecoder *decoder = decoder_new ();
  Heard heard = heard_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  size_t size;
  const uint8_t *frame = g_bytes_get_data (stream->frames->pdata[0], &size);
  for (unsigned i = 0; i < 300; i++) {
    g_autofree uint8_t *broken = g_memdup2 (frame, size);
    for (unsigned j = 0; j <= i % 7; j++)
      broken[g_rand_int_range (random, 0, i % 2 == 0 ? 16 : (int) size)] ^= (uint8_t) (1 << g_rand_int_range (random, 0, 8));
    g_array_set_size (heard.samples, 0);
    take (decoder, broken, i % 3 == 0 ? (size_t) g_rand_int_range (random, 1, (int) size) : size, &heard);
    g_array_set_size (heard.samples, 0);
    g_assert_true (take_frame (decoder, stream, 1, &heard));
    check_heard (&heard, stream, BLOCK, 1, 1);
  }
  static const uint8_t noise[] = {0x00, 0x01, 0xff, 0xf8, 0xff, 0xff, 0x4f, 0x67, 0x67, 0x53};
  g_assert_false (take (decoder, noise, sizeof noise, &heard));
  g_assert_false (take (decoder, frame, size - 1, &heard));
  g_array_unref (heard.samples);
  cam_sound_decoder_free (decoder);
}

/* Silence packs well: a unit of many frames is not unfolded beyond one block of the largest size. */
static void
test_bomb (void)
{
  g_autoptr (Stream) silence = stream_new (48000, 1, 4, 65535);
  memset (silence->samples->data, 0, silence->samples->len * sizeof (FLAC__int32));
  g_autoptr (GByteArray) unit = g_byte_array_new ();
  FLAC__StreamEncoder *flac = FLAC__stream_encoder_new ();
  g_ptr_array_set_size (silence->frames, 0);
  FLAC__stream_encoder_set_streamable_subset (flac, false);
  FLAC__stream_encoder_set_channels (flac, 1);
  FLAC__stream_encoder_set_blocksize (flac, 65535);
  g_assert_cmpint (FLAC__stream_encoder_init_stream (flac, on_write, NULL, NULL, NULL, silence), ==, FLAC__STREAM_ENCODER_INIT_STATUS_OK);
  g_assert_true (FLAC__stream_encoder_process_interleaved (flac, (FLAC__int32 *) silence->samples->data, 65535 * BLOCKS));
  FLAC__stream_encoder_finish (flac);
  FLAC__stream_encoder_delete (flac);
  for (unsigned i = 0; i < silence->frames->len; i++) {
    size_t size;
    const void *frame = g_bytes_get_data (silence->frames->pdata[i], &size);
    g_byte_array_append (unit, frame, (guint) size);
  }
  g_assert_cmpuint (unit->len, <, 200);
  CamSoundDecoder *decoder = decoder_new ();
  Heard heard = heard_new ();
  g_assert_true (take (decoder, unit->data, unit->len, &heard));
  g_assert_cmpuint (heard.samples->len, ==, 65535);
  g_array_unref (heard.samples);
  cam_sound_decoder_free (decoder);
}

/* RFC 9639, 9.1.8. */
static uint8_t
get_checksum (const uint8_t *data, size_t size)
{
  uint8_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum ^= data[i];
    for (unsigned bit = 0; bit < 8; bit++)
      sum = (uint8_t) (sum << 1 ^ ((sum & 0x80) != 0 ? 0x07 : 0));
  }
  return sum;
}

static int64_t
get_cpu_us (void)
{
  struct timespec now;
  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Units of as many frames as fit, each of 30 bytes: eight channels of the largest block, seven of them constant, the last of a kind that there is
 * not. Behind the first of them nothing is worth the time: 60 ms a unit, where sound of that many bytes takes one. */
static void
test_costly_faults (void)
{
  uint8_t frame[30] = {0xff, 0xf8, 0x7a, 0x78, 0x00, 0xff, 0xfe};
  uint8_t unit[16380];
  frame[7] = get_checksum (frame, 7);
  frame[29] = 0x04;
  for (size_t at = 0; at < sizeof unit; at += sizeof frame)
    memcpy (unit + at, frame, sizeof frame);
  g_autoptr (Stream) stream = stream_new (48000, 2, 16, BLOCK);
  CamSoundDecoder *decoder = decoder_new ();
  Heard heard = heard_new ();
  const int64_t began_us = get_cpu_us ();
  for (unsigned i = 0; i < 50; i++)
    g_assert_false (take (decoder, unit, sizeof unit, &heard));
  g_assert_cmpint (get_cpu_us () - began_us, <, G_USEC_PER_SEC);
  g_assert_true (take_frame (decoder, stream, 0, &heard));
  check_heard (&heard, stream, BLOCK, 0, 1);
  g_array_unref (heard.samples);
  cam_sound_decoder_free (decoder);
}

typedef struct {
  CamSoundDecoder *decoder;
  Heard heard;
  unsigned units;
} Chain;

static void
on_unit (const uint8_t *unit, size_t size, gpointer data)
{
  Chain *chain = data;
  chain->units++;
  g_assert_true (take (chain->decoder, unit, size, &chain->heard));
}

/* Our encoder: each frame one unit, one frame late as it says, the samples bit for bit; noise is the worst that a unit can be. */
static void
test_encoder (void)
{
  for (unsigned channels = 1; channels <= 2; channels++) {
    g_autoptr (CamTrack) track = cam_track_new (CAM_CODEC_FLAC);
    track->sample_rate = 44100;
    track->channels = (uint8_t) channels;
    g_autoptr (GError) error = NULL;
    CamSoundEncoder *encoder = cam_sound_encoder_new (track, &(CamSoundSettings){0}, &error);
    g_assert_no_error (error);
    unsigned frame = cam_sound_encoder_get_frame (encoder);
    g_assert_cmpuint (frame, ==, BLOCK);
    g_assert_cmpuint (cam_sound_encoder_get_delay (encoder), ==, BLOCK);
    Chain chain = {decoder_new (), heard_new (), 0};
    g_autoptr (GRand) random = g_rand_new_with_seed (7);
    g_autofree int16_t *samples = g_new (int16_t, 20 * frame * channels);
    for (unsigned i = 0; i < 20 * frame * channels; i++)
      samples[i] = (int16_t) g_rand_int (random);
    for (unsigned i = 0; i < 20; i++) {
      g_assert_true (cam_sound_encoder_take (encoder, samples + i * frame * channels, on_unit, &chain));
      g_assert_cmpuint (chain.units, ==, i);
    }
    g_assert_cmpmem (chain.heard.samples->data, chain.heard.samples->len * 2, samples, (size_t) 19 * frame * channels * 2);
    g_assert_cmpuint (chain.heard.rate, ==, 44100);
    g_array_unref (chain.heard.samples);
    cam_sound_decoder_free (chain.decoder);
    cam_sound_encoder_free (encoder);
    g_assert_cmpuint (chain.units, ==, 19); /* what the end flushes is nobody's */
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flac-decoder/bare-frames", test_bare_frames);
  g_test_add_func ("/flac-decoder/header-in-band", test_header_in_band);
  g_test_add_func ("/flac-decoder/another-stream", test_another_stream);
  g_test_add_func ("/flac-decoder/broken-units", test_broken_units);
  g_test_add_func ("/flac-decoder/bomb", test_bomb);
  g_test_add_func ("/flac-decoder/costly-faults", test_costly_faults);
  g_test_add_func ("/flac-decoder/encoder", test_encoder);
  return g_test_run ();
}
