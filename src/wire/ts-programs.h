/* Which programs a transport stream has, as its tables come, and the one that is taken: the first that is seen to have anything we can
 * carry, as long as it is there.
 * Thread: pure. Owner: a ts-demux. */
#pragma once

#include "wire/ts-pes-stream.h"

typedef struct {
  CamTsProgramPlace place;
  CamTsContinuity continuity; /* of the PID of its map */
  CamTsSection section;
} CamTsProgramEntry;

typedef struct {
  bool has_pat;
  uint8_t pat_version;
  CamTsContinuity continuity;
  CamTsSection section;
  unsigned n_entries;
  CamTsProgramEntry entries[CAM_TS_MOST_PROGRAMS];
  bool has_chosen;
  CamTsProgram chosen; /* the newest map of it */
  bool is_changed;     /* what was chosen, or its map: to be looked at and reset by the owner */
  uint64_t holes;      /* in continuity counters */
  uint64_t malformed;  /* sections that made no sense */
} CamTsPrograms;

/* Where packets with @pid belong: the association, a map, or neither. */
bool cam_ts_programs_want (const CamTsPrograms *self, uint16_t pid);

/* Takes a packet of a PID that is wanted. @data: the whole packet. */
void cam_ts_programs_take (CamTsPrograms *self, const CamTsPacket *packet, const uint8_t *data);

/* The first stream of @kind in @program; NULL: none that can be carried. */
const CamTsStream *cam_ts_program_find (const CamTsProgram *program, CamTrackKind kind);
