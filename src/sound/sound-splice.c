#include "sound/sound-splice.h"

#include <string.h>

struct CamSoundSplice {
  unsigned rate;
  unsigned channels;
  unsigned fade;     /* frames */
  unsigned cut;      /* frames */
  bool is_cut;       /* what is held does not continue in what comes */
  unsigned n_held;   /* frames, at most fade */
  unsigned n_behind; /* frames behind the cut, fewer than cut */
  int16_t *held;     /* owned */
  int16_t *behind;   /* owned */
};

CamSoundSplice *
cam_sound_splice_new (unsigned rate, unsigned channels)
{
  CamSoundSplice *self = g_new0 (CamSoundSplice, 1);
  self->rate = rate;
  self->channels = channels;
  self->fade = (unsigned) (rate * CAM_SOUND_SPLICE_FADE_US / G_USEC_PER_SEC);
  self->cut = (unsigned) (rate * CAM_SOUND_SPLICE_CUT_US / G_USEC_PER_SEC);
  self->held = g_new0 (int16_t, self->fade * channels + 1);
  self->behind = g_new0 (int16_t, self->cut * channels + 1);
  return self;
}

void
cam_sound_splice_free (CamSoundSplice *self)
{
  if (self == NULL)
    return;
  g_free (self->held);
  g_free (self->behind);
  g_free (self);
}

static size_t
get_bytes (const CamSoundSplice *self, unsigned frames)
{
  return (size_t) frames * self->channels * sizeof (int16_t);
}

static void
say (const CamSoundSplice *self, const int16_t *samples, unsigned frames, CamPcmFunc func, gpointer data)
{
  if (frames > 0)
    func (&(CamPcm){.samples = samples, .frames = frames, .rate = self->rate, .channels = self->channels}, data);
}

/* All but the newest leaves. */
static void
pass (CamSoundSplice *self, const int16_t *samples, unsigned frames, CamPcmFunc func, gpointer data)
{
  unsigned leaving = MAX (self->n_held + frames, self->fade) - self->fade;
  unsigned of_held = MIN (leaving, self->n_held);
  say (self, self->held, of_held, func, data);
  self->n_held -= of_held;
  memmove (self->held, self->held + of_held * self->channels, get_bytes (self, self->n_held));
  unsigned of_new = leaving - of_held;
  say (self, samples, of_new, func, data);
  memcpy (self->held + self->n_held * self->channels, samples + of_new * self->channels, get_bytes (self, frames - of_new));
  self->n_held += frames - of_new;
}

/* How badly what is behind the cut continues what is held, when it begins @offset frames later: the sum of squared differences. */
static int64_t
get_mismatch (const CamSoundSplice *self, unsigned fade, unsigned offset)
{
  const int16_t *before = self->held + (self->n_held - fade) * self->channels;
  const int16_t *after = self->behind + offset * self->channels;
  int64_t sum = 0;
  for (unsigned i = 0; i < fade * self->channels; i++) {
    int64_t difference = before[i] - after[i];
    sum += difference * difference;
  }
  return sum;
}

static unsigned
find_offset (const CamSoundSplice *self, unsigned fade)
{
  unsigned best = 0;
  int64_t least = get_mismatch (self, fade, 0);
  for (unsigned offset = 1; offset + fade <= self->n_behind && least > 0; offset++) {
    int64_t mismatch = get_mismatch (self, fade, offset);
    if (mismatch < least) {
      least = mismatch;
      best = offset;
    }
  }
  return best;
}

/* Fades from what is held to what is behind the cut, in place; steep in the middle and flat at both ends, so that no sample leaps there. */
static void
fade_over (CamSoundSplice *self, unsigned fade, unsigned offset)
{
  int16_t *into = self->held + (self->n_held - fade) * self->channels;
  const int16_t *after = self->behind + offset * self->channels;
  for (unsigned i = 0; i < fade * self->channels; i++) {
    double way = (double) (i / self->channels + 1) / (fade + 1);
    double share = way * way * (3 - 2 * way);
    into[i] = (int16_t) (into[i] + share * (after[i] - into[i]));
  }
}

/* The end of what is held becomes what is behind the cut. Frames of that which were used. */
static unsigned
join (CamSoundSplice *self)
{
  unsigned fade = MIN (self->n_held, self->n_behind);
  unsigned offset = find_offset (self, fade);
  fade_over (self, fade, offset);
  return fade + offset;
}

void
cam_sound_splice_cut (CamSoundSplice *self)
{
  if (self->n_behind > 0)
    join (self); /* two cuts close together: what is left between them is shorter than a fade */
  self->n_behind = 0;
  self->is_cut = self->n_held > 0;
}

void
cam_sound_splice_take (CamSoundSplice *self, const int16_t *samples, unsigned frames, CamPcmFunc func, gpointer data)
{
  unsigned gathered = self->is_cut ? MIN (frames, self->cut - self->n_behind) : 0;
  memcpy (self->behind + self->n_behind * self->channels, samples, get_bytes (self, gathered));
  self->n_behind += gathered;
  if (self->is_cut && self->n_behind < self->cut)
    return;
  if (self->is_cut) {
    unsigned used = join (self);
    unsigned rest = self->n_behind - used;
    self->is_cut = false;
    self->n_behind = 0;
    pass (self, self->behind + used * self->channels, rest, func, data);
  }
  pass (self, samples + gathered * self->channels, frames - gathered, func, data);
}
