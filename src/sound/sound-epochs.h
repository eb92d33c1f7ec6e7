/* Units of a sender that may change its codec at any of them, to samples of one rate and number of channels: those of the first unit that can be
 * decoded. One decoder an epoch, made at its first unit; what it needs to warm up is thrown away, and the epochs are joined (sound-splice).
 * Thread: the one that uses it, made and freed there too, or handed over as a whole. Owner: framed-sound, or its decoder-thread. */
#pragma once

#include "sound/sound-decoder.h"

typedef struct CamSoundEpochs CamSoundEpochs;

CamSoundEpochs *cam_sound_epochs_new (void);
void cam_sound_epochs_free (CamSoundEpochs *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundEpochs, cam_sound_epochs_free)

/* One unit of @track, as it lies in access units. @func is called with what leaves, any number of times: the newest 5 ms are held back.
 * False: it could not be decoded; the next one is joined as if it were of another epoch. */
bool cam_sound_epochs_take (CamSoundEpochs *self, CamTrack *track, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data);

/* Epochs so far. */
uint64_t cam_sound_epochs_get_count (const CamSoundEpochs *self);
