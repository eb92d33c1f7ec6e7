#include "serve/udp-pace.h"

#include <glib.h>

#include "camrelay/limits.h"
#include "serve/udp-batch.h"

#define BUCKET_BYTES (CAM_UDP_RUN_PACKETS * CAM_LIMIT_RTP_PACKET_BYTES)
#define RATE_FACTOR 8
#define SMOOTHING 4

/* A quiet scene must be able to become a busy one at once. */
#define LEAST_RATE ((size_t) 500000)

/* What ffmpeg decodes of a key picture that is all detail, on a small processor with other work. */
#define DECODED_A_SECOND INT64_C (4000000)

/* What a socket holds for who asked for the most that the system allows by default (net.core.rmem_max 212,992, doubled, less its own
 * overhead). */
#define HELD_BYTES INT64_C (250000)

/* Less than this is no rest: even the smallest default buffer lasts. */
#define REST_SPARED_US INT64_C (25000)

/* After the first key picture: ffmpeg looks at a stream for 5 s before it plays it (analyzeduration), and then decodes all of that at one
 * go. */
#define CAREFUL_US (6 * G_USEC_PER_SEC)

void
cam_udp_pace_init (CamUdpPace *self, int64_t now_us)
{
  *self = (CamUdpPace){.rate = LEAST_RATE, .tokens = BUCKET_BYTES, .refilled_us = now_us};
}

void
cam_udp_pace_note_live (CamUdpPace *self, size_t bytes, bool is_key, int64_t now_us)
{
  if (self->second_us == 0)
    self->second_us = now_us;
  if (now_us - self->second_us >= G_USEC_PER_SEC) {
    size_t smoothed = self->rate - self->rate / SMOOTHING + self->second_bytes / SMOOTHING;
    self->rate = MAX (smoothed, LEAST_RATE);
    self->plain_rate = self->second_plain_bytes;
    self->second_us = now_us;
    self->second_bytes = self->second_plain_bytes = 0;
  }
  self->second_bytes += bytes;
  self->second_plain_bytes += is_key ? 0 : bytes;
}

static int64_t
choose_rate (const CamUdpPace *self, bool is_key, int64_t now_us)
{
  int64_t most = (int64_t) (RATE_FACTOR * MAX (self->rate, self->plain_rate));
  if (is_key || self->key_bytes == 0)
    return most;
  int64_t plain = (int64_t) MAX (self->plain_rate, LEAST_RATE);
  int64_t least = now_us < self->careful_until_us ? plain * 5 / 4 : plain * 2;
  return CLAMP (HELD_BYTES * DECODED_A_SECOND / (int64_t) self->key_bytes, least, most);
}

size_t
cam_udp_pace_get_room (CamUdpPace *self, bool is_key, int64_t now_us)
{
  int64_t since_us = MAX (self->refilled_us, self->rests_until_us);
  if (now_us < since_us)
    return 0;
  int64_t elapsed_us = MIN (now_us - since_us, G_USEC_PER_SEC);
  self->refilled_us = now_us;
  self->tokens = MIN (self->tokens + elapsed_us * choose_rate (self, is_key, now_us) / G_USEC_PER_SEC, BUCKET_BYTES);
  return (size_t) MAX (self->tokens, 0);
}

void
cam_udp_pace_take (CamUdpPace *self, size_t bytes)
{
  self->tokens -= (int64_t) bytes;
}

void
cam_udp_pace_end_key (CamUdpPace *self, size_t bytes, int64_t now_us)
{
  bool is_first = self->careful_until_us == 0;
  int64_t decoding_us = (int64_t) bytes * G_USEC_PER_SEC / DECODED_A_SECOND * (is_first ? 2 : 1);
  self->key_bytes = bytes;
  self->rests_until_us = now_us + MAX (decoding_us - REST_SPARED_US, 0);
  if (is_first)
    self->careful_until_us = self->rests_until_us + CAREFUL_US;
}
