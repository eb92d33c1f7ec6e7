/* Whether a reader's link carries the whole stream, or key pictures only: a reader that falls behind again and again is thinned, and has the
 * whole stream again when what it took meanwhile shows that it could. How often it fails decides how long it stays thinned.
 * All times are in proportion to ReaderLag, which says how much delay the user calls too much; in brackets what they are with its default, 3 s.
 * What is sent, and what the log says, is the reader's and the session's business.
 * Thread: pure. Owner: embedded by value in the reader. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAM_THIN_WINDOW_LAGS 10             /* [30 s] two skips within this, or one this soon after thinning: thinned */
#define CAM_THIN_TRIAL_LAGS 7               /* [21 s] how long is measured, and how long it is thinned the first time at least */
#define CAM_THIN_LONGEST_US INT64_C (300000000) /* the doubled time goes no further */
#define CAM_THIN_STEP_TENTHS 3              /* of a lag [0.9 s]: key pictures closer together than this are left out, for streams of nothing else */

/* All times µs of CLOCK_MONOTONIC; 0: never. */
typedef struct {
  int64_t lag_us;
  bool is_thinned;
  int64_t skipped_us;      /* the newest skip */
  int64_t newest_key_us;   /* the newest key picture of the stream, taken or not */
  int64_t key_interval_us; /* between the last two */
  int64_t thinned_us;      /* when it was thinned last */
  int64_t whole_us;        /* when it had the whole stream again */
  int64_t hold_us;         /* how long it is thinned at least, this time */

  /* The trial that goes on while it is thinned. */
  int64_t trial_us;  /* since when */
  int64_t looked_us; /* the newest look */
  int64_t taken_us;  /* the newest key picture it took */
  int64_t busy_us;   /* for how long something was on its way */
  uint64_t offered_bytes;
  uint64_t taken_bytes;
  unsigned taken_keys;
} CamThinRule;

/* Of a reader that begins; @lag_us: ReaderLag, above 0. */
void cam_thin_rule_init (CamThinRule *self, int64_t lag_us);

/* A key picture of the stream is here. */
void cam_thin_rule_note_key (CamThinRule *self, int64_t now_us);

/* The reader skipped. True: it is thinned from now on. */
bool cam_thin_rule_note_skip (CamThinRule *self, int64_t now_us);

/* Whether a thinned reader should take the key picture that is here. */
bool cam_thin_rule_wants_key (const CamThinRule *self, int64_t now_us);

/* What became of a unit that was offered to a thinned reader. */
typedef struct {
  uint64_t bytes;
  bool is_key;   /* a picture that needs no other */
  bool is_taken;
  bool is_busy;  /* something sent before was still on its way to the client */
} CamThinUnit;

/* True: it has the whole stream from now on. That is so when it was thinned for long enough, and the rate at which it took what it took is above
 * the whole stream's by a quarter. */
bool cam_thin_rule_note_unit (CamThinRule *self, const CamThinUnit *unit, int64_t now_us);
