/* How fast one reader's packets may leave over UDP, where nobody says when too many come: default receive buffers hold some hundred
 * packets, and programs that read and decode in one thread (ffmpeg) read nothing while they decode a picture. So at most 32 packets a
 * millisecond leave, and 8 times the stream's rate; behind a key picture that takes long to decode comes a rest; and what waits behind it
 * follows at a pace at which the buffers last while such a picture is decoded, but at twice the stream's own at least. In the first
 * seconds that is one and a quarter, since programs decode the beginning twice. Which packets go is the lane's business.
 *
 * Thread: pure. Owner: embedded by value in the lane. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All times µs of CLOCK_MONOTONIC, all rates bytes a second. */
typedef struct {
  int64_t second_us; /* when the second now counted began; 0: nothing came yet */
  size_t second_bytes;
  size_t second_plain_bytes; /* of pictures other than key ones */
  size_t rate;               /* of the stream, smoothed */
  size_t plain_rate;         /* of its pictures other than key ones, in the last whole second */
  size_t key_bytes;          /* of the newest key picture that went out */
  int64_t tokens;            /* bytes that may leave now; a run may take it below zero */
  int64_t refilled_us;
  int64_t rests_until_us;
  int64_t careful_until_us; /* 0: no key picture went out yet */
} CamUdpPace;

void cam_udp_pace_init (CamUdpPace *self, int64_t now_us);

/* @bytes of the stream are here: what is live, not what joiners get of the past. */
void cam_udp_pace_note_live (CamUdpPace *self, size_t bytes, bool is_key, int64_t now_us);

/* How many bytes of a unit may leave now, 0 for none; @is_key: it is a key picture. */
size_t cam_udp_pace_get_room (CamUdpPace *self, bool is_key, int64_t now_us);

/* @bytes have left. */
void cam_udp_pace_take (CamUdpPace *self, size_t bytes);

/* The last packet of a key picture of @bytes has left. */
void cam_udp_pace_end_key (CamUdpPace *self, size_t bytes, int64_t now_us);
