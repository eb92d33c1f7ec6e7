/* A stream's description as a small text for a file, and back: groups and keys, so that a person can read what is remembered of a camera.
 * Where the file is, and whether it is still true, is not known here.
 * Thread: pure. Owner: results belong to the caller. */
#pragma once

#include "media/stream-description.h"

/* More than the largest one can be; files over it are not read. */
#define CAM_STORED_DESCRIPTION_BYTES (1024 * 1024)

#define CAM_STORED_ERROR (cam_stored_error_quark ())
GQuark cam_stored_error_quark (void);

typedef enum
{
  CAM_STORED_ERROR_SYNTAX, /* not what we write */
  CAM_STORED_ERROR_RANGE,  /* a value that no stream has */
  CAM_STORED_ERROR_OTHER   /* of another format or origin: right, but not what is asked for */
} CamStoredError;

/* @origin: what the description was learned from, one printable word. (transfer full) */
GBytes *cam_stored_description_write (const CamStreamDescription *description, const char *origin);

/* What write () made of a description from the same @origin; the bytes may be anything. NULL with a CAM_STORED_ERROR. (transfer full) */
CamStreamDescription *cam_stored_description_read (GBytes *text, const char *origin, GError **error);
