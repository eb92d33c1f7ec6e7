/* One track of a reader of the load client: its packets' order, its pictures, its UDP sockets when it has any.
 * Thread: its loop. Owner: a reader. */
#pragma once

#include "load-tally.h"
#include "picture-watch.h"

#include <netinet/in.h>

#include "media/codec.h"
#include "wire/rtp.h"

typedef struct {
  CamTrackKind track;
  char *control;   /* owned; absolute URL; NULL: the stream has no such track */
  uint8_t channel; /* TCP: of its RTP, as granted */
  int fds[2];      /* UDP: RTP, RTCP; -1: none */
  uint16_t ports[2];
  uint16_t report_port; /* UDP: the server's, for receiver reports */
  CamRtpSequence sequence;
  uint32_t clock_rate;
  BenchPictureWatch watch; /* video */
  int64_t last_whole_us;   /* when the newest whole picture was here; 0: none yet */
  bool is_plain;           /* its pictures have no stamps: what ends with a marker is a picture, of any codec */
} BenchMedium;

/* What a packet told. */
typedef struct {
  bool is_rtp;
  bool is_first_key; /* it ends the first whole key picture of this reader; a plain one: the first picture */
  bool is_picture;   /* it ends a whole picture with a stamp */
  bool is_key;
  int64_t sent_us; /* when the camera sent that picture; 0 without a stamp */
} BenchArrival;

void bench_medium_init (BenchMedium *self, CamTrackKind track, bool is_plain);
void bench_medium_clear (BenchMedium *self);

/* Closes its sockets; what it counted stays. */
void bench_medium_close (BenchMedium *self);

/* Binds an even port and the one behind it on @local, with the default buffers. False: no pair free. */
bool bench_medium_open_udp (BenchMedium *self, struct in_addr local);

/* Counts one RTP packet that was read at @now_us. */
BenchArrival bench_medium_take (BenchMedium *self, BenchTally *tally, const uint8_t *data, size_t size, int64_t now_us);

/* A receiver report into @out (CAM_RTCP_MAX_BYTES); returns its bytes, 0 when there is nothing to tell yet. */
size_t bench_medium_write_report (BenchMedium *self, uint8_t *out, int64_t now_us);

/* Adds what is known only at the end: losses. */
void bench_medium_add_losses (const BenchMedium *self, BenchTally *tally);
