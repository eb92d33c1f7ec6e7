/* NAL units of one H.264 or H.265 stream to access units: where a picture ends, whether it is a key picture, what is missing of it, and
 * which parameter sets go with it. How NAL units stand in RTP payloads is the depacketizers' business.
 * Thread: pure. Owner: a depacketizer. */
#pragma once

#include "wire/depacketizer-kind.h"
#include "wire/marker-trust.h"
#include "wire/nal-units.h"
#include "wire/parameter-sets.h"

/* What the assembler asks of a codec. */
typedef struct {
  unsigned n_set_kinds;
  unsigned sps_kind;
  CamNalFacts (*inspect) (const uint8_t *nal, size_t size);
  bool (*is_intra_slice) (const CamParameterSets *sets, const uint8_t *nal, size_t size);
  bool (*read_picture_size) (const uint8_t *sps, size_t size, uint16_t *ret_width, uint16_t *ret_height);
} CamVideoSyntax;

/* What is known of the unit that grows. */
typedef struct {
  bool has_slice;
  bool is_key;
  bool is_recovery_point;
  bool is_all_intra;
  bool is_damaged;    /* packets of it are missing */
  bool has_start;     /* nothing of its beginning is missing */
  unsigned set_kinds; /* a bit a kind */
} CamGrowingPicture;

typedef struct {
  CamDepacketizer base;         /* first: the assembler is what both codecs' depacketizers are */
  const CamVideoSyntax *syntax; /* constant */
  CamParameterSets sets;
  bool has_new_sets; /* since the track was made */
  CamMarkerTrust trust;
  CamGrowingPicture picture;
  uint32_t rtp_time; /* of the growing unit, or of what is passed over */
  bool has_time;
  bool is_passing_over;  /* until the next picture begins */
  bool is_behind_marker; /* the packet before had one … */
  bool marker_had_slice; /* … on a unit that could have ended there */
  bool is_loss_before;   /* packets are missing since the last finished unit */
  bool is_nal_open;      /* a NAL unit grows over several packets */
  bool is_nal_lost;      /* … or did until a packet was lost: what comes of it is no fault of the camera's */
  size_t nal_start;      /* in the growing unit: where its length belongs */
  int64_t arrival_us;    /* of the packet at hand */
  int64_t last_key_us;   /* when the last key unit (or the first packet) came */
  bool is_intra_key;     /* learned: all-intra pictures are the only key pictures there are */
} CamPictureAssembler;

/* A new depacketizer with the sets of the SDP's track in store. (transfer full) */
CamDepacketizer *cam_picture_assembler_open (const CamSdpMedia *media, const CamVideoSyntax *syntax);
void cam_picture_assembler_close (CamDepacketizer *base);
void cam_picture_assembler_reset (CamDepacketizer *base);
CamTrack *cam_picture_assembler_ref_track (CamDepacketizer *base);

/* Before what is in a packet. @head: the first bytes of the NAL unit that begins it, NULL when it only goes on with one: finishes the unit
 * before when a new one begins here. False: the packet is to be passed over. */
bool cam_picture_assembler_begin_packet (
    CamPictureAssembler *self, const CamRtpPacket *packet, bool gap, int64_t arrival_us, const uint8_t *head, size_t head_size);

/* One whole NAL unit. */
void cam_picture_assembler_add_nal (CamPictureAssembler *self, const uint8_t *nal, size_t size);

/* One in pieces: begin with its header, append any number of times, end. What is open already when one begins is taken as it is. Appending
 * and ending do nothing when none is open; appending to none is a fault, counted. */
void cam_picture_assembler_begin_nal (CamPictureAssembler *self, const uint8_t *header, size_t size);
void cam_picture_assembler_append_nal (CamPictureAssembler *self, const uint8_t *data, size_t size);
void cam_picture_assembler_end_nal (CamPictureAssembler *self);

/* Behind what is in a packet: a marker may finish the unit. */
void cam_picture_assembler_end_packet (CamPictureAssembler *self, bool marker);
