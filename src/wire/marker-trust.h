/* Whether a camera's RTP markers end a picture. Some set them on every slice or never: a marker is believed at once only after a row of
 * them has proved true, and each lie makes that row longer.
 * Thread: pure. Owner: a depacketizer. */
#pragma once

#include <stdbool.h>

typedef struct {
  unsigned true_in_a_row;
  unsigned lies;
} CamMarkerTrust;

/* What became of a marker: the packet behind it began a picture, or went on with the same one. */
void cam_marker_trust_note (CamMarkerTrust *self, bool was_true);

/* Whether a unit may go out at its marker, without a look at the next packet. */
bool cam_marker_trust_is_given (const CamMarkerTrust *self);
