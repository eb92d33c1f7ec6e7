/* What each RTSP method does (RFC 2326, 10), once guard, log-in and access have let the request through. DESCRIBE asks the library, all others
 * are answered here.
 * Thread: the connection's loop. Owner: none, functions. */
#pragma once

#include "serve/rtsp-exchange.h"

typedef CamExchangeOutcome (*CamRtspMethodFunc) (CamRtspExchange *exchange);

typedef struct {
  CamRtspMethodFunc handle;
  bool moves;         /* runs on the mount's loop while there is no session */
  bool wants;         /* asks for the stream: a camera on demand is dialled */
  bool needs_session; /* 454 without the connection's own session in the Session header */
} CamRtspMethodRule;

extern const CamRtspMethodRule cam_rtsp_method_rules[CAM_N_METHODS];
