/* What holds for clients at one moment: the configuration and its users, as one immutable value that a reload swaps whole. Whoever needs it for more than
 * one question takes a reference, so that all of one request is answered by the same rules.
 * Thread: any. Owner: last reference; the book of them: rtsp-server. */
#pragma once

#include "config/config-set.h"
#include "serve/access-rules.h"
#include "serve/rtsp-users.h"

typedef struct {
  CamConfigSet *config; /* ref */
  CamRtspUsers *users;  /* ref */
} CamServeRules;

/* Hashes the users' passwords. */
CamServeRules *cam_serve_rules_new (CamConfigSet *config);
CamServeRules *cam_serve_rules_ref (CamServeRules *self);
void cam_serve_rules_unref (CamServeRules *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamServeRules, cam_serve_rules_unref)

/* Whether the client at @address, who logged in as @user (NULL: he did not), may read @camera. A user or a camera that is configured no more may nothing. */
bool cam_serve_rules_admit (const CamServeRules *self, const char *camera, GInetAddress *address, const char *user);

typedef struct CamServeBook CamServeBook;

CamServeBook *cam_serve_book_new (CamServeRules *rules); /* takes its own reference */
void cam_serve_book_free (CamServeBook *self);           /* NULL is fine */

/* What holds now. (transfer full) */
CamServeRules *cam_serve_book_open (CamServeBook *self);

/* @rules hold from now on (takes its own reference); challenges that clients were given before go on to count. */
void cam_serve_book_turn (CamServeBook *self, CamServeRules *rules);
