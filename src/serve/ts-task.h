/* One mount's stream as MPEG-TS on its media loop: pictures and sound through one muxer into bursts (ts-burst), all of them on canonical channel 0
 * and of the video track, whatever is inside. A reader selects that track alone; what it gets begins with tables and a key picture, and its
 * continuity counters go on from there. While nothing comes it gets empty packets: programs give up after 2 s without any (VLC).
 * Whoever does not speak RTP is sent each packet's payload.
 * Thread: its media loop. Owner: ts-tasks; who reads holds a reference. */
#pragma once

#include "serve/stream-task.h"
#include "sound/sound-branches.h"

typedef struct CamTsTask CamTsTask;

typedef struct {
  CamStreamTask *pictures;    /* borrowed: outlives the task; joiners begin with its head */
  CamStreamHub *hub;          /* borrowed: the task takes its own reference */
  CamSoundBranches *branches; /* borrowed, likewise */
  CamSoundChoice choice;      /* as cam_sound_choose () gave it for CAM_SOUND_WAY_TS */
  CamLoopThread *loop;     /* borrowed: outlives the task */
  const char *cname;       /* borrowed: of our reports, at most 64 bytes */
  int64_t audio_hold_us;   /* AudioHold */
} CamTsTaskSetup;

/* Subscribes to the hub. @setup is copied. */
CamTsTask *cam_ts_task_new (const CamTsTaskSetup *setup);
CamTsTask *cam_ts_task_ref (CamTsTask *self);
void cam_ts_task_unref (CamTsTask *self); /* NULL is fine. On the loop; its readers have been removed. */

/* As cam_stream_task_prepare_join () and the others; of @ret_info only the video track's is said. */
CamJoin *cam_ts_task_prepare_join (CamTsTask *self, const CamReader *reader, CamJoinInfo ret_info[CAM_N_TRACKS]);
void cam_ts_task_begin (CamTsTask *self, CamReader *reader, CamJoin *join);
void cam_ts_task_remove (CamTsTask *self, CamReader *reader);
void cam_ts_task_say_bye (CamTsTask *self, CamReader *reader);
unsigned cam_ts_task_count_readers (const CamTsTask *self);

uint32_t cam_ts_task_get_ssrc (const CamTsTask *self);
bool cam_ts_task_is_shared (const CamTsTask *self); /* there is more than one reference */
