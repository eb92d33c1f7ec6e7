/* What serving needs for another configuration, made before anything is changed: users, certificate, listeners. Whoever holds it may still drop it.
 * Thread: new any, it blocks; free any. Owner: the caller, until rtsp-server adopts it. */
#pragma once

#include "config/config-set.h"

typedef struct CamServeDraft CamServeDraft;

/* Reads the files that @config names for serving, hashes passwords. Errors: CAM_SERVE_ERROR_TLS. */
CamServeDraft *cam_serve_draft_new (CamConfigSet *config, GError **error);
void cam_serve_draft_free (CamServeDraft *self); /* NULL is fine; closes what was opened for it alone */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamServeDraft, cam_serve_draft_free)
