/* Samples to units of one track: libopus, and GStreamer's AAC and FLAC encoders, behind one face; synchronous, no thread of its own.
 * Thread: the one that uses it, made and freed there too. Owner: a branch. */
#pragma once

#include "sound/sound-branch.h"
#include "sound/sound-decoder.h"

typedef struct CamSoundEncoder CamSoundEncoder;

/* @track: as cam_sound_choice_make_track () gave it. Errors: CAM_SOUND_ERROR. */
CamSoundEncoder *cam_sound_encoder_new (const CamTrack *track, const CamSoundSettings *settings, GError **error);
void cam_sound_encoder_free (CamSoundEncoder *self); /* NULL is fine */

unsigned cam_sound_encoder_get_frame (const CamSoundEncoder *self); /* samples of each channel that make a unit */
unsigned cam_sound_encoder_get_delay (const CamSoundEncoder *self); /* samples that what comes out is later than what went in */

/* Encodes exactly one frame at the track's rate and channels. @func: the unit, if one came of it. */
typedef void (*CamSoundUnitFunc) (const uint8_t *unit, size_t size, gpointer data);
bool cam_sound_encoder_take (CamSoundEncoder *self, const int16_t *samples, CamSoundUnitFunc func, gpointer data);
