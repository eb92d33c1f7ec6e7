/* The picture that is drawn on: 8 bits, 4:2:0, in memory of ours.
 * Thread: the caller's. Owner: whoever made it; samples are references. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

/* Sizes are made even, and halved when they are larger than what is drawn (camrelay/picture-protocol.h). */

/* A dark grey one. (transfer full) */
GstSample *cam_canvas_new_plain (unsigned width, unsigned height);

/* @decoded in any form of raw video, scaled to @width x @height, both 0: as it is, and darkened. NULL: not raw video, or larger than
 * anything that is looked at. (transfer full) */
GstSample *cam_canvas_new_from_picture (GstSample *decoded, unsigned width, unsigned height);
