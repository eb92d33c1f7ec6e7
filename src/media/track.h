/* One track of a stream: codec and all that a decoder or an SDP needs to know of it. Immutable once shared.
 * Thread: any, immutable. Owner: last reference. */
#pragma once

#include "media/codec.h"

#include <glib.h>

typedef struct {
  int refs; /* atomic; use ref and unref */
  CamCodec codec;
  uint32_t clock_rate; /* Hz, of the RTP time stamps: 90000 for video, 8000 for G.722 (RFC 3551, 4.5.2) */
  uint32_t sample_rate; /* Hz, audio; 16000 for G.722 */
  uint8_t channels;     /* audio; 1 or more */
  uint8_t bits;         /* G.726: bits a sample, 2 to 5; else 0 */
  bool g726_big_endian; /* AAL2-G726-xx packing (RFC 3551, 4.5.4) */
  GPtrArray *parameter_sets; /* of GBytes, owned: H.264 SPS then PPS, H.265 VPS, SPS, PPS; whole NAL units; never NULL, may be empty */
  GBytes *config;       /* owned; AAC: AudioSpecificConfig (ISO 14496-3, 1.6.2.1); else NULL */
  uint16_t width;       /* 0: not known */
  uint16_t height;
} CamTrack;

/* A track with no parameter sets and the codec's usual clock rate; the maker fills in the rest before it shares it. */
CamTrack *cam_track_new (CamCodec codec);
CamTrack *cam_track_copy (const CamTrack *self); /* a new one to change; NULL gives NULL */
CamTrack *cam_track_ref (CamTrack *self);  /* NULL is fine */
void cam_track_unref (CamTrack *self);     /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamTrack, cam_track_unref)

/* Whether a reader of @a can go on with @b in its session: same codec, clock rate, channels, packing and AudioSpecificConfig.
 * Picture size and parameter sets may differ, they go in band. NULL is the same as NULL only. */
bool cam_track_same_enough (const CamTrack *a, const CamTrack *b);
