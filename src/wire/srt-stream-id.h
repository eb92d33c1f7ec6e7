/* The stream id of an SRT caller: what it wants with which camera, and who it says it is. Two spellings: "publish:NAME[:user:password]",
 * "read:NAME[:user:password]", and SRT's own, "#!::m=publish,r=NAME,u=…,s=…" (AccessControl.md).
 * Thread: pure. Owner: the caller. */
#pragma once

#include "core/secret.h"

#include <glib.h>
#include <stdbool.h>

typedef enum
{
  CAM_SRT_WANTS_NOTHING, /* no stream id, or nothing of it is about us: a bare sender */
  CAM_SRT_WANTS_PUBLISH,
  CAM_SRT_WANTS_READ
} CamSrtWish;

typedef enum
{
  CAM_SRT_FORM_AUTO,  /* MPEG-TS */
  CAM_SRT_FORM_TS,
  CAM_SRT_FORM_FRAMED /* audio behind 4-byte headers */
} CamSrtForm;

typedef struct {
  CamSrtWish wish;
  char camera[33]; /* "" for none; in lower case, as mounts are */
  unsigned stream; /* CAM_STREAM_MAIN, _SUB: "NAME/sub" */
  char *username;  /* owned; NULL for none */
  CamSecret *password; /* ref; NULL for none */
  CamSrtForm form; /* of a reader: "NAME?form=framed", or f=framed */
  char audio[16];  /* of a reader: "NAME?audio=opus", or a=opus; "" for none */
} CamSrtStreamId;

/* At most 512 bytes, as SRT has it. NULL: it begins like one of ours and is wrong. */
CamSrtStreamId *cam_srt_stream_id_parse (const char *text);
void cam_srt_stream_id_free (CamSrtStreamId *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSrtStreamId, cam_srt_stream_id_free)
