/* What a codec's decoder is made of: a base it embeds as its first member, and one row of functions that sound-decoder.c lists.
 * Thread: the decoder's. Owner: the decoder. */
#pragma once

#include "sound/sound-decoder.h"

typedef struct {
  /* A new decoder with the codec's own fields and base.delay set; base.kind is filled in by the caller. The track has a rate and channels
   * and is audio. NULL: errors as cam_sound_decoder_new. (transfer full) */
  CamSoundDecoder *(*open) (const CamTrack *track, GError **error);
  void (*close) (CamSoundDecoder *self); /* frees the struct, too */

  /* As cam_sound_decoder_take; @size is at least 1. */
  bool (*take) (CamSoundDecoder *self, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data);
} CamSoundDecoderKind;

struct CamSoundDecoder {
  const CamSoundDecoderKind *kind; /* constant */
  unsigned delay;
};

/* The rows, a file each; find_kind in sound-decoder.c is the table. */
extern const CamSoundDecoderKind cam_element_decoder;
extern const CamSoundDecoderKind cam_flac_decoder;
extern const CamSoundDecoderKind cam_opus_decoder;
extern const CamSoundDecoderKind cam_sample_decoder;
