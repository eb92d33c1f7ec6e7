/* Where something stands, and the list of everything that is wrong, said in the order of the files.
 * Thread: pure. Owner: the reader of one configuration. */
#pragma once

#include <stdbool.h>

#include "config/config-error.h"

/* A file or an argument. */
typedef struct {
  char *name;      /* owned; "/etc/camrelay/camrelay.conf", "argument 'cam1='" */
  unsigned number; /* in the order of reading */
} CamConfigSource;

typedef struct {
  const CamConfigSource *source; /* borrowed: outlived by the draft that made it; NULL: nowhere */
  unsigned line;                 /* from 1; 0: the source as a whole */
} CamConfigPlace;

CamConfigSource *cam_config_source_new (const char *name, unsigned number);
void cam_config_source_free (CamConfigSource *self); /* NULL is fine */

/* "FILE:LINE" or "FILE". (transfer full) */
char *cam_config_place_format (CamConfigPlace place);

typedef struct CamConfigProblems CamConfigProblems;

CamConfigProblems *cam_config_problems_new (void);
void cam_config_problems_free (CamConfigProblems *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamConfigProblems, cam_config_problems_free)

/* Adds "PLACE: message", once: a wrong default is one mistake, not one a camera. After the first hundred, only the fact that there are more is kept: a file of a million bad lines is one mistake. */
void cam_config_problems_add (CamConfigProblems *self, CamConfigPlace place, CamConfigError code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* Adds "PLACE: KEY=message" for an error from a parser of values. (transfer none) */
void cam_config_problems_add_value (CamConfigProblems *self, CamConfigPlace place, const char *key, const GError *error);

bool cam_config_problems_is_empty (const CamConfigProblems *self);

/* Appends all to @errors (of GError, owned), by source and line. Afterwards @self is empty. */
void cam_config_problems_move_to (CamConfigProblems *self, GPtrArray *errors);
