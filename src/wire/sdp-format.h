/* One payload format of an SDP's medium, its rtpmap and fmtp, to a track: the table of encodings that can be carried.
 * Which medium and which of its formats is taken does not belong here.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "wire/sdp-read.h"

/* @rtpmap: "H264/90000", NULL when there is none. @fmtp: its parameters, or NULL. NULL when it cannot be carried. (transfer full) */
CamSdpMedia *cam_sdp_format_read (CamTrackKind kind, unsigned payload_type, const char *rtpmap, const char *fmtp);
void cam_sdp_media_free (CamSdpMedia *self); /* NULL is fine */
