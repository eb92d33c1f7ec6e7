/* The work of a branch: units of any codec in, units of one codec out, on the same time line. Decoded, brought to the target's rate at the pace of the
 * source's time stamps, cut into frames and encoded. A sample leaves with the time it came with, within 5 ms: the resampler follows the stamps, so
 * that a camera's clock that is wrong is neither heard nor seen. Frames leave without a gap for as long as sound comes.
 * No thread, no clock, no hub.
 * Thread: the one that uses it, made and freed there too. Owner: a branch. */
#pragma once

#include "media/access-unit.h"
#include "sound/sound-branch.h"

typedef struct CamSoundChain CamSoundChain;

/* One encoded unit, borrowed; @pts_ns: of its first sample, each time one frame above the one before or more. */
typedef void (*CamSoundChainFunc) (const uint8_t *unit, size_t size, int64_t pts_ns, gpointer data);

/* @target: as cam_sound_choice_make_track () gave it. @func (@data): from within take and fill. Errors: CAM_SOUND_ERROR. */
CamSoundChain *cam_sound_chain_new (const CamTrack *target, const CamSoundSettings *settings, CamSoundChainFunc func, gpointer data, GError **error);
void cam_sound_chain_free (CamSoundChain *self); /* NULL is fine; what does not fill a frame is dropped */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundChain, cam_sound_chain_free)

/* Units are of @source from now on: another decoder, the encoder goes on. False: none; units are counted as refused until the next one. Errors: CAM_SOUND_ERROR. */
bool cam_sound_chain_set_source (CamSoundChain *self, const CamTrack *source, GError **error);

/* Takes one unit of sound. */
void cam_sound_chain_take (CamSoundChain *self, const CamAccessUnit *unit);

/* Nothing came: silence up to @pts_ns, a second at most; before the first unit: a frame of it. */
void cam_sound_chain_fill (CamSoundChain *self, int64_t pts_ns);

/* No unit may leave with a time up to @edge_ns any more. Before the first unit. */
void cam_sound_chain_begin_above (CamSoundChain *self, int64_t edge_ns);

/* How long @samples of each channel last at @rate Hz, in ns, whatever a process can live to hear. Pure. */
int64_t cam_sound_duration_ns (uint64_t samples, unsigned rate);

/* Where the time line of what came ends; 0: nothing has come yet. */
int64_t cam_sound_chain_get_edge_ns (const CamSoundChain *self);

/* units_in and _out, refused, gaps, drift_ppm and worst_error_us are the chain's. */
CamSoundCounters cam_sound_chain_get_counters (const CamSoundChain *self);
