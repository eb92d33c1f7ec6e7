/* One word of a Read= list as a value. How it is written is access-words' business, who gets in by it is decided in the serve room.
 * Thread: any, immutable. Owner: the list it stands in. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  CAM_ACCESS_ANYONE,
  CAM_ACCESS_USERS,
  CAM_ACCESS_USER,
  CAM_ACCESS_GROUP,
  CAM_ACCESS_NET
} CamAccessKind;

typedef struct {
  CamAccessKind kind;
  char *name;            /* owned; of a user or group, else NULL */
  GInetAddressMask *net; /* ref; else NULL */
} CamAccessRule;

CamAccessRule *cam_access_rule_new (CamAccessKind kind, const char *name, GInetAddressMask *net); /* copies and refs; NULLs are fine */
void cam_access_rule_free (CamAccessRule *self);                                                  /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamAccessRule, cam_access_rule_free)
