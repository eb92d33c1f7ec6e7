/* The dialect that VLC speaks where it is built without an RTSP library (Debian's, for rtsp: URLs): SAT>IP, of which it knows this much. It asks
 * for nothing first, but sets the mount's URL up as one stream of MPEG-TS over UDP, and names that stream by an id from then on
 * (SAT>IP Protocol Specification 1.2.2, 3.5). Who speaks it is told by its first request alone.
 * Thread: pure. Owner: nobody. */
#pragma once

#include "media/stream-description.h"
#include "wire/rtsp-guard.h"

/* Of "stream=N" in URLs: a connection has one session, and that one stream. */
#define CAM_SATIP_STREAM_ID 1
#define CAM_SATIP_STREAM_ID_HEADER "com.ses.streamID"

/* Whether @request, of @path, sets a stream of MPEG-TS up: it has CSeq 0 and names no track. Whoever knows the mount's tracks has been told of
 * them by an earlier answer and counts on from that. */
bool cam_satip_is_setup (const CamRtspRequest *request, const CamRtspPath *path);

/* Whether @uri is the one of the stream: "rtsp://HOST[:PORT]/stream=1". */
bool cam_satip_names_stream (const char *uri);

/* Whether MPEG-TS has a word for any track of @description (nullable). */
bool cam_satip_can_carry (const CamStreamDescription *description);
