/* How long sound may wait for the next picture, so that both leave in one send: half the system calls of a stream with sound.
 * Who waits, and what else ends the wait, is the stream-task's business.
 * Thread: pure. Owner: the stream-task. */
#pragma once

#include <stdint.h>

/* The bound, and the pace of the pictures so far, which is all zero before the first. */
typedef struct {
  int64_t most_us;     /* AudioHold; 0: sound never waits */
  int64_t newest_us;   /* when the newest picture was here; 0: none yet */
  int64_t newest_ns;   /* its decoding time */
  int64_t interval_us; /* between two pictures, smoothed; 0: not known yet */
} CamAudioHold;

/* A picture with the decoding time @dts_ns has gone on at @now_us. */
void cam_audio_hold_note_picture (CamAudioHold *self, int64_t dts_ns, int64_t now_us);

/* Until when sound that comes at @now_us may wait: at most one interval and @most_us. @now_us itself when no picture is to be
 * expected within that: none yet, they have stopped, or they are rare. */
int64_t cam_audio_hold_get_due_us (const CamAudioHold *self, int64_t now_us);
