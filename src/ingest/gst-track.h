/* What GStreamer's caps and buffers say of a track, in the terms of media/track.h.
 * Pipelines are not built here.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include <gst/gst.h>

#include "media/track.h"

/* The track of samples with @caps: one of media/codec.h's, laid out as that header says (H.264 and H.265 length-prefixed, AAC raw, L16 big-endian).
 * Parameter sets are learned in band. NULL: cannot be carried. (transfer full) */
CamTrack *cam_gst_track_from_caps (const GstCaps *caps);

/* A copy of @track with the parameter sets in front of the key unit @data, or NULL when it has exactly these already. (transfer full) */
CamTrack *cam_gst_track_learn (const CamTrack *track, const uint8_t *data, size_t size);

/* Bytes of 20 ms of samples, for the codecs whose units may be cut anywhere between two samples; 0 for the others. */
size_t cam_gst_track_get_slice_bytes (const CamTrack *track);

/* libav's G.726 encoder puts the first sample into the high nibble (AAL2's order), RTP's G726-32 into the low one (RFC 3551, 4.5.4). */
void cam_gst_swap_nibbles (uint8_t *data, size_t size);
