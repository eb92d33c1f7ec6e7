/* The parts of an rtsp:// URI as clients send it. Which mount a path names is the guard's.
 * Thread: pure. Owner: the caller. */
#pragma once

/* Where the path, query or end of an absolute "rtsp://HOST…" or "rtsps://HOST…" begins (scheme in any case); NULL: not such a URI. Borrowed. */
const char *cam_rtsp_uri_get_path (const char *uri);
