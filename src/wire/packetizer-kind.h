/* What a codec's packetizer is made of: a base it embeds as its first member, and one row of functions (packetize-<codec>.c) that
 * packetizer.c lists.
 * Thread: pure. Owner: the packetizer. */
#pragma once

#include "wire/packet-run.h"
#include "wire/packetizer.h"

#define CAM_PAYLOAD_TYPE_AUDIO 97 /* of codecs without a static one */

typedef struct {
  const char *encoding; /* of the rtpmap, before the first slash */
  uint8_t payload_type; /* static (RFC 3551), or 96, 97 */

  size_t own_bytes;     /* of the codec's own struct, which owns nothing beside the base; 0: the base is all */

  /* Sets the codec's own fields; the base's are set, all others 0. False when the track is not one that can be packed. NULL: nothing to do. */
  bool (*open) (CamPacketizer *self);
  size_t (*bound) (const CamPacketizer *self, size_t size);
  void (*write) (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer);
  char *(*format_rtpmap) (const CamPacketizer *self); /* NULL: encoding/clock rate, and the channels of audio with more than one */
  char *(*format_fmtp) (const CamPacketizer *self);   /* as cam_packetizer_get_fmtp; NULL when the codec never has one */
} CamPacketizerKind;

struct CamPacketizer {
  const CamPacketizerKind *kind; /* constant */
  CamTrack *track;               /* ref */
  uint32_t ssrc;
  uint8_t payload_type; /* the kind's, or another that open sets (L16 10, 11) */
};

/* The rows, a file each; find_kind in packetizer.c is the table. */
extern const CamPacketizerKind cam_packetize_h264;
extern const CamPacketizerKind cam_packetize_h265;
extern const CamPacketizerKind cam_packetize_mjpeg;
extern const CamPacketizerKind cam_packetize_pcmu;
extern const CamPacketizerKind cam_packetize_pcma;
extern const CamPacketizerKind cam_packetize_g722;
extern const CamPacketizerKind cam_packetize_g726;
extern const CamPacketizerKind cam_packetize_l16;
extern const CamPacketizerKind cam_packetize_aac;
extern const CamPacketizerKind cam_packetize_mpeg_audio;
extern const CamPacketizerKind cam_packetize_opus;
extern const CamPacketizerKind cam_packetize_ac3;
