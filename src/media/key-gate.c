#include "media/key-gate.h"

void
cam_key_gate_init (CamKeyGate *self, bool has_video)
{
  *self = (CamKeyGate){.has_video = has_video, .open = !has_video, .was_open = !has_video};
}

void
cam_key_gate_shut (CamKeyGate *self)
{
  self->open = !self->has_video;
}

bool
cam_key_gate_admit (CamKeyGate *self, const CamAccessUnit *unit)
{
  if (unit->track == CAM_TRACK_VIDEO && unit->is_key)
    self->open = self->was_open = true;
  bool admitted = unit->track == CAM_TRACK_VIDEO ? self->open : self->was_open;
  self->dropped += !admitted;
  return admitted;
}
