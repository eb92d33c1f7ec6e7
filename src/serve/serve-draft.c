#include "serve/serve-draft-private.h"

CamServeDraft *
cam_serve_draft_new (CamConfigSet *config, GError **error)
{
  const CamServerConfig *server = &config->server;
  bool is_sealed = server->listen_tls != NULL && server->listen_tls[0] != NULL;
  CamTlsIdentity *identity = is_sealed ? cam_tls_identity_new (server->certificate, server->private_key, error) : NULL;
  if (is_sealed && identity == NULL)
    return NULL;
  CamServeDraft *self = g_new0 (CamServeDraft, 1);
  self->rules = cam_serve_rules_new (config);
  self->identity = identity;
  return self;
}

void
cam_serve_draft_free (CamServeDraft *self)
{
  if (self == NULL)
    return;
  cam_serve_rules_unref (self->rules);
  cam_tls_identity_unref (self->identity);
  cam_rtsp_listeners_free (self->listeners);
  g_free (self);
}
