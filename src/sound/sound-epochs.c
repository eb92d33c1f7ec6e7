#include "sound/sound-epochs.h"

#include "core/log.h"
#include "sound/sound-resampler.h"
#include "sound/sound-splice.h"

#define PIECE_FRAMES 512 /* mixed at a time */
#define MOST_CHANNELS 2  /* that decoders give */

struct CamSoundEpochs {
  CamTrack *track;          /* ref; NULL: nothing came yet */
  CamSoundDecoder *decoder; /* owned; NULL: there is none for the track */
  bool has_warned;          /* of a decoder that is not installed */
  uint64_t count;
  unsigned to_skip;             /* frames of warming up still to come */
  unsigned rate_now;            /* Hz, of what the decoder gives; 0: not known yet */
  CamSoundResampler *resampler; /* owned; NULL: rate_now is the rate */
  unsigned rate;                /* Hz, of what leaves; 0: nothing was decoded yet */
  unsigned channels;
  CamSoundSplice *splice; /* owned; NULL likewise */

  /* While a unit is taken. */
  CamPcmFunc func;
  gpointer data;
};

CamSoundEpochs *
cam_sound_epochs_new (void)
{
  return g_new0 (CamSoundEpochs, 1);
}

void
cam_sound_epochs_free (CamSoundEpochs *self)
{
  if (self == NULL)
    return;
  cam_sound_decoder_free (self->decoder);
  cam_sound_resampler_free (self->resampler);
  cam_sound_splice_free (self->splice);
  cam_track_unref (self->track);
  g_free (self);
}

uint64_t
cam_sound_epochs_get_count (const CamSoundEpochs *self)
{
  return self->count;
}

static void
cut (CamSoundEpochs *self)
{
  if (self->splice != NULL)
    cam_sound_splice_cut (self->splice);
}

/* What somebody can install is worth a warning, once; what a sender makes up is not. */
static void
warn_of_missing (CamSoundEpochs *self, const GError *error)
{
  if (self->has_warned || !g_error_matches (error, CAM_SOUND_ERROR, CAM_SOUND_ERROR_MISSING))
    return;
  self->has_warned = true;
  cam_log (CAM_LOG_WARNING, NULL, NULL, "contributed sound cannot be decoded: %s", error->message);
}

static void
begin_epoch (CamSoundEpochs *self, CamTrack *track)
{
  g_autoptr (GError) error = NULL;
  cam_track_ref (track);
  cam_track_unref (self->track);
  self->track = track;
  cam_sound_decoder_free (self->decoder);
  self->decoder = cam_sound_decoder_new (track, &error);
  warn_of_missing (self, error);
  self->to_skip = self->decoder != NULL ? cam_sound_decoder_get_delay (self->decoder) : 0;
  self->rate_now = 0;
  self->count++;
  cut (self);
}

/* Within an epoch this happens to FLAC alone, whose frames say their rate. */
static void
change_rate (CamSoundEpochs *self, const CamPcm *pcm)
{
  if (self->rate == 0) {
    self->rate = pcm->rate;
    self->channels = pcm->channels;
    self->splice = cam_sound_splice_new (pcm->rate, pcm->channels);
  }
  if (self->rate_now != 0)
    cut (self);
  self->rate_now = pcm->rate;
  g_clear_pointer (&self->resampler, cam_sound_resampler_free);
  if (pcm->rate != self->rate)
    self->resampler = cam_sound_resampler_new (pcm->rate, self->rate, self->channels);
}

static void
pass (const int16_t *samples, unsigned frames, gpointer data)
{
  CamSoundEpochs *self = data;
  cam_sound_splice_take (self->splice, samples, frames, self->func, self->data);
}

/* One channel is heard on both, both are heard on one. */
static void
mix (const CamSoundEpochs *self, const CamPcm *pcm, unsigned from, unsigned frames, int16_t *out)
{
  const int16_t *in = pcm->samples + from * pcm->channels;
  for (unsigned i = 0; i < frames; i++) {
    if (self->channels == 1)
      out[i] = (int16_t) ((in[2 * i] + in[2 * i + 1]) / 2);
    else
      out[2 * i] = out[2 * i + 1] = in[i];
  }
}

static void
on_pcm (const CamPcm *pcm, gpointer data)
{
  CamSoundEpochs *self = data;
  unsigned skipped = MIN (self->to_skip, pcm->frames);
  self->to_skip -= skipped;
  if (skipped == pcm->frames)
    return;
  if (pcm->rate != self->rate_now)
    change_rate (self, pcm);
  for (unsigned at = skipped; at < pcm->frames; at += PIECE_FRAMES) {
    unsigned frames = MIN (pcm->frames - at, PIECE_FRAMES);
    int16_t mixed[PIECE_FRAMES * MOST_CHANNELS];
    const int16_t *samples = pcm->samples + at * pcm->channels;
    if (pcm->channels != self->channels) {
      mix (self, pcm, at, frames, mixed);
      samples = mixed;
    }
    if (self->resampler != NULL)
      cam_sound_resampler_take (self->resampler, samples, frames, pass, self);
    else
      pass (samples, frames, self);
  }
}

bool
cam_sound_epochs_take (CamSoundEpochs *self, CamTrack *track, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data)
{
  if (self->track == NULL || !cam_track_same_enough (self->track, track))
    begin_epoch (self, track);
  self->func = func;
  self->data = data;
  bool is_decoded = self->decoder != NULL && cam_sound_decoder_take (self->decoder, unit, size, on_pcm, self);
  if (!is_decoded)
    cut (self);
  return is_decoded;
}
