/* Makes the status and publishes it on the board: each second, and soon after a stream has changed its state.
 * Thread: M. Owner: supervisor. */
#pragma once

#include "supervise/main-inbox.h"
#include "supervise/status.h"

typedef struct CamStatusDesk CamStatusDesk;

/* All but loops borrowed; they outlive the desk. */
typedef struct {
  CamMainInbox *inbox;
  CamRtspServer *server;
  CamMediaMemory *memory; /* NULL: no limit */
  const CamClock *clock;
  /* What only the supervisor knows. @is_beat: a second has passed. First what is true of the whole; then some more cameras, behind the one called
   * @after (NULL: from the first on) in the order of names, which returns the name of the last one (borrowed), or NULL when none is left; and last what
   * follows from it all. Between these calls M may do other things. */
  void (*begin) (CamStatus *status, bool is_beat, gpointer data);
  const char *(*describe) (CamStatus *status, bool is_beat, const char *after, gpointer data);
  void (*end) (CamStatus *status, bool is_beat, gpointer data);
  gpointer data;
} CamStatusDeskSetup;

CamStatusDesk *cam_status_desk_new (const CamStatusDeskSetup *setup);
void cam_status_desk_free (CamStatusDesk *self); /* NULL is fine */

/* Of the next status on: what holds now (takes a reference). */
void cam_status_desk_set_config (CamStatusDesk *self, CamConfigSet *config);

/* Of the next status on: where we listen, "rtsp://…" each, NULL-terminated; NULL is fine. Adds to what was said before. */
void cam_status_desk_add_listeners (CamStatusDesk *self, const char *const *urls);

/* The same, in place of those that @before says. */
void cam_status_desk_replace_listeners (CamStatusDesk *self, const char *const *before, const char *const *urls);

/* Of the next status on: how promptly @loop (borrowed, outlives the desk) works, under @name (copied). At most CAM_STATUS_MAX_LOOPS, with M itself. */
void cam_status_desk_watch_loop (CamStatusDesk *self, const char *name, CamLoopThread *loop);

/* For the counts of the status: a reload that was asked for was applied, or was not; how often earlier processes crashed. */
void cam_status_desk_note_reload (CamStatusDesk *self, bool is_ok);
void cam_status_desk_set_crashes (CamStatusDesk *self, uint64_t crashes);

/* Publishes the first status, and each second another one. Twice is fine. */
void cam_status_desk_start (CamStatusDesk *self);

/* Publishes one now, on top of those. */
void cam_status_desk_publish (CamStatusDesk *self);

/* A stream has changed its state: a status is published within 100 ms, once for all that change meanwhile. Nothing happens before start; NULL is fine. */
void cam_status_desk_touch (CamStatusDesk *self);

CamStatusBoard *cam_status_desk_get_board (const CamStatusDesk *self); /* (transfer none) */
