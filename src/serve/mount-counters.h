/* What the readers of one mount got and missed, all together: counted where it happens, looked at from anywhere.
 * Thread: notes on the mount's loop; the view any. Owner: embedded by value in rtsp-factory. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* From a client's PLAY until its first picture is handed to its socket (over UDP: to its lane). */
#define CAM_FIRST_PICTURE_BOUNDS 12
extern const double cam_first_picture_bounds_s[CAM_FIRST_PICTURE_BOUNDS]; /* rising */

typedef struct {
  uint64_t counts[CAM_FIRST_PICTURE_BOUNDS + 1]; /* not cumulative; up to and with each bound; the last: above all bounds */
  double sum_s;
} CamFirstPictures;

/* Written by one loop, so that a count is a load and a store and no locked instruction. All zero at first. */
typedef struct {
  _Atomic uint64_t units;
  _Atomic uint64_t bytes;
  _Atomic uint64_t left_out;
  _Atomic uint64_t lagging;
  _Atomic uint64_t first_pictures[CAM_FIRST_PICTURE_BOUNDS + 1];
  _Atomic uint64_t first_pictures_us; /* the sum */
} CamMountCounters;

/* @units, @bytes: given to a reader; negative: they waited and were taken back. */
void cam_mount_counters_note_given (CamMountCounters *self, int64_t units, int64_t bytes);
void cam_mount_counters_note_left_out (CamMountCounters *self, unsigned units);

/* One reader more, or less, that skips or is thinned. */
void cam_mount_counters_note_lagging (CamMountCounters *self, bool is_more);
void cam_mount_counters_note_first_picture (CamMountCounters *self, int64_t took_us);

/* A copy of one moment; the numbers are each true, but not of one instant. */
typedef struct {
  uint64_t units; /* given to readers; may fall when what waited was taken back */
  uint64_t bytes; /* likewise */
  uint64_t units_left_out;
  unsigned lagging; /* readers that skip, or are thinned, now */
  bool is_shed;     /* they get key pictures only, for the machine's sake */
  CamFirstPictures first_pictures;
} CamMountView;

/* All but is_shed, which is untouched. */
void cam_mount_counters_view (const CamMountCounters *self, CamMountView *ret_view);
