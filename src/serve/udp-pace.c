#include "serve/udp-pace.h"

#include <glib.h>

#include "camrelay/limits.h"
#include "serve/udp-batch.h"

#define BUCKET_BYTES (CAM_UDP_RUN_PACKETS * CAM_LIMIT_RTP_PACKET_BYTES)
#define RATE_FACTOR 8
#define SMOOTHING 4

/* A quiet scene must be able to become a busy one at once. */
#define LEAST_RATE ((size_t) 500000)

/* What a processor core decodes of a key picture that is all detail: the slow half of what ffmpeg was measured to do. */
#define DECODED_A_SECOND INT64_C (4000000)

/* What a socket holds for who asked for the most that the system allows by default (net.core.rmem_max 212,992, doubled, less its own
 * overhead). */
#define HELD_BYTES INT64_C (250000)

/* Less than this is no rest: even the smallest default buffer lasts. */
#define REST_SPARED_US INT64_C (25000)

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
choose_rate (const CamUdpPace *self, bool is_key)
{
  int64_t most = (int64_t) (RATE_FACTOR * MAX (self->rate, self->plain_rate));
  if (is_key || self->key_bytes == 0)
    return most;
  int64_t least = (int64_t) MAX (self->plain_rate, LEAST_RATE) * 3 / 2;
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
  self->tokens = MIN (self->tokens + elapsed_us * choose_rate (self, is_key) / G_USEC_PER_SEC, BUCKET_BYTES);
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
  int64_t rest_us = (int64_t) bytes * G_USEC_PER_SEC / DECODED_A_SECOND - REST_SPARED_US;
  self->key_bytes = bytes;
  self->rests_until_us = now_us + MAX (rest_us, 0);
}
