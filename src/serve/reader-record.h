/* What is known of one reader: who it is, what it got, what it missed and why. Counted where it happens, copied for whoever asks.
 * Thread: notes on its reader's loop, copies on any. Owner: the client's session; the client-registry lists it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/mount-counters.h"

typedef struct CamReaderRecord CamReaderRecord;

typedef enum
{
  CAM_READER_STATE_PAUSED,   /* or not playing yet */
  CAM_READER_STATE_PLAYING,
  CAM_READER_STATE_SKIPPING, /* it has fallen behind: nothing is queued for it until it has taken what was on its way */
  CAM_READER_STATE_THINNED,  /* its link carries key pictures and sound only */
  CAM_READER_STATE_SHED      /* the machine carries key pictures and sound only */
} CamReaderState;

typedef enum
{
  CAM_SKIP_LAG,    /* something waited for longer than ReaderLag */
  CAM_SKIP_BYTES,  /* more waited than may wait for one reader */
  CAM_SKIP_MEMORY, /* what waited was in the way of others */
  CAM_N_SKIP_REASONS
} CamSkipReason;

const char *cam_reader_state_name (CamReaderState state);
const char *cam_skip_reason_name (CamSkipReason why);

typedef struct {
  const char *id;      /* of its session */
  const char *camera;
  const char *stream;  /* "main", "sub" */
  const char *address; /* as the log says it */
  CamMountCounters *mount; /* borrowed, outlives the record: of all readers of its mount; NULL: nobody counts them */
} CamReaderIdentity;

/* @identity is copied, but for what it points to. @total_left_out: borrowed, outlives it; counts for all readers. It begins paused, over no transport. */
CamReaderRecord *cam_reader_record_new (const CamReaderIdentity *identity, _Atomic uint64_t *total_left_out);
void cam_reader_record_free (CamReaderRecord *self); /* NULL is fine */

/* @transport: a word that lives for ever: "TCP". */
void cam_reader_record_set_transport (CamReaderRecord *self, const char *transport);
void cam_reader_record_set_state (CamReaderRecord *self, CamReaderState state);

/* Units were queued for it, and (units that waited were dropped) taken back; bytes as they go out, headers included. */
void cam_reader_record_note_queued (CamReaderRecord *self, unsigned units, size_t bytes);
void cam_reader_record_note_dropped (CamReaderRecord *self, unsigned units, size_t bytes);

/* What others were counted for already was given to it, too: a group's datagrams. */
void cam_reader_record_credit (CamReaderRecord *self, unsigned units, size_t bytes);

/* The first picture since a PLAY that came at @asked_us (CLOCK_MONOTONIC) was handed on just now. */
void cam_reader_record_note_first_picture (CamReaderRecord *self, int64_t asked_us);

/* Units of its tracks were left out: dropped, or never queued. */
void cam_reader_record_note_left_out (CamReaderRecord *self, unsigned units);
void cam_reader_record_note_skip (CamReaderRecord *self, CamSkipReason why);
void cam_reader_record_note_thinned (CamReaderRecord *self);
void cam_reader_record_note_shed (CamReaderRecord *self);

/* What waits for it now: @lag_us, the age of the oldest of it, and its bytes. */
void cam_reader_record_note_waiting (CamReaderRecord *self, int64_t lag_us, size_t bytes);

const char *cam_reader_record_get_camera (const CamReaderRecord *self);

/* A copy of one moment; the numbers are each true, but not of one instant. */
typedef struct {
  char *id;      /* owned */
  char *camera;  /* owned */
  char *stream;  /* owned */
  char *address; /* owned */
  const char *transport;
  int64_t since_unix_us;  /* when it came */
  CamReaderState state;
  uint64_t units;         /* given to it */
  uint64_t bytes;
  uint64_t units_left_out;
  uint64_t skips[CAM_N_SKIP_REASONS];
  uint64_t thinnings;     /* how often it became thinned */
  uint64_t sheds;         /* how often it got key pictures only for the machine's sake */
  int64_t lag_us;         /* at the newest unit of the stream */
  int64_t worst_lag_us;
  size_t waiting_bytes;
} CamReaderView;

CamReaderView *cam_reader_record_view (const CamReaderRecord *self); /* (transfer full) */
void cam_reader_view_free (CamReaderView *self);                     /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamReaderView, cam_reader_view_free)
