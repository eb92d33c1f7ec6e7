/* The tables of a transport stream that say what it carries: program association and program map (ISO 13818-1, 2.4.4), read and written
 * as whole sections. How sections stand in packets is ts-section's business.
 * Thread: pure. Owner: values. */
#pragma once

#include "media/track.h"
#include "wire/ts-section.h"

#define CAM_TS_PAT_PID 0
#define CAM_TS_NULL_PID 0x1fff
#define CAM_TS_MOST_PROGRAMS 16 /* read of one stream; more are passed over */
#define CAM_TS_MOST_STREAMS 16  /* of one program */

#define CAM_TS_TYPE_AAC_LATM 0x11

typedef struct {
  uint16_t number;
  uint16_t pid; /* of its map */
} CamTsProgramPlace;

typedef struct {
  uint8_t version;
  uint8_t section; /* of several, from 0 */
  unsigned n_programs;
  CamTsProgramPlace programs[CAM_TS_MOST_PROGRAMS];
} CamTsPat;

typedef struct {
  uint16_t pid;
  uint8_t type;     /* stream_type (table 2-34, and what others registered) */
  CamCodec codec;   /* NONE: none that can be carried */
  uint8_t channels; /* of Opus, as its descriptor says; else 0 */
} CamTsStream;

typedef struct {
  uint8_t version;
  uint16_t number;
  uint16_t clock_pid; /* where its clock is */
  unsigned n_streams;
  CamTsStream streams[CAM_TS_MOST_STREAMS];
} CamTsProgram;

/* A whole section whose checksum is right. False: another table, one that is not in force yet, or lengths that lie. */
bool cam_ts_pat_read (const uint8_t *section, size_t size, CamTsPat *ret_pat);
bool cam_ts_program_read (const uint8_t *section, size_t size, CamTsProgram *ret_program);

/* How @track's codec is called in a program map. False: there is no word for it. */
bool cam_ts_stream_of_track (const CamTrack *track, uint16_t pid, CamTsStream *ret_stream);

/* Both write a section, checksum included, into CAM_TS_SECTION_BYTES and return its size; only tables that fit are written: 1 program,
 * few streams. */
size_t cam_ts_pat_write (const CamTsPat *pat, uint8_t *out);
size_t cam_ts_program_write (const CamTsProgram *program, uint8_t *out);
