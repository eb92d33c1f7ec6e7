#include "media/track.h"

/* What a stream of the codec usually is; a rate of 0 is known from the stream alone. */
static const struct {
  uint32_t clock_rate;
  uint32_t sample_rate;
  uint8_t channels;
  uint8_t bits;
} usual[CAM_N_CODECS] = {
    [CAM_CODEC_H264] = {.clock_rate = 90000},  [CAM_CODEC_H265] = {.clock_rate = 90000}, [CAM_CODEC_MJPEG] = {.clock_rate = 90000},
    [CAM_CODEC_PCMU] = {8000, 8000, 1, 0},     [CAM_CODEC_PCMA] = {8000, 8000, 1, 0},    [CAM_CODEC_G722] = {8000, 16000, 1, 0},
    [CAM_CODEC_G726] = {8000, 8000, 1, 4},     [CAM_CODEC_L16] = {44100, 44100, 1, 0},   [CAM_CODEC_AAC] = {48000, 48000, 1, 0},
    [CAM_CODEC_MPEG_AUDIO] = {90000, 0, 1, 0}, [CAM_CODEC_OPUS] = {48000, 48000, 2, 0},
    [CAM_CODEC_AC3] = {48000, 48000, 2, 0},    [CAM_CODEC_FLAC] = {48000, 48000, 2, 0},
};

static GPtrArray *
new_parameter_sets (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

CamTrack *
cam_track_new (CamCodec codec)
{
  g_assert (codec > CAM_CODEC_NONE && codec < CAM_N_CODECS);
  CamTrack *self = g_new0 (CamTrack, 1);
  self->refs = 1;
  self->codec = codec;
  self->clock_rate = usual[codec].clock_rate;
  self->sample_rate = usual[codec].sample_rate;
  self->channels = usual[codec].channels;
  self->bits = usual[codec].bits;
  self->parameter_sets = new_parameter_sets ();
  return self;
}

CamTrack *
cam_track_copy (const CamTrack *self)
{
  if (self == NULL)
    return NULL;
  CamTrack *copy = g_memdup2 (self, sizeof *self);
  copy->refs = 1;
  copy->parameter_sets = new_parameter_sets ();
  for (unsigned i = 0; i < self->parameter_sets->len; i++)
    g_ptr_array_add (copy->parameter_sets, g_bytes_ref (self->parameter_sets->pdata[i]));
  copy->config = self->config != NULL ? g_bytes_ref (self->config) : NULL;
  return copy;
}

CamTrack *
cam_track_ref (CamTrack *self)
{
  if (self != NULL)
    g_atomic_int_inc (&self->refs);
  return self;
}

void
cam_track_unref (CamTrack *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_ptr_array_unref (self->parameter_sets);
  g_clear_pointer (&self->config, g_bytes_unref);
  g_free (self);
}

static bool
configs_equal (GBytes *a, GBytes *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_bytes_equal (a, b);
}

bool
cam_track_same_enough (const CamTrack *a, const CamTrack *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->codec == b->codec && a->clock_rate == b->clock_rate && a->channels == b->channels && a->bits == b->bits &&
         a->g726_big_endian == b->g726_big_endian && configs_equal (a->config, b->config);
}
