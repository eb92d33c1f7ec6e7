/* One mount's stream as MPEG-TS on its media loop: pictures and sound through one muxer into bursts of RTP packets (RFC 2250, 2; payload type 33,
 * at most seven TS packets each), all of them on canonical channel 0 and of the video track, whatever is inside. A reader selects that track
 * alone; what it gets begins with tables and a key picture, and its continuity counters go on from there.
 * Whoever does not speak RTP is sent each packet's payload.
 * Thread: its media loop. Owner: ts-tasks; who reads holds a reference. */
#pragma once

#include "serve/stream-task.h"
#include "sound/sound-choice.h"

/* RTP's fixed header in front of each packet's payload (RFC 3550, 5.1). */
#define CAM_TS_RTP_HEADER_BYTES 12
#define CAM_TS_RTP_PAYLOAD_TYPE 33 /* RFC 3551, 6: MP2T, 90 kHz */
#define CAM_TS_PACKETS_A_BURST_PACKET 7

typedef struct CamTsTask CamTsTask;

typedef struct {
  CamStreamTask *pictures; /* borrowed: outlives the task; joiners begin with its head */
  CamStreamHub *hub;       /* borrowed: the task takes its own reference */
  CamStreamHub *sound;     /* borrowed, likewise: where the sound of an encoded @choice comes from; NULL: there is none */
  CamSoundChoice choice;   /* as cam_sound_choose () gave it for CAM_SOUND_WAY_TS */
  CamLoopThread *loop;     /* borrowed: outlives the task */
  uint32_t ssrc;
  const char *cname;       /* borrowed: of our reports, at most 64 bytes */
  int64_t audio_hold_us;   /* AudioHold */
} CamTsTaskSetup;

/* Subscribes to the hubs. @setup is copied. */
CamTsTask *cam_ts_task_new (const CamTsTaskSetup *setup);
CamTsTask *cam_ts_task_ref (CamTsTask *self);
void cam_ts_task_unref (CamTsTask *self); /* NULL is fine. On the loop; its readers have been removed. */

/* As cam_stream_task_prepare_join () and the others; of @ret_info only the video track's is said. */
CamJoin *cam_ts_task_prepare_join (CamTsTask *self, const CamReader *reader, CamJoinInfo ret_info[CAM_N_TRACKS]);
void cam_ts_task_begin (CamTsTask *self, CamReader *reader, CamJoin *join);
void cam_ts_task_remove (CamTsTask *self, CamReader *reader);
void cam_ts_task_say_bye (CamTsTask *self, CamReader *reader);
unsigned cam_ts_task_count_readers (const CamTsTask *self);
