/* What the bytes of an elementary stream become: units of pictures (ts-pictures) or of sound (ts-sound), behind one face. How the bytes
 * stand in PES and TS packets does not belong here.
 * Thread: pure; the sink is called from within begin, take, end and flush. Owner: a ts-demux. */
#pragma once

#include "media/media-memory.h"
#include "media/track.h"
#include "wire/ts-tables.h"

typedef struct CamTsElementary CamTsElementary;

typedef struct {
  bool has_times;
  uint64_t pts; /* 90 kHz, 33 bits */
  uint64_t dts;
} CamTsTimes;

typedef struct {
  const uint8_t *data; /* borrowed; layout as media/codec.h says */
  size_t size;
  bool is_key;
  bool is_damaged;
  uint64_t pts;
  uint64_t dts;
} CamTsUnit;

typedef void (*CamTsUnitFunc) (CamTsElementary *self, const CamTsUnit *unit, gpointer data);

typedef struct {
  void (*close) (CamTsElementary *self);
  void (*begin) (CamTsElementary *self, const CamTsTimes *times);              /* a PES packet begins: the times of what begins in it */
  void (*take) (CamTsElementary *self, const uint8_t *data, size_t size);      /* more of its bytes */
  void (*end) (CamTsElementary *self);                                         /* it seems to be whole; nothing more than a guess */
  void (*lose) (CamTsElementary *self);                                        /* bytes are missing here */
  void (*flush) (CamTsElementary *self);                                       /* nothing more comes for now */
  void (*set_share) (CamTsElementary *self, CamMediaShare *share);             /* NULL: it keeps little */
  CamTrack *(*ref_track) (CamTsElementary *self); /* as far as the stream has told; the same pointer as long as nothing changed */
} CamTsElementaryKind;

struct CamTsElementary {
  const CamTsElementaryKind *kind; /* constant */
  CamTsUnitFunc unit;
  gpointer data;      /* borrowed: outlived by its owner */
  uint64_t malformed; /* units, frames and NAL units that made no sense or were too large */
};

/* @stream: with a codec. (transfer full) */
CamTsElementary *cam_ts_pictures_new (const CamTsStream *stream, CamTsUnitFunc unit, gpointer data);
CamTsElementary *cam_ts_sound_new (const CamTsStream *stream, CamTsUnitFunc unit, gpointer data);
