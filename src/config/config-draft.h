/* Everything the files and arguments say, sorted by what it is about: server, defaults, cameras, users, tokens. Sections and keys are known
 * here, values are still text.
 * Thread: pure. Owner: whoever reads a configuration; the problems' places borrow from it. */
#pragma once

#include "config/camera-config.h"
#include "config/config-problem.h"
#include "config/config-section.h"
#include "config/config-table.h"

#define CAM_CONFIG_MAX_CAMERAS 4096
#define CAM_CONFIG_MAX_USERS 4096
#define CAM_CONFIG_MAX_TOKENS 256

typedef struct {
  const char *text; /* borrowed from the draft; NULL: not set, or set to nothing */
  CamConfigPlace place;
} CamConfigSetting;

typedef struct {
  CamConfigSetting of[CAM_N_CONFIG_KEYS];
} CamConfigSettings;

typedef struct {
  char *name;                                /* owned */
  CamConfigPlace parts[CAM_N_PARTS];         /* where each section begins; source NULL: it is not there */
  CamConfigSettings keys;                    /* of the sections that are no stream */
  CamConfigSettings streams[CAM_N_STREAMS];  /* of the sections that are */
} CamCameraDraft;

/* [User NAME] or [Token NAME]. */
typedef struct {
  char *name; /* owned */
  CamConfigPlace place;
  CamConfigSettings keys;
} CamNamedDraft;

typedef struct {
  CamConfigSettings server;
  CamConfigSettings defaults; /* [Defaults] and a bare [Access]; keys of streams hold for both */
  GPtrArray *cameras;         /* of CamCameraDraft, owned, in the order of reading; may lack what makes a camera */
  GPtrArray *users;           /* of CamNamedDraft, owned, in the order of reading */
  GPtrArray *tokens;          /* likewise */
  GHashTable *cameras_by_name; /* of CamCameraDraft, borrowed from cameras */
  GHashTable *users_by_name;   /* of CamNamedDraft, borrowed from users */
  GHashTable *tokens_by_name;  /* likewise from tokens */
  GPtrArray *sources;         /* of CamConfigSource, owned */
  GPtrArray *scans;           /* of GPtrArray of CamConfigGroup, owned: the text of the settings */
  GPtrArray *arguments;       /* of char *, owned: the same for arguments; wiped before they are freed */
} CamConfigDraft;

CamConfigDraft *cam_config_draft_new (void);
void cam_config_draft_free (CamConfigDraft *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamConfigDraft, cam_config_draft_free)

/* A source that lives as long as @self: for problems of a file that cannot be read. (transfer none) */
const CamConfigSource *cam_config_draft_add_source (CamConfigDraft *self, const char *name);

/* Takes in the @size bytes of a file. @camera: the name its bare sections are about; NULL for the main file, whose bare sections are
 * the server's and the defaults. Whatever is unknown, twice or in the wrong place is added to @problems. */
void cam_config_draft_add_file (CamConfigDraft *self,
                                const CamConfigSource *source,
                                const char *camera,
                                const char *data,
                                size_t size,
                                CamConfigProblems *problems);

/* The same for a drop-in of @camera, which may say nothing of anybody else: what it says takes the place of what files before it said, keys without a
 * value that of a value; by URL in [Camera] or [Stream main], by Password or PasswordCredential. It may be the first to say anything. */
void cam_config_draft_add_dropin (CamConfigDraft *self,
                                  const CamConfigSource *source,
                                  const char *camera,
                                  const char *data,
                                  size_t size,
                                  CamConfigProblems *problems);

/* A camera of the command line. @name must not have a URL from anywhere else. */
void cam_config_draft_add_url (CamConfigDraft *self, const CamConfigSource *source, const char *name, const char *url, CamConfigProblems *problems);

/* Access_Read's default, in place of that of the files. @text: wiped with the draft. */
void cam_config_draft_set_default_read (CamConfigDraft *self, const CamConfigSource *source, const char *text);
