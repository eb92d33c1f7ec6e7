/* What of a file can be carried, and how: for each kind of stream in it the elements that bring it into the layout of media/codec.h.
 * Opening the file and pacing it are file-source's business.
 * Thread: any. Owner: results belong to the caller. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

#include "media/codec.h"

/* The kind of track behind @caps; false: it cannot be carried. */
bool cam_file_branch_find (const GstCaps *caps, CamTrackKind *ret_kind);

/* A bin with one sink pad that ends in @ret_sink, an appsink (no reference of its own). NULL and @error when an element is missing.
 * (transfer floating) */
GstElement *cam_file_branch_new (const GstCaps *caps, GstElement **ret_sink, GError **error);
