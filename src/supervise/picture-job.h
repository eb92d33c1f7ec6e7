/* Pictures drawn by the sandboxed picture program (src/picture): a camera's bits never meet a decoder in this process.
 * A desk runs at most 2 programs at once and queues the rest; each has 2 s and 256 MiB and is killed over it.
 * Thread: M. Owner: the desk: supervisor; a job: whoever asked. */
#pragma once

#include "media/track.h"

typedef struct CamPictureDesk CamPictureDesk;
typedef struct CamPictureJob CamPictureJob;

/* What is to be drawn: @picture decoded and darkened (a dark plain one when NULL or not decodable), @title and @text on it, encoded as one
 * key unit of
 * @track's codec and size. All copied or referenced. */
typedef struct {
  CamTrack *track;   /* H.264, H.265 or MJPEG */
  GBytes *picture;   /* a key unit as in media/codec.h, with its parameter sets; nullable */
  unsigned set_id;   /* H.264: of the new picture's parameter sets */
  const char *title; /* UTF-8, one line */
  const char *text;  /* UTF-8, lines by '\n' */
} CamPictureOrder;

/* @program: path of camrelay-picture; NULL: the one beside this program, else the installed one. */
CamPictureDesk *cam_picture_desk_new (const char *program);
void cam_picture_desk_free (CamPictureDesk *self); /* NULL is fine; no job is left */

/* Called once, from M's context, never from within new. @unit: a key unit with its parameter sets, length-prefixed NAL units or a JPEG,
 * valid during the call; NULL with
 * @why otherwise ("no encoder for H.265 is installed", "took longer than 2 s"). The job may be freed from within. */
typedef void (*CamPictureFunc) (GBytes *unit, const char *why, gpointer data);

CamPictureJob *cam_picture_job_new (CamPictureDesk *desk, const CamPictureOrder *order, CamPictureFunc func, gpointer data);
void cam_picture_job_free (CamPictureJob *self); /* NULL is fine; no call after it, the program is killed */
