/* NAL units with start codes before them, as decoders take and encoders give them, to and from NAL units behind lengths (media/codec.h).
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "picture/picture-codec.h"

#include <glib.h>
#include <stdint.h>

/* @unit with a start code in place of each length; what a length that lies leaves over is left out. NULL: no NAL unit in it. (transfer
 * full) */
GBytes *cam_annex_b_from_lengths (const uint8_t *unit, size_t size);

/* The parameter sets and slices of an encoder's first picture behind lengths, each set once; delimiters, SEI and padding are left out.
 * NULL: no slice in it. (transfer full) */
GBytes *cam_annex_b_to_lengths (CamPictureCodec codec, const uint8_t *stream, size_t size);
