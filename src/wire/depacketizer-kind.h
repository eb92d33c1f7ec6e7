/* What a codec's depacketizer is made of: a base it embeds as its first member, and one row of functions (depacketize-<codec>.c) that
 * depacketizer.c lists. Reading codec bits does not belong here.
 * Thread: pure. Owner: the depacketizer. */
#pragma once

#include "wire/depacketizer.h"
#include "wire/unit-queue.h"

typedef struct {
  /* A new depacketizer with the codec's own fields set; base is filled in by the caller. Never NULL. (transfer full) */
  CamDepacketizer *(*open) (const CamSdpMedia *media);
  void (*close) (CamDepacketizer *self); /* frees the codec's own fields and the struct; the base's are gone by then */

  /* One packet of the right payload type. Finished units go into base.units, faults into base.counters. */
  void (*push) (CamDepacketizer *self, const CamRtpPacket *packet, bool gap, int64_t arrival_us);

  void (*reset) (CamDepacketizer *self); /* base.units is empty already; NULL when nothing else is begun between packets */

  /* As cam_depacketizer_ref_track; NULL when the SDP's track is complete. */
  CamTrack *(*ref_track) (CamDepacketizer *self);
} CamDepacketizerKind;

struct CamDepacketizer {
  const CamDepacketizerKind *kind; /* constant */
  CamTrack *track;                 /* ref; the SDP's until the codec puts a better one here */
  uint8_t payload_type;
  CamUnitQueue units;
  CamDepacketizerCounters counters;
};

/* The rows, a file each; find_kind in depacketizer.c is the table. */
extern const CamDepacketizerKind cam_depacketize_h264;
extern const CamDepacketizerKind cam_depacketize_h265;
extern const CamDepacketizerKind cam_depacketize_mjpeg;
extern const CamDepacketizerKind cam_depacketize_samples;
extern const CamDepacketizerKind cam_depacketize_aac;
extern const CamDepacketizerKind cam_depacketize_latm;
extern const CamDepacketizerKind cam_depacketize_mpeg_audio;
extern const CamDepacketizerKind cam_depacketize_opus;
extern const CamDepacketizerKind cam_depacketize_ac3;
