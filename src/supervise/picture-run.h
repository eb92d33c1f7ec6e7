/* One run of the picture program: a request goes in, an answer comes out, and whatever it does it is over within its time.
 * What is asked of it and what becomes of the answer is picture-job's.
 * Thread: M. Owner: the desk. */
#pragma once

#include "media/codec.h"

#include <glib.h>

typedef struct CamPictureRun CamPictureRun;

typedef enum {
  CAM_PICTURE_RUN_DREW,
  CAM_PICTURE_RUN_REFUSED, /* it said why, and would say so again */
  CAM_PICTURE_RUN_BROKE    /* it crashed, took too long or answered nonsense: the picture asked with may be why */
} CamPictureOutcome;

/* Called once, from M's context, never from within new, when the process is gone. @unit: of a picture that was drawn; @why otherwise; both
 * are valid during the call. The run is freed after it by whoever made it, or from within. */
typedef void (*CamPictureRunFunc) (CamPictureRun *run, CamPictureOutcome outcome, GBytes *unit, const char *why, gpointer data);

/* Starts @program for @codec, with @request (camrelay/picture-protocol.h) at its stdin. */
CamPictureRun *cam_picture_run_new (const char *program, CamCodec codec, GBytes *request, CamPictureRunFunc func, gpointer data);

/* Its process is ended; the call comes when it is gone. Twice is fine. */
void cam_picture_run_kill (CamPictureRun *self);

/* NULL is fine; a process that still runs is ended, and waited for for 100 ms at most. */
void cam_picture_run_free (CamPictureRun *self);
