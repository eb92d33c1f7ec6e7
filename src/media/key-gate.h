/* Whether units may pass: shut until a key unit of video, shut again after a drop; audio passes always when there is no video.
 * Thread: pure. Owner: embedded by value. */
#pragma once

#include "media/access-unit.h"

typedef struct {
  bool has_video;
  bool open;
  bool was_open; /* at some time */
  uint64_t dropped; /* units stopped at the gate */
} CamKeyGate;

void cam_key_gate_init (CamKeyGate *self, bool has_video); /* shut when there is video */
void cam_key_gate_shut (CamKeyGate *self);                 /* after a loss; no effect without video */

/* True when @unit may pass; a video key unit opens the gate. Audio is stopped only while a gate with video has never been open. */
bool cam_key_gate_admit (CamKeyGate *self, const CamAccessUnit *unit);
