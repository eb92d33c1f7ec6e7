/* What a codec's encoder is made of: a base it embeds as its first member, and one row of functions that sound-encoder.c lists.
 * Thread: the encoder's. Owner: the encoder. */
#pragma once

#include "sound/sound-encoder.h"

typedef struct {
  /* A new encoder with the codec's own fields, base.frame and base.delay set; base.kind is filled in by the caller. The track has a rate
   * and one channel or two. NULL: errors as cam_sound_encoder_new. (transfer full) */
  CamSoundEncoder *(*open) (const CamTrack *track, const CamSoundSettings *settings, GError **error);
  void (*close) (CamSoundEncoder *self); /* frees the struct, too */

  bool (*take) (CamSoundEncoder *self, const int16_t *samples, CamSoundUnitFunc func, gpointer data); /* as cam_sound_encoder_take */
} CamSoundEncoderKind;

struct CamSoundEncoder {
  const CamSoundEncoderKind *kind; /* constant */
  unsigned frame;
  unsigned delay;
};

/* The rows, a file each; find_kind in sound-encoder.c is the table. */
extern const CamSoundEncoderKind cam_aac_encoder;
extern const CamSoundEncoderKind cam_flac_encoder;
extern const CamSoundEncoderKind cam_opus_encoder;
extern const CamSoundEncoderKind cam_sample_encoder;
