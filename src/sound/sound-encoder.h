/* Samples to units of one track: libopus, libFLAC, GStreamer's encoder of AAC and plain L16 behind one face; synchronous, no thread of its own.
 * Thread: the one that uses it, made and freed there too. Owner: a sound-chain. */
#pragma once

#include "sound/sound-branch.h"
#include "sound/sound-decoder.h"

typedef struct CamSoundEncoder CamSoundEncoder;

/* @track: as cam_sound_choice_make_track () gave it. Errors: CAM_SOUND_ERROR. */
CamSoundEncoder *cam_sound_encoder_new (const CamTrack *track, const CamSoundSettings *settings, GError **error);
void cam_sound_encoder_free (CamSoundEncoder *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundEncoder, cam_sound_encoder_free)

unsigned cam_sound_encoder_get_frame (const CamSoundEncoder *self); /* samples of each channel that make a unit */

/* Samples that what comes out is later than what went in: the unit numbered k, from 0, holds those from k × frame - delay on. */
unsigned cam_sound_encoder_get_delay (const CamSoundEncoder *self);

/* Encodes exactly one frame at the track's rate and channels, interleaved. @func: the unit, if one came of it; of AAC the first frames may
 * give none. False: the frame is lost. */
typedef void (*CamSoundUnitFunc) (const uint8_t *unit, size_t size, gpointer data);
bool cam_sound_encoder_take (CamSoundEncoder *self, const int16_t *samples, CamSoundUnitFunc func, gpointer data);
