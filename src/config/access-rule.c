#include "config/access-rule.h"

CamAccessRule *
cam_access_rule_new (CamAccessKind kind, const char *name, GInetAddressMask *net)
{
  CamAccessRule *self = g_new0 (CamAccessRule, 1);
  self->kind = kind;
  self->name = g_strdup (name);
  self->net = net != NULL ? g_object_ref (net) : NULL;
  return self;
}

void
cam_access_rule_free (CamAccessRule *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_clear_object (&self->net);
  g_free (self);
}
