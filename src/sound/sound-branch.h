/* A stream's sound in another codec: decoded, resampled and encoded once, whoever and however many want it, on a thread of its own that runs only
 * while somebody does. What comes out is a hub of one audio track, on the source's time line; pictures stay where they are.
 * Thread: new, ref, unref, want and unwant any; its hub pushes on the branch's own thread. Owner: last reference; sound-branches keeps one. */
#pragma once

#include "core/loop-thread.h"
#include "media/stream-hub.h"
#include "sound/sound-choice.h"

typedef struct CamSoundBranch CamSoundBranch;

typedef struct {
  uint64_t bit_rate;   /* 0: what suits the codec */
  unsigned complexity; /* of Opus */
} CamSoundSettings;

/* @choice: an encoded one. Subscribes to @source only while it is wanted. */
CamSoundBranch *cam_sound_branch_new (CamStreamHub *source, CamSoundChoice choice, const CamSoundSettings *settings);
CamSoundBranch *cam_sound_branch_ref (CamSoundBranch *self);
void cam_sound_branch_unref (CamSoundBranch *self); /* NULL is fine; never waits: the thread frees what is its own */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundBranch, cam_sound_branch_unref)

/* The encoded sound; its description follows the source's while it is wanted. (transfer none) */
CamStreamHub *cam_sound_branch_get_hub (CamSoundBranch *self);

/* Counted; the encoder goes on for a few seconds after the last one. */
void cam_sound_branch_want (CamSoundBranch *self);
void cam_sound_branch_unwant (CamSoundBranch *self);

typedef struct {
  uint64_t units_in;
  uint64_t units_out;
  uint64_t refused;     /* units that could not be decoded */
  uint64_t overrun;     /* units dropped because the encoder was behind */
  uint64_t gaps;        /* filled with silence, or passed over */
  int drift_ppm;        /* of the source's clock, as the resampler absorbs it now */
  int64_t worst_error_us; /* largest difference between the source's time line and what was encoded */
  int64_t cpu_us;       /* of the thread */
  bool is_running;
} CamSoundCounters;
CamSoundCounters cam_sound_branch_get_counters (const CamSoundBranch *self); /* any thread */
