/* Units of one track to samples: libopus, libFLAC, the tables of G.711 and GStreamer's decoders behind one face; synchronous, no thread of its own.
 * One is one epoch: another codec or rate is another decoder.
 * Thread: the one that uses it, made and freed there too. Owner: a sound-chain, sound-epochs. */
#pragma once

#include "media/track.h"

typedef struct CamSoundDecoder CamSoundDecoder;

/* What sound can have. Streams say what they like: a few slow samples would be unfolded to hours, or to units of no sample at all. */
#define CAM_SOUND_SLOWEST_HZ 4000
#define CAM_SOUND_FASTEST_HZ 192000

static inline bool
cam_sound_is_rate (unsigned hz)
{
  return hz >= CAM_SOUND_SLOWEST_HZ && hz <= CAM_SOUND_FASTEST_HZ;
}

/* Interleaved signed 16-bit samples, host byte order. */
typedef struct {
  const int16_t *samples; /* borrowed */
  unsigned frames;        /* samples of each channel */
  unsigned rate;          /* Hz, cam_sound_is_rate (); of AAC with SBR twice what the track says */
  unsigned channels;      /* 1 or 2 */
} CamPcm;

/* NULL: no decoder for the track's codec is installed (_MISSING), or the track says nonsense (_TRACK). Errors: CAM_SOUND_ERROR. */
CamSoundDecoder *cam_sound_decoder_new (const CamTrack *track, GError **error);
void cam_sound_decoder_free (CamSoundDecoder *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSoundDecoder, cam_sound_decoder_free)

/* Decodes one unit; @func is called with what comes of it, any number of times. False: it could not be decoded, nothing comes of it. */
typedef void (*CamPcmFunc) (const CamPcm *pcm, gpointer data);
bool cam_sound_decoder_take (CamSoundDecoder *self, const uint8_t *unit, size_t size, CamPcmFunc func, gpointer data);

/* Samples of each channel at the beginning that are the codec's own warming up: to be thrown away after a cold start. */
unsigned cam_sound_decoder_get_delay (const CamSoundDecoder *self);

typedef enum
{
  CAM_SOUND_ERROR_MISSING, /* a GStreamer element that is not installed, named */
  CAM_SOUND_ERROR_TRACK    /* the track cannot be decoded or encoded */
} CamSoundError;
#define CAM_SOUND_ERROR (cam_sound_error_quark ())
GQuark cam_sound_error_quark (void);
