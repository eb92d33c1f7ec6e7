#include "sound/sound-chain.h"

#include <string.h>

#include "sound/sound-decoder.h"
#include "sound/sound-drift.h"
#include "sound/sound-encoder.h"
#include "sound/sound-resampler.h"

#define NS_PER_S INT64_C (1000000000)
#define MOST_CHANNELS 2
#define BLOCK_FRAMES 480       /* what is resampled at a time */
#define MOST_FILL_NS NS_PER_S  /* of silence at once */
#define PENDING_FRAMES 8       /* that an encoder may keep before it says the first */

struct CamSoundChain {
  CamTrack *target; /* ref */
  CamSoundChainFunc func;
  gpointer data;
  CamSoundEncoder *encoder; /* owned */
  CamSoundDecoder *decoder; /* owned; NULL: no source, or none that can be decoded */
  unsigned to_skip;         /* samples of the decoder's that are its warming up */
  CamSoundResampler *resampler; /* owned; NULL before the first sample */
  unsigned in_rate;         /* what it was made for */
  unsigned lanes;           /* channels that are resampled: the fewer of source's and target's */

  bool has_begun;
  int64_t base_ns; /* of the first sample made since the time line began, or jumped */
  uint64_t made;   /* samples since */
  CamSoundDrift drift;
  bool is_behind_loss;
  bool has_number;
  uint64_t next_number; /* of the source's units */
  int64_t unit_ns;      /* of the unit that is being decoded; its first block takes it */
  bool has_unit_time;

  int16_t *frame; /* owned; the one that is being filled */
  unsigned filled;
  int64_t pending_ns[PENDING_FRAMES]; /* begin of frames that the encoder has, and no unit came of yet */
  unsigned n_pending;
  int64_t last_ns; /* of the last unit; the next is above it */
  CamSoundCounters counters;
};

/* Whole seconds first: 64 bits hold a product of four days' samples and no more. */
int64_t
cam_sound_duration_ns (uint64_t samples, unsigned rate)
{
  return (int64_t) (samples / rate * NS_PER_S + samples % rate * NS_PER_S / rate);
}

static int64_t
to_ns (const CamSoundChain *self, uint64_t samples)
{
  return cam_sound_duration_ns (samples, self->target->sample_rate);
}

/* ---- frames ---- */

static void
give_unit (const uint8_t *unit, size_t size, gpointer data)
{
  CamSoundChain *self = data;
  if (self->n_pending == 0)
    return;
  int64_t pts_ns = self->pending_ns[0] - to_ns (self, cam_sound_encoder_get_delay (self->encoder));
  self->n_pending--;
  memmove (self->pending_ns, self->pending_ns + 1, self->n_pending * sizeof self->pending_ns[0]);
  if (pts_ns <= self->last_ns)
    return;
  self->last_ns = pts_ns;
  self->counters.units_out++;
  self->func (unit, size, pts_ns, self->data);
}

static void
encode_frame (CamSoundChain *self)
{
  const unsigned frame = cam_sound_encoder_get_frame (self->encoder);
  if (self->n_pending == PENDING_FRAMES) { /* it never says that many: those are lost */
    self->n_pending--;
    memmove (self->pending_ns, self->pending_ns + 1, self->n_pending * sizeof self->pending_ns[0]);
  }
  self->pending_ns[self->n_pending++] = self->base_ns + to_ns (self, self->made - frame);
  self->filled = 0;
  if (!cam_sound_encoder_take (self->encoder, self->frame, give_unit, self))
    self->n_pending--;
}

/* @samples have the lanes' channels; they leave in the target's. */
static void
append (const int16_t *samples, unsigned n, void *data)
{
  CamSoundChain *self = data;
  const unsigned frame = cam_sound_encoder_get_frame (self->encoder);
  const unsigned channels = self->target->channels;
  while (n > 0) {
    unsigned part = MIN (n, frame - self->filled);
    int16_t *out = self->frame + (size_t) self->filled * channels;
    for (unsigned i = 0; i < part * channels; i++)
      out[i] = self->lanes == channels ? samples[i] : samples[i / channels];
    samples += (size_t) part * self->lanes;
    n -= part;
    self->filled += part;
    self->made += part;
    if (self->filled == frame)
      encode_frame (self);
  }
}

/* ---- the time line ---- */

/* When the next sample that goes into the resampler will be heard. */
static int64_t
get_next_ns (const CamSoundChain *self)
{
  return self->base_ns + to_ns (self, self->made) + cam_sound_resampler_get_delay_ns (self->resampler);
}

static void
push_silence (CamSoundChain *self, int64_t duration_ns)
{
  static const int16_t silence[BLOCK_FRAMES * MOST_CHANNELS];
  uint64_t n = (uint64_t) MAX (duration_ns, 0) * self->in_rate / NS_PER_S;
  while (n > 0) {
    unsigned part = (unsigned) MIN (n, BLOCK_FRAMES);
    cam_sound_resampler_take (self->resampler, silence, part, append, self);
    n -= part;
  }
}

/* What is in the making is finished with silence; the next sample that goes in is heard at @time_ns. */
static void
begin_at (CamSoundChain *self, int64_t time_ns)
{
  static const int16_t silence[BLOCK_FRAMES * MOST_CHANNELS];
  while (self->filled > 0)
    append (silence, MIN (BLOCK_FRAMES, cam_sound_encoder_get_frame (self->encoder) - self->filled), self);
  self->base_ns = time_ns - cam_sound_resampler_get_delay_ns (self->resampler);
  self->made = 0;
  self->has_begun = true;
  cam_sound_drift_reset (&self->drift);
}

/* Makes the resampler that samples of @rate and @channels need, when the sound so far is out of the old one. */
static void
fit_resampler (CamSoundChain *self, unsigned rate, unsigned channels)
{
  unsigned lanes = MIN (channels, self->target->channels);
  if (self->resampler != NULL && rate == self->in_rate && lanes == self->lanes)
    return;
  if (self->resampler != NULL)
    push_silence (self, cam_sound_resampler_get_delay_ns (self->resampler));
  cam_sound_resampler_free (self->resampler);
  self->resampler = cam_sound_resampler_new (rate, self->target->sample_rate, lanes);
  cam_sound_resampler_set_ppm (self->resampler, cam_sound_drift_get_ppm (&self->drift));
  self->in_rate = rate;
  self->lanes = lanes;
}

/* How many samples of @n are left out, because as much sound is there already; silence fills a gap. */
static unsigned
keep_pace (CamSoundChain *self, int64_t time_ns, unsigned n)
{
  int64_t error_ns = time_ns - get_next_ns (self);
  bool is_behind_loss = self->is_behind_loss;
  self->is_behind_loss = false;
  int64_t amount_ns;
  switch (cam_sound_drift_note (&self->drift, error_ns, (int64_t) n * NS_PER_S / self->in_rate, is_behind_loss, &amount_ns)) {
  case CAM_SOUND_DRIFT_FLOWS:
    cam_sound_resampler_set_ppm (self->resampler, cam_sound_drift_get_ppm (&self->drift));
    return 0;
  case CAM_SOUND_DRIFT_GAP:
    self->counters.gaps++;
    push_silence (self, amount_ns);
    return 0;
  case CAM_SOUND_DRIFT_OVERLAP:
    self->counters.gaps++;
    return (unsigned) MIN ((uint64_t) amount_ns * self->in_rate / NS_PER_S, n);
  case CAM_SOUND_DRIFT_JUMP:
    break;
  }
  self->counters.gaps++;
  if (error_ns < 0)
    return n;
  begin_at (self, time_ns);
  return 0;
}

/* ---- what comes ---- */

static void
feed (CamSoundChain *self, const int16_t *samples, unsigned n, unsigned channels)
{
  int16_t mixed[BLOCK_FRAMES];
  if (channels == self->lanes) {
    cam_sound_resampler_take (self->resampler, samples, n, append, self);
    return;
  }
  while (n > 0) {
    unsigned part = MIN (n, BLOCK_FRAMES);
    for (unsigned i = 0; i < part; i++)
      mixed[i] = (int16_t) ((samples[2 * i] + samples[2 * i + 1]) / 2);
    cam_sound_resampler_take (self->resampler, mixed, part, append, self);
    samples += (size_t) part * 2;
    n -= part;
  }
}

static void
take_samples (const CamPcm *pcm, gpointer data)
{
  CamSoundChain *self = data;
  if (pcm->channels == 0 || pcm->channels > MOST_CHANNELS || pcm->rate == 0)
    return;
  unsigned left_out = MIN (self->to_skip, pcm->frames);
  self->to_skip -= left_out;
  self->unit_ns += left_out * NS_PER_S / pcm->rate;
  if (left_out == pcm->frames)
    return;
  fit_resampler (self, pcm->rate, pcm->channels);
  if (!self->has_begun)
    begin_at (self, self->unit_ns);
  else if (self->has_unit_time)
    left_out += keep_pace (self, self->unit_ns, pcm->frames - left_out);
  self->has_unit_time = false;
  feed (self, pcm->samples + (size_t) left_out * pcm->channels, pcm->frames - left_out, pcm->channels);
}

void
cam_sound_chain_take (CamSoundChain *self, const CamAccessUnit *unit)
{
  self->counters.units_in++;
  bool has_hole = self->has_number && unit->number != self->next_number;
  self->has_number = true;
  self->next_number = unit->number + 1;
  self->is_behind_loss = self->is_behind_loss || has_hole || unit->is_damaged;
  self->unit_ns = unit->pts_ns;
  self->has_unit_time = true;
  bool is_good =
      self->decoder != NULL && cam_sound_decoder_take (self->decoder, unit->payload->data, unit->payload->size, take_samples, self);
  if (is_good)
    return;
  self->counters.refused++;
  self->is_behind_loss = true;
}

void
cam_sound_chain_fill (CamSoundChain *self, int64_t pts_ns)
{
  if (self->resampler == NULL)
    fit_resampler (self, self->target->sample_rate, 1);
  if (!self->has_begun || pts_ns - get_next_ns (self) > MOST_FILL_NS)
    begin_at (self, pts_ns - to_ns (self, cam_sound_encoder_get_frame (self->encoder)));
  push_silence (self, pts_ns - get_next_ns (self));
}

/* ---- the whole ---- */

CamSoundChain *
cam_sound_chain_new (const CamTrack *target, const CamSoundSettings *settings, CamSoundChainFunc func, gpointer data, GError **error)
{
  CamSoundEncoder *encoder = cam_sound_encoder_new (target, settings, error);
  if (encoder == NULL)
    return NULL;
  CamSoundChain *self = g_new0 (CamSoundChain, 1);
  self->target = cam_track_ref ((CamTrack *) target);
  self->func = func;
  self->data = data;
  self->encoder = encoder;
  self->frame = g_new0 (int16_t, (size_t) cam_sound_encoder_get_frame (encoder) * target->channels);
  cam_sound_drift_reset (&self->drift);
  return self;
}

void
cam_sound_chain_free (CamSoundChain *self)
{
  if (self == NULL)
    return;
  cam_sound_decoder_free (self->decoder);
  cam_sound_encoder_free (self->encoder);
  cam_sound_resampler_free (self->resampler);
  cam_track_unref (self->target);
  g_free (self->frame);
  g_free (self);
}

bool
cam_sound_chain_set_source (CamSoundChain *self, const CamTrack *source, GError **error)
{
  g_clear_pointer (&self->decoder, cam_sound_decoder_free);
  cam_sound_drift_doubt_clock (&self->drift);
  self->decoder = cam_sound_decoder_new (source, error);
  if (self->decoder == NULL)
    return false;
  /* Behind other sound its first samples are no worse than a hole. */
  self->to_skip = self->has_begun ? 0 : cam_sound_decoder_get_delay (self->decoder);
  return true;
}

void
cam_sound_chain_begin_above (CamSoundChain *self, int64_t edge_ns)
{
  self->last_ns = edge_ns;
}

int64_t
cam_sound_chain_get_edge_ns (const CamSoundChain *self)
{
  return self->has_begun ? get_next_ns (self) : 0;
}

CamSoundCounters
cam_sound_chain_get_counters (const CamSoundChain *self)
{
  CamSoundCounters counters = self->counters;
  counters.drift_ppm = -cam_sound_drift_get_clock_ppm (&self->drift);
  counters.worst_error_us = cam_sound_drift_get_worst_ns (&self->drift) / 1000;
  return counters;
}
