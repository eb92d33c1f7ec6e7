#include "supervise/stream-health.h"

#include <stdlib.h>

#define SLOW_SHARE 0.5
#define SLOW_OVER_SHARE 0.7
#define DRIFT_PPM 500
#define DRIFT_OVER_PPM 400
#define MEMORY_SHARE 0.9
#define MEMORY_OVER_SHARE 0.85
#define LOSING 3 /* of 5 s */

typedef struct {
  CamAilment ailment;
  unsigned enter_s; /* seconds with the sign until it is there */
  unsigned leave_s; /* seconds without the lower one until it is gone */
  bool (*is_ill) (const CamHealthSigns *signs);
  bool (*is_still) (const CamHealthSigns *signs);
} Row;

static bool
is_slow (const CamHealthSigns *signs)
{
  return signs->is_fps_measured && signs->fps < signs->usual_fps * SLOW_SHARE;
}

static bool
is_still_slow (const CamHealthSigns *signs)
{
  return signs->fps < signs->usual_fps * SLOW_OVER_SHARE;
}

static bool
drifts (const CamHealthSigns *signs)
{
  return abs (signs->drift_ppm) > DRIFT_PPM;
}

static bool
still_drifts (const CamHealthSigns *signs)
{
  return abs (signs->drift_ppm) > DRIFT_OVER_PPM;
}

static bool
has_lag (const CamHealthSigns *signs)
{
  return signs->lagging * 2 > signs->readers;
}

static bool
lacks_memory (const CamHealthSigns *signs)
{
  return signs->memory_share > MEMORY_SHARE;
}

static bool
still_lacks_memory (const CamHealthSigns *signs)
{
  return signs->memory_share > MEMORY_OVER_SHARE;
}

static bool
loses (const CamHealthSigns *signs)
{
  return signs->losing >= LOSING;
}

static bool
still_loses (const CamHealthSigns *signs)
{
  return signs->losing > 0;
}

static bool
is_shed (const CamHealthSigns *signs)
{
  return signs->shed_level > 0;
}

/* The fps of three seconds are under half of the usual ones three seconds after the cause at the latest, and the look at them comes once a second. */
static const Row rows[] = {
  { CAM_AILMENT_SLOW, 1, 5, is_slow, is_still_slow },
  { CAM_AILMENT_DRIFT, 3, 10, drifts, still_drifts },
  { CAM_AILMENT_READER_LAG, 3, 10, has_lag, has_lag },
  { CAM_AILMENT_MEMORY, 1, 5, lacks_memory, still_lacks_memory },
  { CAM_AILMENT_LOSS, 1, 10, loses, still_loses },
  { CAM_AILMENT_SHED, 1, 1, is_shed, is_shed },
};

/* Whether the ailment of @row is there after one more second. */
static void
take (CamStreamHealth *self, const Row *row, const CamHealthSigns *signs)
{
  bool is_there = (self->ailments & row->ailment) != 0;
  unsigned *seen = &self->seen[g_bit_nth_lsf (row->ailment, -1)];
  bool is_next = is_there ? !row->is_still (signs) : row->is_ill (signs);
  *seen = is_next ? *seen + 1 : 0;
  if (*seen < (is_there ? row->leave_s : row->enter_s))
    return;
  self->ailments ^= row->ailment;
  *seen = 0;
}

void
cam_stream_health_note_reconnect (CamStreamHealth *self, int64_t now_us)
{
  self->reconnects_us[self->n_reconnects++ % CAM_RECONNECTS_ILL] = now_us;
}

static bool
reconnects_often (const CamStreamHealth *self, int64_t now_us)
{
  int64_t first_us = self->reconnects_us[self->n_reconnects % CAM_RECONNECTS_ILL];
  return self->n_reconnects >= CAM_RECONNECTS_ILL && now_us - first_us <= CAM_RECONNECTS_US;
}

void
cam_stream_health_note (CamStreamHealth *self, const CamHealthSigns *signs, int64_t now_us)
{
  if (signs->state != CAM_CAMERA_LIVE) {
    /* Nothing is measured of it: what ailed it then is no news of now. */
    *self = (CamStreamHealth) { .n_reconnects = self->n_reconnects,
                                .reconnects_us = { self->reconnects_us[0], self->reconnects_us[1], self->reconnects_us[2] } };
    return;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    take (self, &rows[i], signs);
  self->ailments &= ~CAM_AILMENT_RECONNECTS;
  self->ailments |= reconnects_often (self, now_us) ? CAM_AILMENT_RECONNECTS : 0;
}

CamHealth
cam_stream_health_judge (CamCameraState state, unsigned ailments)
{
  switch (state) {
  case CAM_CAMERA_OFF:
  case CAM_CAMERA_IDLE:
  case CAM_CAMERA_LISTENING:
  case CAM_CAMERA_DISABLING:
  case CAM_CAMERA_LEAVING:
  case CAM_CAMERA_GONE:
    return CAM_HEALTH_OFF;
  case CAM_CAMERA_CONNECTING:
  case CAM_CAMERA_HELD:
  case CAM_CAMERA_CLEARING:
  case CAM_CAMERA_WAITING:
    return CAM_HEALTH_FAILED;
  case CAM_CAMERA_LIVE:
    return ailments != 0 ? CAM_HEALTH_DEGRADED : CAM_HEALTH_OK;
  case CAM_N_CAMERA_STATES:
    break;
  }
  g_assert_not_reached ();
}
