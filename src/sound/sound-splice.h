/* Joins sounds that were decoded by different decoders: the end of what came last is held back for as long as a fade takes; what comes
 * after a cut is moved so that it continues that end best, and faded in. At a cut at most CAM_SOUND_SPLICE_CUT_US are left out, nothing is
 * repeated, and no sample leaps further than those of the sounds themselves. Thread: pure. Owner: sound-epochs. */
#pragma once

#include "sound/sound-decoder.h"

#define CAM_SOUND_SPLICE_FADE_US INT64_C (5000) /* held back always */
#define CAM_SOUND_SPLICE_CUT_US INT64_C (10000) /* fade and offset: less than a frame of any codec but the shortest */

typedef struct CamSoundSplice CamSoundSplice;

/* @rate: Hz, 1 to 192000; @channels: 1 or 2. */
CamSoundSplice *cam_sound_splice_new (unsigned rate, unsigned channels);
void cam_sound_splice_free (CamSoundSplice *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundSplice, cam_sound_splice_free)

/* What is taken next does not continue what was taken last. */
void cam_sound_splice_cut (CamSoundSplice *self);

/* Samples at the splice's rate and channels; @func is called with what leaves, any number of times. */
void cam_sound_splice_take (CamSoundSplice *self, const int16_t *samples, unsigned frames, CamPcmFunc func, gpointer data);
