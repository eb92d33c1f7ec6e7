#include "wire/marker-trust.h"

#include <glib.h>

/* A third of a second of an ordinary camera. */
#define FIRST_ROW 8
/* After 8, 32, 128: a camera that lies on key pictures only has shown a few of them. */
#define MAX_LIES 3

void
cam_marker_trust_note (CamMarkerTrust *self, bool was_true)
{
  if (was_true) {
    self->true_in_a_row = MIN (self->true_in_a_row + 1, G_MAXUINT16);
    return;
  }
  self->true_in_a_row = 0;
  self->lies = MIN (self->lies + 1, MAX_LIES);
}

bool
cam_marker_trust_is_given (const CamMarkerTrust *self)
{
  return self->lies < MAX_LIES && self->true_in_a_row >= (unsigned) FIRST_ROW << (2 * self->lies);
}
