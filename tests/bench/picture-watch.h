/* Looks at one reader's video packets and says which stamped pictures came whole (RFC 6184: single NAL units, STAP-A, FU-A).
 * Thread: pure. Owner: a reader of the load client. */
#pragma once

#include "unit-stamp.h"

#include "wire/rtp.h"

typedef struct {
  uint64_t pictures; /* with a stamp, whole or not */
  uint64_t lost;     /* by the numbers: holes */
  uint64_t cut;      /* fewer or more slice bytes than the camera sent, or no marker */
  uint64_t orphans;  /* whole, but behind a hole or a cut one without a key picture between: what they refer to is not there */
  uint64_t nameless; /* pictures without a stamp */

  bool has_last;
  uint32_t last_number;
  bool is_torn; /* something is missing since the newest key picture */

  bool is_begun; /* the picture that is coming in */
  uint32_t rtp_time;
  bool has_stamp;
  BenchStamp stamp;
  bool is_key;
  uint64_t slice_bytes;
} BenchPictureWatch;

typedef struct {
  BenchStamp stamp;
  bool is_key;
  bool is_whole;
} BenchSeenPicture;

/* Takes one packet, in order. True: it was the last of a picture with a stamp (@ret_picture). */
bool bench_picture_watch_add (BenchPictureWatch *self, const CamRtpPacket *packet, BenchSeenPicture *ret_picture);
