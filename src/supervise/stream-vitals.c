#include "supervise/stream-vitals.h"

#include <glib.h>
#include <math.h>

enum {
  SHORTEST_S = 3,
  LONGEST_S = 10,
  RATE_S = 5,      /* for bits and losses */
  SUSTAINED_S = 5, /* as many rates in a row, and the slowest of them is what the camera keeps up */
};

#define PICTURES 6.0   /* that should lie in the time a rate is taken of */
#define RISE 0.1       /* of the way, each second */
#define FALL (1 / 600.)

static const CamVitalsSample *
get (const CamStreamVitals *self, unsigned back)
{
  return &self->samples[(self->count - 1 - back) % CAM_VITALS_SAMPLES];
}

/* How many seconds back a rate is taken of: @most, or what there is. */
static unsigned
reach (const CamStreamVitals *self, unsigned most)
{
  return MIN (most, MIN (self->count, CAM_VITALS_SAMPLES) - 1);
}

static unsigned
choose_seconds (double usual_fps)
{
  return usual_fps > 0 ? (unsigned) CLAMP (ceil (PICTURES / usual_fps), SHORTEST_S, LONGEST_S) : SHORTEST_S;
}

static double
get_rate (uint64_t now, uint64_t before, int64_t us)
{
  return us > 0 && now > before ? (double) (now - before) * G_USEC_PER_SEC / (double) us : 0;
}

static void
measure (CamStreamVitals *self)
{
  const CamVitalsSample *now = get (self, 0);
  unsigned wanted = choose_seconds (self->usual_fps);
  unsigned seconds = reach (self, wanted);
  const CamVitalsSample *before = get (self, seconds);
  self->fps = get_rate (now->pictures, before->pictures, now->now_us - before->now_us);
  self->is_measured = seconds == wanted;
  before = get (self, reach (self, RATE_S));
  self->bit_rate = 8 * get_rate (now->bytes, before->bytes, now->now_us - before->now_us);
  self->losing = 0;
  for (unsigned i = 0; i < reach (self, RATE_S); i++)
    self->losing += get (self, i)->packets_lost > get (self, i + 1)->packets_lost;
}

static void
learn (CamStreamVitals *self)
{
  if (!self->is_measured)
    return;
  self->rates[self->keeps++ % CAM_VITALS_SAMPLES] = self->fps;
  if (self->keeps < SUSTAINED_S)
    return;
  double kept = self->fps;
  for (unsigned i = 1; i < SUSTAINED_S; i++)
    kept = MIN (kept, self->rates[(self->keeps - 1 - i) % CAM_VITALS_SAMPLES]);
  if (self->usual_fps <= 0)
    self->usual_fps = kept;
  else if (kept > self->usual_fps)
    self->usual_fps += (kept - self->usual_fps) * RISE;
  else if (self->fps < self->usual_fps)
    self->usual_fps += (self->fps - self->usual_fps) * FALL;
}

void
cam_stream_vitals_sample (CamStreamVitals *self, const CamVitalsSample *sample)
{
  self->samples[self->count++ % CAM_VITALS_SAMPLES] = *sample;
  measure (self);
  learn (self);
}

void
cam_stream_vitals_pause (CamStreamVitals *self)
{
  *self = (CamStreamVitals) { .usual_fps = self->usual_fps };
}

void
cam_stream_vitals_forget (CamStreamVitals *self)
{
  *self = (CamStreamVitals) { .count = 0 };
}
