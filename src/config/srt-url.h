/* What the query of an srt: URL says: how to meet the peer, and what SRT and the payload need to know.
 * Host, port and the secret are camera-url's business.
 * Thread: pure. Owner: the caller. */
#pragma once

#include "core/secret.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  CAM_SRT_CALLER,     /* we call */
  CAM_SRT_LISTENER,   /* the sender calls us, on an address of the camera's own */
  CAM_SRT_RENDEZVOUS, /* both call */
  CAM_SRT_PUBLISHED   /* "srt:": the sender comes to [SRT] Listen and names the camera */
} CamSrtMode;

typedef enum
{
  CAM_SRT_PAYLOAD_AUTO,   /* found out: MPEG-TS by its sync bytes, framed by three headers that fit, else raw */
  CAM_SRT_PAYLOAD_TS,
  CAM_SRT_PAYLOAD_FRAMED, /* audio behind 4-byte headers (wire/framed-audio.h) */
  CAM_SRT_PAYLOAD_RAW     /* L16, little-endian, without any header */
} CamSrtPayload;

#define CAM_SRT_LATENCY_MS 120
#define CAM_SRT_TIMEOUT_US INT64_C (3000000)
#define CAM_SRT_LEAST_PASSPHRASE 10
#define CAM_SRT_MOST_PASSPHRASE 79
#define CAM_SRT_MOST_STREAM_ID 512

typedef struct {
  CamSrtMode mode;
  unsigned latency_ms;    /* SRTO_LATENCY; 120 */
  CamSecret *passphrase;  /* ref; NULL for none; SRTO_PASSPHRASE */
  unsigned key_bytes;     /* pbkeylen: 16, 24 or 32; 0: the peer's or the library's choice */
  char *stream_id;        /* owned; NULL for none; what we say when we call, what a caller must say when we listen */
  uint64_t receive_buffer; /* rcvbuf, bytes; 0: the library's choice */
  uint64_t send_buffer;    /* sndbuf, likewise */
  int64_t timeout_us;     /* of one handshake; 3 s */
  char *packet_filter;    /* owned; NULL for none; SRTO_PACKETFILTER */
  CamSrtPayload payload;  /* framing=auto|ts|framed|raw */
  unsigned rate;          /* of raw L16, Hz; 48000 */
  unsigned channels;      /* of raw L16; 2 */
} CamSrtUrl;

/* @query: what stands behind '?', may be "". @has_host: mode=caller and rendezvous need a host, "srt:" alone has neither host nor mode, and of the
 * keys only the passphrase and those of the payload: what else its connection is like [SRT] Listen says. Values may hold percent codes.
 * As srt-live-transmit spells them:
 * latency and timeout in ms, "rcvlatency" and "conntimeo" for these two as well. Each key once.
 * Errors: CAM_CONFIG_ERROR_VALUE naming the key that is unknown, twice or wrong (never a passphrase). */
CamSrtUrl *cam_srt_url_parse (const char *query, bool has_host, bool has_port, GError **error);
/* @query without its passphrase and without empty parts. (transfer full) */
char *cam_srt_url_strip (const char *query);

/* Whether SRT takes @secret (nullable) as a passphrase: 10 to 79 bytes. */
bool cam_srt_url_is_passphrase (const CamSecret *secret);
CamSrtUrl *cam_srt_url_new (void); /* all at their defaults, PUBLISHED */
void cam_srt_url_free (CamSrtUrl *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CamSrtUrl, cam_srt_url_free)
