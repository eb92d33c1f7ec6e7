/* A serve-draft as rtsp-server sees it, who adds the listeners and takes it over.
 * Thread: M. Owner: serve-draft. */
#pragma once

#include "serve/rtsp-listeners.h"
#include "serve/serve-draft.h"
#include "serve/serve-rules.h"
#include "serve/tls-identity.h"

struct CamServeDraft {
  CamServeRules *rules;        /* ref */
  CamTlsIdentity *identity;    /* ref; NULL when nothing is sealed */
  CamRtspListeners *listeners; /* owned; NULL before they are prepared */
};
