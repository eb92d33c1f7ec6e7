#include "supervise/refusal-text.h"

#include <glib.h>

#include "core/redact.h"

static const char *
explain (CamSrtRefusal refusal, const CamSrtStreamId *id)
{
  if (id != NULL && id->wish == CAM_SRT_WANTS_NOTHING)
    return "it names no camera: a sender says streamid=publish:NAME, a reader streamid=read:NAME";
  if (id != NULL && id->wish == CAM_SRT_WANTS_PUBLISH && refusal == CAM_SRT_REFUSAL_MODE)
    return "the camera is dialled: senders publish those with URL=srt:";
  if (id != NULL && id->wish == CAM_SRT_WANTS_PUBLISH && refusal == CAM_SRT_REFUSAL_AWAY)
    return "the camera is disabled";
  return cam_srt_refusal_text (refusal);
}

char *
cam_refusal_text (CamSrtRefusal refusal, const CamSrtStreamId *id)
{
  const char *why = explain (refusal, id);
  if (id == NULL || id->wish == CAM_SRT_WANTS_NOTHING)
    return g_strdup (why);
  g_autofree char *camera = cam_redact_text (id->camera, -1, 64);
  g_autofree char *user = id->username != NULL ? cam_redact_text (id->username, -1, 64) : NULL;
  return g_strdup_printf ("to %s '%s'%s%s%s: %s", id->wish == CAM_SRT_WANTS_PUBLISH ? "publish" : "read", camera, user != NULL ? " as '" : "",
                          user != NULL ? user : "", user != NULL ? "'" : "", why);
}

char *
cam_refusal_text_of_own (CamSrtRefusal refusal, const char *camera)
{
  const char *why = refusal == CAM_SRT_REFUSAL_NOT_FOUND ? "its stream id is not the one that the camera's URL asks for" : explain (refusal, NULL);
  if (refusal == CAM_SRT_REFUSAL_AWAY)
    why = "the camera is disabled";
  return g_strdup_printf ("at the address of camera '%s': %s", camera, why);
}
