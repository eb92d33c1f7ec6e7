/* What all readers of the load client measure together: times, counts, and the numbers' distribution.
 * Thread: its loop, then whoever joined it. Owner: the load client. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int64_t born_us;   /* when it was made: the load client's beginning */
  bool is_measuring; /* inside the window */

  /* Within the window. */
  uint64_t rtp_bytes; /* headers included, interleaving not */
  uint64_t rtp_packets;
  uint64_t pictures;
  int64_t longest_silence_us; /* between two whole pictures of one reader */
  GArray *latency_us;         /* of int64_t, owned: from the camera's send to the last byte read */

  /* From PLAY on. */
  uint64_t packets_missing;
  uint64_t pictures_lost;
  uint64_t pictures_cut;
  uint64_t pictures_orphaned;
  unsigned failed; /* readers */
  GArray *described_us; /* of int64_t, owned: from the beginning to the answer of DESCRIBE */
  GArray *answer_us;    /* PLAY sent to its answer */
  GArray *first_us;     /* to the first RTP packet */
  GArray *key_us;       /* to the last byte of the first whole key picture */
  GArray *key_late_us;  /* to there from PLAY or from the camera's send of that picture, whichever was later */

  /* Of those who read again after they had stopped. */
  GArray *key_again_us;  /* of int64_t, owned: to the last byte of the newest group's key picture */
  GArray *live_again_us; /* to the last byte of a picture behind it that is less than a second old */
} BenchTally;

void bench_tally_init (BenchTally *self);
void bench_tally_clear (BenchTally *self);

/* Adds "NAME":{"p50":…,"p90":…,"p99":…,"max":…} in milliseconds to a JSON object; sorts @values_us. Null when there are none. */
void bench_json_add_times (GString *json, const char *name, GArray *values_us);
