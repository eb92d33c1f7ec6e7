/* One mount's stream on its media loop: takes units from the channel it subscribed, makes each into one burst, offers that to its readers,
 * keeps the head that joiners begin with, and says the time of day.
 * Who may read, and what a reader does when it is slow, is decided elsewhere.
 * Thread: its media loop. Owner: the mount's factory, by way of that loop. */
#pragma once

#include "core/loop-thread.h"
#include "media/gop-head.h"
#include "media/stream-hub.h"
#include "serve/reader.h"
#include "serve/sound-feed.h"

typedef struct CamStreamTask CamStreamTask;

typedef struct {
  CamStreamHub *hub;           /* borrowed: the task takes its own reference */
  CamLoopThread *loop;         /* borrowed: outlives the task */
  const uint32_t *ssrcs;       /* borrowed: ours, one a track kind */
  const char *cname;           /* borrowed: of our reports, at most 64 bytes */
  int64_t audio_hold_us;       /* AudioHold */
  CamSoundBranches *branches;  /* borrowed: likewise */
  CamAudioMode audio_mode;
  CamSoundWish wish;           /* of the clients it is for */
  CamStreamTask *elder;        /* borrowed for the call: a task of the same hub, whose head the new one begins with; nullable */
} CamStreamTaskSetup;

/* Subscribes to the hub. @setup is copied. */
CamStreamTask *cam_stream_task_new (const CamStreamTaskSetup *setup);

/* NULL is fine. Its readers have been removed. */
void cam_stream_task_free (CamStreamTask *self);

/* What a reader can begin with now; @ret_info: what it will then see first, for RTP-Info. Answer the request, then begin, in the same dispatch.
 * (transfer full) */
CamJoin *cam_stream_task_prepare_join (CamStreamTask *self, const CamReader *reader, CamJoinInfo ret_info[CAM_N_TRACKS]);

/* Begins @reader with @join (transfer full), sends, and feeds it from now on. */
void cam_stream_task_begin (CamStreamTask *self, CamReader *reader, CamJoin *join);

/* Feeds @reader no more. Nothing happens when it was not fed. Not from within the task's own dispatch. */
void cam_stream_task_remove (CamStreamTask *self, CamReader *reader);

/* Queues and sends a BYE on each of @reader's tracks. */
void cam_stream_task_say_bye (CamStreamTask *self, CamReader *reader);

/* The pictures that a reader can begin with now; what has come in this turn is part of them. NULL while nothing is to be shown.
 * @ret_is_standing: it is the one of a slate that goes on, to be dated now. (transfer none) until the next unit. */
const CamGopHead *cam_stream_task_get_head (CamStreamTask *self, bool *ret_is_standing);

unsigned cam_stream_task_count_readers (const CamStreamTask *self);
